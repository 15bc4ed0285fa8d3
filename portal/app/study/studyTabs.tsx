import { useLocation } from 'react-router'
import { LinkTabs } from '../components/linkTabs.tsx'

/** The two sides of a study: its images and its subjects. */
export function StudyTabs({ studyId }: { studyId: string }) {
  const { pathname } = useLocation()
  const images = `/studies/${studyId}`
  const tabs = [
    { to: images, label: 'Images', current: pathname === images },
    { to: `${images}/subjects`, label: 'Subjects', current: pathname === `${images}/subjects` },
  ]
  return <LinkTabs label="Study" tabs={tabs} />
}

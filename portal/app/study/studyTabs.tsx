import { useLocation } from 'react-router'
import { LinkTabs } from '../components/linkTabs.tsx'

/** The sides of a study: its images, its subjects, and what is missing. */
export function StudyTabs({ studyId }: { studyId: string }) {
  const { pathname } = useLocation()
  const images = `/studies/${studyId}`
  const tabs = [
    { to: images, label: 'Images', current: pathname === images },
    { to: `${images}/subjects`, label: 'Subjects', current: pathname === `${images}/subjects` },
    { to: `${images}/completeness`, label: 'Completeness', current: pathname === `${images}/completeness` },
  ]
  return <LinkTabs label="Study" tabs={tabs} />
}

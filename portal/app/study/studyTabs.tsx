import { useLocation } from 'react-router'
import { LinkTabs } from '../components/linkTabs.tsx'

/** The sides of a study: its images, its subjects, what is missing, and all of it as tables. */
export function StudyTabs({ studyId }: { studyId: string }) {
  const { pathname } = useLocation()
  const images = `/studies/${studyId}`
  const tabs = [
    { to: images, label: 'Images', current: pathname === images },
    { to: `${images}/subjects`, label: 'Subjects', current: pathname === `${images}/subjects` },
    { to: `${images}/completeness`, label: 'Completeness', current: pathname === `${images}/completeness` },
    { to: `${images}/tables`, label: 'Tables', current: pathname.startsWith(`${images}/tables`) },
  ]
  return <LinkTabs label="Study" tabs={tabs} />
}

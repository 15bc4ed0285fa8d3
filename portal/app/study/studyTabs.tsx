import { NavLink } from 'react-router'
import styles from './study.module.css'

/** The two sides of a study: its images and its subjects. */
export function StudyTabs({ studyId }: { studyId: string }) {
  return (
    <nav className={styles.tabs} aria-label="Study">
      <NavLink to={`/studies/${studyId}`} end>
        Images
      </NavLink>
      <NavLink to={`/studies/${studyId}/subjects`}>Subjects</NavLink>
    </nav>
  )
}

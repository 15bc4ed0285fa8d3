import { IconUsers, IconWorld } from '@tabler/icons-react'
import { Link } from 'react-router'
import { counted } from '../format.ts'
import styles from './audience.module.css'

interface Props {
  projectId: string
  /** Members of the project; null for those who may not know. */
  members: number | null
  /** How many of what is shown are public, and of how many. */
  published: number
  noun: string
}

/** Who can see what stands on the page. */
export function Audience({ projectId, members, published, noun }: Props) {
  return (
    <>
      {members !== null && (
        <Link to={`/projects/${projectId}#members`} className={styles.audience} title="Who they are">
          <IconUsers size={15} aria-hidden /> Seen by {counted(members, 'member')}
        </Link>
      )}
      {published > 0 && (
        <span className={styles.audience}>
          <IconWorld size={15} aria-hidden /> {counted(published, noun, `${noun}${noun.endsWith('s') ? '' : 's'}`)}{' '}
          public
        </span>
      )}
    </>
  )
}

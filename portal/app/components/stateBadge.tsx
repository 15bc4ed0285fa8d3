import {
  IconCircleDashed,
  IconClockPause,
  IconHistory,
  IconLock,
  IconSend,
  IconWorld,
  IconWorldOff,
} from '@tabler/icons-react'
import type { PublicationState } from '../contract.ts'
import styles from './stateBadge.module.css'

/** The same words, icons and colours for a state everywhere. */
const states = {
  draft: { label: 'Draft', hint: 'Only members of the project see it.', Icon: IconCircleDashed },
  submitted: { label: 'Submitted', hint: 'Waiting for a curator; not public yet.', Icon: IconSend },
  published: { label: 'Published', hint: 'Everybody can see and download it.', Icon: IconWorld },
  embargoed: { label: 'Embargoed', hint: 'Will be public when the embargo ends.', Icon: IconClockPause },
  superseded: { label: 'Superseded', hint: 'There is a newer version.', Icon: IconHistory },
  withdrawn: {
    label: 'Withdrawn',
    hint: 'Its description stays; its files are no longer offered.',
    Icon: IconWorldOff,
  },
} satisfies Record<PublicationState, unknown>

/** What a state is called, in the order in which things pass through them. */
export const stateLabels = Object.entries(states).map(([value, { label }]) => ({ value, label }))

export function StateBadge({ state }: { state: PublicationState }) {
  const { label, hint, Icon } = states[state] ?? { label: state, hint: '', Icon: IconLock }
  return (
    <span className={styles.badge} data-state={state} title={hint}>
      <Icon size={14} aria-hidden />
      {label}
    </span>
  )
}

import { ActionIcon } from '@mantine/core'
import { IconCopy, IconPencil, IconTrash } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import type { Event, EventKind } from '#ontology/entities/event.ts'
import { FactList } from '../components/factList.tsx'
import { When } from '../components/time.tsx'
import type { Json } from '../forms/path.ts'
import type { Entry } from '../landing/landing.server.ts'
import { entryKinds, type EntryKind } from './kinds.ts'
import styles from './timeline.module.css'

/** What the page is asked to open. */
export type TimelineDialog =
  | { kind: 'subject' }
  | { kind: 'new'; event: EventKind; known?: Json }
  | { kind: 'edit'; record: Event }
  | { kind: 'delete'; record: Event }

interface ItemProps {
  entry: Entry
  /** The event behind the entry, when it may be changed here. */
  event: Event | undefined
  onDialog: (dialog: TimelineDialog) => void
}

/** One entry in the list below the axis. */
export function TimelineItem({ entry, event, onDialog }: ItemProps) {
  const { Icon, name } = entryKinds[entry.kind as EntryKind]
  return (
    <li id={entry.id}>
      <Icon size={18} aria-hidden />
      <div>
        {entry.at ? <When stamp={entry.at} /> : 'Time not known'}
        {entry.end && (
          <>
            {' to '}
            <When stamp={entry.end} />
          </>
        )}
      </div>
      <div>
        <h3>{entry.title}</h3>
        {entry.context && <p className={styles.context}>{entry.context}</p>}
        <FactList facts={entry.facts} dense />
      </div>
      {event && (
        <div className={styles.acts}>
          <Act label={`Edit: ${entry.title}`} onClick={() => onDialog({ kind: 'edit', record: event })}>
            <IconPencil size={16} aria-hidden />
          </Act>
          <Act
            label={`Record ${name.toLowerCase()} like this again`}
            onClick={() => onDialog({ kind: 'new', event: event.kind, known: copyOf(event) })}
          >
            <IconCopy size={16} aria-hidden />
          </Act>
          <Act label={`Delete: ${entry.title}`} onClick={() => onDialog({ kind: 'delete', record: event })}>
            <IconTrash size={16} aria-hidden />
          </Act>
        </div>
      )}
    </li>
  )
}

function Act({ label, onClick, children }: { label: string; onClick: () => void; children: ReactNode }) {
  return (
    <ActionIcon variant="subtle" color="gray" aria-label={label} title={label} onClick={onClick}>
      {children}
    </ActionIcon>
  )
}

/** What stays the same when something is done again: all but the time and what was measured of the syringe. */
function copyOf(event: Event): Json {
  const { kind, agentAdministration } = event
  if (!agentAdministration) return { [kind]: event[kind] }
  const {
    activity: _a,
    activityBefore: _b,
    activityBeforeAt: _c,
    activityAfter: _d,
    activityAfterAt: _e,
    activityResidue: _f,
    activityResidueAt: _g,
    ...same
  } = agentAdministration
  return { agentAdministration: same }
}

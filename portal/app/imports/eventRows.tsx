import { Checkbox } from '@mantine/core'
import { counted } from '../format.ts'
import { choiceText } from '../forms/choices.ts'
import { valueText } from '../forms/valueText.ts'
import { entryKinds } from '../timeline/kinds.ts'
import type { ImportPlan, PlannedEvent, PlannedValue, PlanPatch } from './contract.ts'
import { Evidence } from './evidence.tsx'
import styles from './imports.module.css'
import { subjectsOfEvent } from './planNumbers.ts'

interface Props {
  plan: ImportPlan
  events: readonly PlannedEvent[]
  onEdit: (patch: PlanPatch) => void
}

/** What the headers of a session say was given to its subjects or measured on them. */
export function EventRows({ plan, events, onEdit }: Props) {
  if (events.length === 0) return null
  return (
    <table className={styles.table}>
      <thead>
        <tr>
          <th scope="col">
            <span className="srOnly">Record</span>
          </th>
          <th scope="col">From the headers, for the timeline</th>
          <th scope="col">Time</th>
          <th scope="col">Subjects</th>
        </tr>
      </thead>
      <tbody>
        {events.map((event) => (
          <EventRow key={event.key} event={event} subjects={subjectsOfEvent(plan, event)} onEdit={onEdit} />
        ))}
      </tbody>
    </table>
  )
}

function EventRow({ event, subjects, onEdit }: { event: PlannedEvent; subjects: number } & Pick<Props, 'onEdit'>) {
  const { key, include, kind, text, start, agent, values, others, note, existing } = event
  return (
    <tr data-out={include ? undefined : true}>
      <td>
        <Checkbox
          size="xs"
          checked={include}
          aria-label={`Record: ${text}`}
          onChange={() => onEdit({ events: [{ key, include: !include }] })}
        />
      </td>
      <th scope="row">
        {text}
        <Evidence text={[agent?.evidence, ...values.map(({ evidence }) => evidence)].filter(Boolean).join(', ')} />
        {agent && agent.id === null && <span className={styles.new}>new agent</span>}
        {note && <p className={styles.trouble}>{note}</p>}
        {others.length > 0 && (
          <p className={styles.note}>Other files say: {others.map(otherText).join('; ')}. They are not recorded.</p>
        )}
        {existing && (
          <p className={existing.agrees ? styles.note : styles.trouble}>
            {existing.agrees ? 'Recorded already: ' : 'The record says something else, which stays as it is: '}
            {existing.text}.
          </p>
        )}
      </th>
      <td data-label="Time">
        {start.value?.replace('T', ' ')}
        <Evidence text={start.evidence} />
      </td>
      <td data-label="Subjects">
        {subjects > 0
          ? counted(subjects, 'subject')
          : `No subject yet; without one no ${entryKinds[kind].name.toLowerCase()}.`}
      </td>
    </tr>
  )
}

const otherText = ({ field, value, evidence }: PlannedValue): string =>
  `${choiceText(field)} ${valueText(value)} in ${evidence}`

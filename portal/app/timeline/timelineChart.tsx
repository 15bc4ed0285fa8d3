import { useHydrated } from '../components/hydrated.ts'
import { formatInstant } from '../format.ts'
import { localOffsetMinutes } from '../forms/whenStamp.ts'
import { timelineAxis, type Mark, type TimedEntry } from './axis.ts'
import { entryKinds, type EntryKind } from './kinds.ts'
import styles from './timeline.module.css'

const laneHeight = 30

/** Events and imaging sessions on one axis; each mark leads to its entry in the list. */
export function TimelineChart({ entries }: { entries: readonly TimedEntry[] }) {
  const hydrated = useHydrated()
  if (entries.length === 0) return null
  const zone = hydrated ? localOffsetMinutes((entries[0]?.at ?? '').slice(0, 10), '12:00:00') : 0
  const { ticks, lanes: found } = timelineAxis(entries, zone)
  const lanes = (Object.keys(entryKinds) as EntryKind[]).flatMap((kind) => found.filter((lane) => lane.kind === kind))
  const height = lanes.length * laneHeight
  return (
    <figure className={styles.frame} aria-label="Timeline">
      <ul className={styles.names} aria-hidden>
        {lanes.map(({ kind }) => {
          const { name, Icon } = entryKinds[kind as EntryKind]
          return (
            <li key={kind}>
              <Icon size={15} aria-hidden /> {name}
            </li>
          )
        })}
      </ul>
      <svg className={styles.picture} height={height + 22}>
        {ticks.map(({ percent, label }) => (
          <g key={label + percent} aria-hidden>
            <line className={styles.tick} x1={`${percent}%`} x2={`${percent}%`} y1={0} y2={height} />
            <text
              x={`${percent}%`}
              y={height + 15}
              textAnchor={percent < 6 ? 'start' : percent > 94 ? 'end' : 'middle'}
            >
              {label}
            </text>
          </g>
        ))}
        {lanes.map(({ kind, marks }, lane) => (
          <g key={kind}>
            <line
              className={styles.lane}
              x1="0%"
              x2="100%"
              y1={(lane + 0.5) * laneHeight}
              y2={(lane + 0.5) * laneHeight}
            />
            {marks.map((mark) => (
              <MarkLink key={mark.entries[0]?.id} mark={mark} kind={kind} y={(lane + 0.5) * laneHeight} />
            ))}
          </g>
        ))}
      </svg>
    </figure>
  )
}

function MarkLink({ mark: { percent, entries }, kind, y }: { mark: Mark; kind: string; y: number }) {
  const hydrated = useHydrated()
  const [first] = entries
  if (!first) return null
  const each = entries.map(({ title, at }) => `${title}, ${formatInstant(at, hydrated ? undefined : 'UTC')}`).join('; ')
  const text = entries.length > 1 ? `${entries.length} entries: ${each}` : each
  return (
    <a href={`#${first.id}`} className={styles.mark} data-kind={kind} aria-label={text}>
      <circle cx={`${percent}%`} cy={y} r={entries.length > 1 ? 10 : 8} />
      {entries.length > 1 && (
        <text x={`${percent}%`} y={y + 4} textAnchor="middle" aria-hidden>
          {entries.length}
        </text>
      )}
    </a>
  )
}

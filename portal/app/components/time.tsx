import type { WhenStamp } from '#ontology/values.ts'
import { formatInstant, formatWhen } from '../format.ts'
import { useHydrated } from './hydrated.ts'

/** An instant in the reader's time zone, which is named on hover; without script it is written in UTC. */
export function Time({ at, precision }: { at: string; precision?: WhenStamp['precision'] }) {
  const hydrated = useHydrated()
  return (
    <time dateTime={at} title={hydrated ? zoneHint(at) : undefined} className="nowrap">
      {formatInstant(at, hydrated ? undefined : 'UTC', precision)}
    </time>
  )
}

/** A point in time as it was recorded, with the precision that was known. */
export function When({ stamp }: { stamp: WhenStamp }) {
  const hydrated = useHydrated()
  const whole = stamp.precision === 'day'
  return (
    <time
      dateTime={whole ? stamp.dateTime.slice(0, 10) : stamp.dateTime}
      title={hydrated && !whole ? zoneHint(stamp.dateTime) : undefined}
      className="nowrap"
    >
      {formatWhen(stamp, hydrated ? undefined : 'UTC')}
    </time>
  )
}

const zoneHint = (at: string): string =>
  `${Intl.DateTimeFormat().resolvedOptions().timeZone}; recorded as ${at.replace('T', ' ')}`

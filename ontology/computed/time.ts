/** Points in time of records: differences, ages, and whether they are known well enough to compute with. */
import type { WhenStamp } from '../values.ts'

export const dayMilliseconds = 86_400_000

/** Milliseconds since 1970. */
export const instantOf = (stamp: Pick<WhenStamp, 'dateTime'>): number => Date.parse(stamp.dateTime)

/** Whether decay over minutes can be computed from it: a scan and its injection must be known to the minute. */
export const isExact = (stamp: WhenStamp | undefined): stamp is WhenStamp =>
  stamp !== undefined && (stamp.precision === 'second' || stamp.precision === 'minute')

/** The calendar day on the clock of the place where it happened. */
export const dayOf = (stamp: Pick<WhenStamp, 'dateTime'>): string => stamp.dateTime.slice(0, 10)

/** Whole calendar days from one date to another (RFC 3339 full-dates); negative when the second is earlier. */
export const daysBetween = (from: string, to: string): number =>
  Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / dayMilliseconds)

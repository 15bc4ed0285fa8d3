/** WhenStamp as a person sees it: a local date and time, the zone it was taken in, and how exactly it is known. */
import type { WhenStamp } from '#ontology/values.ts'

export interface StampParts {
  /** yyyy-mm-dd, '' while it is not given. */
  date: string
  /** HH:MM:SS, '' while it is not given. */
  time: string
  precision: WhenStamp['precision']
  /** Minutes east of UTC; undefined: as the local zone was on that day. */
  offsetMinutes?: number
}

const pattern = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(?:\.\d+)?(Z|[+-]\d{2}:\d{2})$/i

/** Parts of a stamp in the zone in which it was written down; undefined when it is no RFC 3339 date-time. */
export function splitStamp(stamp: WhenStamp): StampParts | undefined {
  const match = pattern.exec(stamp.dateTime)
  if (!match) return undefined
  const [, date = '', time = '', zone = 'Z'] = match
  return { date, time, precision: stamp.precision, offsetMinutes: parseOffset(zone) }
}

/**
 * The stamp of its parts; undefined until there is a date. A precision coarser than the time cuts the time; a date alone
 * is known to the day and never becomes midnight.
 */
export function joinStamp(parts: StampParts): WhenStamp | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(parts.date)) return undefined
  const precision = parts.time === '' ? 'day' : parts.precision
  const time = cutTime(parts.time, precision)
  const offset = parts.offsetMinutes ?? localOffsetMinutes(parts.date, time)
  return { dateTime: `${parts.date}T${time}${formatOffset(offset)}`, precision }
}

/** Minutes east of UTC of the local zone at a local date and time (summer time included). */
export function localOffsetMinutes(date: string, time: string): number {
  const offset = -new Date(`${date}T${time}`).getTimezoneOffset()
  return Number.isFinite(offset) ? offset : 0
}

const two = (n: number): string => String(n).padStart(2, '0')

/** +01:00 */
export function formatOffset(minutes: number): string {
  const size = Math.abs(minutes)
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`
}

function parseOffset(zone: string): number {
  if (zone.toUpperCase() === 'Z') return 0
  const sign = zone.startsWith('-') ? -1 : 1
  return sign * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6)))
}

function cutTime(time: string, precision: WhenStamp['precision']): string {
  const [hour = '00', minute = '00', second = '00'] = time === '' ? [] : time.split(':')
  if (precision === 'day') return '00:00:00'
  if (precision === 'hour') return `${hour}:00:00`
  if (precision === 'minute') return `${hour}:${minute}:00`
  return `${hour}:${minute}:${second}`
}

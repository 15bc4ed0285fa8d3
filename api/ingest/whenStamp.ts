/** Dates and times of files as points in time with the precision that is known. */
import { isInCalendar } from '#imaging/calendar.ts'
import type { WhenStamp } from '#ontology/values.ts'

/**
 * @param text a date, or a date and time with or without a zone; scanners give none and mean the local time of the site,
 *             which is taken to be the time zone of the server
 * @returns null when it is no real date or time
 */
export function whenStamp(text: string): WhenStamp | null {
  const match = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?$/.exec(text)
  if (!match) return null
  const [, date = '', hour, minute, second, zone] = match
  // Some programs write the year 1 for "not known".
  if (!isInCalendar(date) || date < '1800') return null
  const time = hour === undefined ? '00:00:00' : `${hour}:${minute}:${second ?? '00'}`
  const local = `${date}T${time}`
  const dateTime = `${local}${zone ?? offsetOf(new Date(local))}`
  if (Number.isNaN(Date.parse(dateTime))) return null
  return { dateTime, precision: hour === undefined ? 'day' : second === undefined ? 'minute' : 'second' }
}

/** Offset of the server's time zone at that instant, as +01:00. */
function offsetOf(instant: Date): string {
  const minutes = -instant.getTimezoneOffset()
  const two = (n: number) => String(Math.trunc(n)).padStart(2, '0')
  return `${minutes < 0 ? '-' : '+'}${two(Math.abs(minutes) / 60)}:${two(Math.abs(minutes) % 60)}`
}

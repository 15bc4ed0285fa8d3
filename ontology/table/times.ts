/** Dates and times as people and spreadsheets write them, with the precision that was written. */
import type { WhenStamp } from '../values.ts'

interface Wall {
  year: number
  month: number
  day: number
  hour?: number | undefined
  minute?: number | undefined
  second?: number | undefined
  /** Minutes east of UTC, where the text says so. */
  offset?: number | undefined
}
export type TimeReading = Wall | { problem: string }

/** Days of the serial numbers that are taken for dates: 1950 to 2099. */
const serials = { first: 18264, last: 73050 }
const write = 'Write it as 2025-03-14 or 2025-03-14 10:30.'

/**
 * Reads a cell of a date or time column.
 * @param cell text; a serial number of Excel (days since 1899-12-30, Microsoft's 1900 date system with its leap-year
 *   error, ECMA-376 part 1, 18.17.4.1); or a Date whose UTC parts are what the cell shows
 */
export function readTime(cell: string | number | Date): TimeReading {
  if (cell instanceof Date) return fromDate(cell)
  if (typeof cell === 'number') return fromSerial(cell)
  const text = cell.trim()
  if (/^\d{5}([.,]\d+)?$/.test(text)) return fromSerial(Number(text.replace(',', '.')))
  const found =
    /^(?:(\d{4})([-/.]?)(\d{1,2})\2(\d{1,2})|(\d{1,2})([-/.])(\d{1,2})\6(\d{4}|\d{2}))(?:(?:[T ]|, )\s*(\d{1,2})(?:h|:(\d{2})(?::(\d{2})(?:[.,]\d+)?)?)?\s*(am|pm)?\s*(Z|[+-]\d{2}:?\d{2})?)?$/iu.exec(
      text,
    )
  if (!found) return { problem: `“${text.slice(0, 40)}” is not a date. ${write}` }
  const [, y, , m, d, a, mark, b, shortYear, hour, minute, second, half, zone] = found
  if (y !== undefined) return checked(text, { year: Number(y), month: Number(m), day: Number(d) })
  if (shortYear?.length === 2) return { problem: `“${text}” has a year of two digits. ${write}` }
  const [first, last, year] = [Number(a), Number(b), Number(shortYear)]
  // With points the day comes first (German and others); with slashes it depends on the country.
  const dayFirst = mark === '.' || first > 12
  if (!dayFirst && last <= 12 && first !== last)
    return { problem: `“${text}” may be two different days, day or month first. ${write}` }
  return checked(text, { year, month: dayFirst ? last : first, day: dayFirst ? first : last })

  function checked(given: string, date: { year: number; month: number; day: number }): TimeReading {
    const clock =
      hour === undefined ? undefined : Number(hour) + (half && /pm/i.test(half) && Number(hour) < 12 ? 12 : 0)
    const wall: Wall = {
      ...date,
      hour: half && /am/i.test(half) && clock === 12 ? 0 : clock,
      minute: minute === undefined ? undefined : Number(minute),
      second: second === undefined ? undefined : Number(second),
      offset: zone === undefined ? undefined : offsetOf(zone),
    }
    const there = new Date(Date.UTC(date.year, date.month - 1, date.day))
    const exists = there.getUTCMonth() === date.month - 1 && there.getUTCDate() === date.day
    const clockExists = (wall.hour ?? 0) < 24 && (wall.minute ?? 0) < 60 && (wall.second ?? 0) < 60
    return exists && clockExists ? wall : { problem: `“${given}” is no day or time of the calendar. ${write}` }
  }
}

function offsetOf(zone: string): number {
  if (zone.toUpperCase() === 'Z') return 0
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})$/.exec(zone) as unknown as [string, string, string, string]
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes))
}

function fromDate(date: Date): TimeReading {
  if (Number.isNaN(date.getTime())) return { problem: `This cell holds no date. ${write}` }
  // Serial numbers are doubles; a second is 1.2e-5 days, so the nearest one is what was typed.
  const time = new Date(Math.round(date.getTime() / 1000) * 1000)
  const day = { year: time.getUTCFullYear(), month: time.getUTCMonth() + 1, day: time.getUTCDate() }
  const [hour, minute, second] = [time.getUTCHours(), time.getUTCMinutes(), time.getUTCSeconds()]
  if (hour === 0 && minute === 0 && second === 0) return day
  return { ...day, hour, minute, ...(second !== 0 && { second }) }
}

function fromSerial(serial: number): TimeReading {
  if (serial < serials.first || serial > serials.last) return { problem: `${serial} is not a date. ${write}` }
  return fromDate(new Date(Math.round((serial - 25569) * 86_400_000)))
}

const two = (n: number): string => String(n).padStart(2, '0')
export const dateText = ({ year, month, day }: Wall): string => `${year}-${two(month)}-${two(day)}`

/** A point in time as the record keeps it; a wall clock without an offset is that of `zone` (IANA). */
export function stampOf(wall: Wall, zone: string): WhenStamp {
  const precision =
    wall.hour === undefined
      ? 'day'
      : wall.minute === undefined
        ? 'hour'
        : wall.second === undefined
          ? 'minute'
          : 'second'
  const clock = `${two(wall.hour ?? 0)}:${two(wall.minute ?? 0)}:${two(wall.second ?? 0)}`
  const local = Date.parse(`${dateText(wall)}T${clock}Z`)
  const offset = wall.offset ?? offsetAt(local, zone)
  const sign = offset < 0 ? '-' : '+'
  const size = Math.abs(offset)
  return {
    dateTime: `${dateText(wall)}T${clock}${sign}${two(Math.floor(size / 60))}:${two(size % 60)}`,
    precision,
  }
}

/** Minutes east of UTC of a zone when its clocks show `local` (given as if it were UTC). */
function offsetAt(local: number, zone: string): number {
  const guess = offsetOfInstant(local, zone)
  return offsetOfInstant(local - guess * 60_000, zone)
}

const formats = new Map<string, Intl.DateTimeFormat>()
const offsets = new Map<string, number>()

function offsetOfInstant(instant: number, zone: string): number {
  if (zone === 'UTC') return 0
  // Offsets change on the quarter of an hour at most; a table asks for the same days again and again.
  const key = `${zone} ${Math.floor(instant / 900_000)}`
  const held = offsets.get(key)
  if (held !== undefined) return held
  let format = formats.get(zone)
  if (!format)
    formats.set(zone, (format = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' })))
  const name = format.formatToParts(instant).find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT'
  const found = /GMT([+-])(\d{2}):(\d{2})/.exec(name)
  const offset = found ? (found[1] === '-' ? -1 : 1) * (Number(found[2]) * 60 + Number(found[3])) : 0
  if (offsets.size > 10_000) offsets.clear()
  offsets.set(key, offset)
  return offset
}

/** @returns false for a name that is no time zone */
export function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

/** What `stampOf` reads back as the same: the wall clock of `zone`, as exact as it is known. */
export function stampText({ dateTime, precision }: WhenStamp, zone: string): string {
  if (precision === 'day') return dateTime.slice(0, 10)
  const instant = Date.parse(dateTime)
  const local = new Date(instant + offsetOfInstant(instant, zone) * 60_000).toISOString()
  const day = local.slice(0, 10)
  if (precision === 'hour') return `${day} ${local.slice(11, 13)}h`
  return `${day} ${local.slice(11, precision === 'minute' ? 16 : 19)}`
}

/** Whether two stamps say the same. */
export const sameStamp = (a: WhenStamp, b: WhenStamp): boolean =>
  a.precision === b.precision &&
  (a.precision === 'day'
    ? a.dateTime.slice(0, 10) === b.dateTime.slice(0, 10)
    : Date.parse(a.dateTime) === Date.parse(b.dateTime))

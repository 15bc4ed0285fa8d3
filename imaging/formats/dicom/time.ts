import { isInCalendar } from '../../calendar.ts'
import type { DataSet } from './dataSet.ts'

/** "2024-03-01" from a DA value (YYYYMMDD, old files YYYY.MM.DD); undefined when it is no date. */
export function isoDate(value: string | undefined): string | undefined {
  const match = /^(\d{4})[.\-/]?(\d{2})[.\-/]?(\d{2})/.exec(value ?? '')
  if (!match) return undefined
  const [, year, month, day] = match
  const date = `${year}-${month}-${day}`
  return isInCalendar(date) && date >= '1000' ? date : undefined
}

/** "10:15:00" or "10:15:00.25" from a TM value (HHMMSS.ffffff cut anywhere, old files HH:MM:SS). */
function isoTime(value: string | undefined): string | undefined {
  const match = /^(\d{2}):?(\d{2})?:?(\d{2})?(?:\.(\d{1,6}))?/.exec(value ?? '')
  if (!match) return undefined
  const [, hour, minute = '00', second = '00', fraction = ''] = match
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return undefined
  const rest = fraction.replace(/0+$/, '')
  return `${hour}:${minute}:${second}${rest === '' ? '' : `.${rest}`}`
}

/** RFC 3339 date-time from date and time attributes, a date alone without time, with the zone of (0008,0201) when given. */
export function dateAndTime(data: DataSet, dateTag: number, timeTag: number): string | undefined {
  const date = isoDate(data.string(dateTag))
  if (!date) return undefined
  const time = isoTime(data.string(timeTag))
  return time ? `${date}T${time}${zone(data.string(0x00080201))}` : date
}

/** RFC 3339 from a DT attribute (YYYYMMDDHHMMSS.FFFFFF&ZZXX). */
export function dateTime(data: DataSet, tag: number): string | undefined {
  const value = data.string(tag) ?? ''
  const date = isoDate(value)
  if (!date) return undefined
  const [, clock = '', offset] = /^\d{8}([\d.]*)([+-]\d{4})?/.exec(value) ?? []
  const time = isoTime(clock)
  return time ? `${date}T${time}${zone(offset ?? data.string(0x00080201))}` : date
}

const zone = (value: string | undefined): string =>
  value && /^[+-]\d{4}$/.test(value) ? `${value.slice(0, 3)}:${value.slice(3)}` : ''

/** Seconds since 1970 of what dateTime or dateAndTime returned; files without a zone count as UTC, which differences do not see. */
export function seconds(text: string | undefined): number | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d(?:\.\d+)?)(?:([+-])(\d\d):(\d\d))?$/.exec(text ?? '')
  if (!match) return undefined
  const [year, month, day, hour, minute] = match.slice(1, 6).map(Number) as [number, number, number, number, number]
  const offset = match[7] === undefined ? 0 : (match[7] === '-' ? -60 : 60) * (Number(match[8]) * 60 + Number(match[9]))
  // Whole minutes apart: Date knows no leap second.
  return Date.UTC(year, month - 1, day, hour, minute) / 1000 + Number(match[6]) - offset
}

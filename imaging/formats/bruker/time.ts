import { isInCalendar, monthOf } from '../../calendar.ts'
import type { Parameters } from './parameters.ts'

/**
 * RFC 3339 text of a time record: `<12:20:46 30 Nov 2011>` (ParaVision 5, in the zone of the file's first comment),
 * `<2024-07-25T09:39:23,181+0200>` (6 and later), or (seconds since 1970, milliseconds, minutes from universal time).
 */
export function timeOf(parameters: Parameters, name: string): string | undefined {
  const [value] = parameters.values(name) ?? []
  if (value !== undefined && typeof value !== 'string') {
    const [seconds, , minutes = 0] = value.map(Number)
    return fromSeconds(seconds!, minutes)
  }
  const text = value?.trim() ?? ''
  const [, clock, day = '', month = '', year] =
    /^(\d{1,2}:\d\d:\d\d) +(\d{1,2}) ([A-Za-z]{3}) (\d{4})$/.exec(text) ?? []
  if (clock) return real(`${year}-${monthOf(month)}-${day.padStart(2, '0')}T${clock.padStart(8, '0')}`, parameters.zone)
  const [, local, zone = ''] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:[.,]\d+)?(Z|[+-]\d\d:?\d\d)?$/.exec(text) ?? []
  return local && real(local, zone.replace(/^([+-]\d\d):?(\d\d)$/, '$1:$2'))
}

/** A date of birth: 20110627, 2011-06-27 or 27 Jun 2011. */
export function dateOf(text: string | undefined): string | undefined {
  const [, year, month, day] = /^(\d{4})-?(\d\d)-?(\d\d)$/.exec(text ?? '') ?? []
  if (year) return real(`${year}-${month}-${day}T00:00:00`, '')?.slice(0, 10)
  const [, date = '', name = '', after] = /^(\d{1,2}) ([A-Za-z]{3}) (\d{4})$/.exec(text ?? '') ?? []
  return after && real(`${after}-${monthOf(name)}-${date.padStart(2, '0')}T00:00:00`, '')?.slice(0, 10)
}

function fromSeconds(seconds: number, minutes: number): string | undefined {
  if (!Number.isFinite(seconds) || seconds <= 0 || seconds > 1e11) return undefined
  if (!Number.isInteger(minutes) || Math.abs(minutes) > 14 * 60) return undefined
  const local = new Date((seconds + minutes * 60) * 1000).toISOString().slice(0, 19)
  const two = (v: number) => String(Math.floor(v)).padStart(2, '0')
  return real(local, `${minutes < 0 ? '-' : '+'}${two(Math.abs(minutes) / 60)}:${two(Math.abs(minutes) % 60)}`)
}

/** The text when it is a time of a year when there were such scanners. */
const real = (local: string, zone: string): string | undefined =>
  isInCalendar(local) && local >= '1980' ? local + zone : undefined

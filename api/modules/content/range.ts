/** Byte ranges and validators of HTTP (RFC 9110, sections 13 and 14). */

/** A part of the bytes; `end` is exclusive. */
export interface Span {
  start: number
  end: number
}

/**
 * The range that a request asks for: null for the whole (no range, one that cannot be understood, or several, which a
 * server may answer with the whole), 'unsatisfiable' when nothing of it exists.
 */
export function requestedSpan(header: string | undefined, byteCount: number): Span | null | 'unsatisfiable' {
  const match = /^bytes=(?:(\d{1,15})-(\d{0,15})|-(\d{1,15}))$/i.exec(header?.replaceAll(' ', '') ?? '')
  if (!match) return null
  const [, first, last, suffix] = match
  if (suffix !== undefined) {
    const length = Math.min(Number(suffix), byteCount)
    return length === 0 ? 'unsatisfiable' : { start: byteCount - length, end: byteCount }
  }
  const start = Number(first)
  const end = last === '' ? byteCount : Math.min(Number(last) + 1, byteCount)
  if (last !== '' && Number(last) < start) return null
  return start >= byteCount ? 'unsatisfiable' : { start, end }
}

/** Whether If-Range lets the range count: it must name the same strong validator. Dates never match: none are sent. */
export const rangeStillHolds = (ifRange: string | undefined, etag: string): boolean =>
  ifRange === undefined || ifRange.trim() === etag

/** Whether If-None-Match names what would be sent (weak comparison). */
export function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false
  if (ifNoneMatch.trim() === '*') return true
  return ifNoneMatch.split(',').some((each) => each.trim().replace(/^W\//, '') === etag)
}

import { Inflate } from 'fflate'
import { ImagingError } from './errors.ts'
import type { Inflater } from './inflater.ts'

/** Compressed bytes per step: deflate makes at most 1032 bytes from one, so a step makes at most 17 MB. */
const stepBytes = 16 * 1024

export interface InflateOptions {
  /** Most bytes that may come out. */
  limit: number
  /** What to do with more: 'stop' returns the first `limit` bytes, 'fail' throws 'too-large'. */
  beyond: 'stop' | 'fail'
  /** Named in messages. */
  what: string
  /** That of the file. */
  inflater?: Inflater | undefined
}

/**
 * Inflates raw deflate data (RFC 1951) without ever holding more than `limit` bytes and one step.
 * @throws ImagingError 'too-large', 'malformed' for damaged data, 'truncated' when the data end early and beyond is 'fail'
 */
export function inflateBounded(bytes: Uint8Array, { limit, beyond, what, inflater }: InflateOptions): Uint8Array {
  const whole = inflater?.whole(bytes, limit)
  if (whole) return whole
  const parts: Uint8Array[] = []
  let made = 0
  let ended = false
  const stream = new Inflate((part, final) => {
    parts.push(part)
    made += part.length
    ended = final
  })
  for (let at = 0; at < bytes.length; at += stepBytes) {
    if (made >= limit) break
    try {
      stream.push(bytes.subarray(at, at + stepBytes), at + stepBytes >= bytes.length)
    } catch (error) {
      // What came out before the damage is still good when the reader knows how many bytes it wants.
      if (beyond === 'stop') break
      const early = typeof error === 'object' && error !== null && 'code' in error && error.code === 0
      throw new ImagingError(
        early ? 'truncated' : 'malformed',
        `The compressed data of ${what} ${early ? 'end too early' : 'are damaged'}; bring the complete file again.`,
      )
    }
  }
  if (made > limit && beyond === 'fail') {
    throw new ImagingError('too-large', `${what} inflates to more than ${limit} bytes, which is not read here.`)
  }
  if (!ended && made < limit && beyond === 'fail') {
    throw new ImagingError('truncated', `The compressed data of ${what} end too early; bring the complete file again.`)
  }
  return joined(parts, Math.min(made, limit))
}

function joined(parts: Uint8Array[], length: number): Uint8Array {
  if (parts.length === 1 && parts[0]!.length === length) return parts[0]!
  const out = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    out.set(part.subarray(0, length - at), at)
    at += Math.min(part.length, length - at)
  }
  return out
}

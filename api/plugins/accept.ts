/**
 * Content negotiation (RFC 9110, 12.5.1), with profiles of media types (RFC 6906): which of several forms of a resource
 * a client wants most.
 */
import type { IncomingMessage } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { AppError } from '#api/errors.ts'

export interface Offer {
  mediaType: string
  profile?: string
}

interface MediaRange {
  type: string
  profiles: string[]
  quality: number
}

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
const parameter = `\\s*;\\s*(?:${token}\\s*=\\s*(?:${token}|"(?:[^"\\\\]|\\\\.)*"))?`
const mediaRange = new RegExp(`^\\s*(${token}/${token})((?:${parameter})*)\\s*(?:,|$)`)
const longest = 2000

/** @throws AppError invalid for what is no list of media ranges */
export function readAccept(header: string): MediaRange[] {
  const ranges: MediaRange[] = []
  let rest = header.trim()
  if (rest.length > longest) throw malformed(header)
  while (rest !== '') {
    if (/^\s*,/.test(rest)) {
      rest = rest.replace(/^\s*,/, '')
      continue
    }
    const found = mediaRange.exec(rest)
    if (!found) throw malformed(header)
    const [whole, type = '', parameters = ''] = found
    const range: MediaRange = { type: type.toLowerCase(), profiles: [], quality: 1 }
    for (const [, name = '', plain, quoted] of parameters.matchAll(
      new RegExp(`;\\s*(${token})\\s*=\\s*(?:(${token})|"((?:[^"\\\\]|\\\\.)*)")`, 'g'),
    )) {
      const value = plain ?? (quoted ?? '').replaceAll(/\\(.)/g, '$1')
      if (name.toLowerCase() === 'profile') range.profiles.push(...value.split(/\s+/).filter(Boolean))
      if (name.toLowerCase() === 'q') {
        if (!/^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(value)) throw malformed(header)
        range.quality = Number(value)
      }
    }
    ranges.push(range)
    rest = rest.slice(whole.length).trimStart()
  }
  return ranges
}

const malformed = (header: string): AppError => {
  const message = 'The header Accept is not a list of media types as RFC 9110, section 12.5.1 describes it.'
  return new AppError('invalid', message, {
    fields: [{ pointer: '#accept', message, value: header.slice(0, 200) }],
  })
}

/**
 * The offer that the client wants most; of equals the first. A range without a profile matches all forms of a type, one
 * with a profile those that have one of its profiles.
 * @returns null when none is acceptable
 * @throws AppError invalid
 */
export function preferred<O extends Offer>(header: string | undefined, offers: readonly O[]): O | null {
  if (header === undefined || header.trim() === '') return offers[0] ?? null
  const ranges = readAccept(header)
  let best: { offer: O; quality: number; exact: number } | null = null
  for (const offer of offers) {
    const profiles = offer.profile?.split(' ') ?? []
    let chosen: { quality: number; exact: number } | null = null
    for (const { type, profiles: wanted, quality } of ranges) {
      const exact = exactness(type, offer.mediaType)
      if (exact === 0 || (wanted.length > 0 && !wanted.some((one) => profiles.includes(one)))) continue
      const value = exact + (wanted.length > 0 ? 1 : 0)
      if (!chosen || value > chosen.exact) chosen = { quality, exact: value }
    }
    if (!chosen || chosen.quality === 0) continue
    if (!best || chosen.quality > best.quality || (chosen.quality === best.quality && chosen.exact > best.exact))
      best = { offer, ...chosen }
  }
  return best?.offer ?? null
}

/** 0: no match; the more, the closer. */
function exactness(range: string, type: string): number {
  if (range === '*/*') return 1
  if (range.endsWith('/*')) return type.startsWith(range.slice(0, -1)) ? 2 : 0
  return range === type ? 3 : 0
}

/** Name of the route constraint: routes with `{ wants: 'data' }` answer those who do not want a page. */
export const wants = 'wants'

const page = { mediaType: 'text/html' }
const negotiated = /^\/(?:datasets|series)\//

/** Lets an address be a page for people and data for programs: both routes exist, the Accept header decides. */
export function negotiation(app: FastifyInstance, offers: readonly Offer[]): void {
  app.addConstraintStrategy({
    name: wants,
    mustMatchWhenDerived: false,
    storage() {
      const handlers = new Map<unknown, never>()
      return {
        get: (value: unknown) => handlers.get(value) ?? null,
        set: (value: unknown, handler: never) => void handlers.set(value, handler),
      } as never
    },
    validate() {},
    deriveConstraint: (request: unknown) => {
      const { url, headers } = request as IncomingMessage
      if (!negotiated.test(url ?? '') || headers.accept === undefined) return 'page'
      try {
        return preferred(headers.accept, [page, ...offers]) === page ? 'page' : 'data'
      } catch {
        return 'data' // the route says what is wrong
      }
    },
  } as never)
}

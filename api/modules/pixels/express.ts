/**
 * Single planes again: a viewer asks for hundreds of one series, and Fastify's way with its hooks costs as much as sending
 * one. Whoever was given a plane by the full way is admitted to the others of the same revision for as long as what the
 * decision was made of is believed: the caller (ends with any change of accounts, sign-ins or roles) and the series. What is
 * admitted hangs on the exact cookie and token that were shown; everything but a plain GET goes the full way.
 */
import type { ServerResponse } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Caller } from '#api/access/caller.ts'
import type { Context } from '#api/context.ts'
import { callerOf } from '#api/plugins/signIn.ts'
import type { Shortcut } from '#api/plugins/httpServer.ts'
import { wholeHeaders, type Representation } from '#api/modules/content/sendBytes.ts'
import { sendFile, sendHeld } from '#api/modules/content/sendFile.ts'
import { etagOf, ready, type PlaneAddress } from './service.ts'
import type { Shelf, Shelved } from './shelf.ts'

const mostAdmitted = 2000
const middle = '/planes/'

interface Admitted {
  caller: Caller
  series: Shelved
  /** Names and values in turns, without the validator. */
  headers: string[]
}

export interface PlaneExpress {
  /** Admits the caller of a plane that is about to be sent. Call it when the rights were checked. */
  admit(request: FastifyRequest<{ Params: PlaneAddress }>, reply: FastifyReply, what: Representation): Promise<void>
  shortcut: Shortcut
}

export function planeExpress({ callers, log }: Context, shelf: Shelf): PlaneExpress {
  const admitted = new Map<string, Admitted>()

  const holds = ({ caller, series }: Admitted): boolean => series.until > Date.now() && callers.holds(caller)

  async function send(response: ServerResponse, { series, headers }: Admitted, k: number): Promise<void> {
    const { bytes, revision } = series.planes!
    const part = await shelf.plane(series, k, { start: 0, end: bytes })
    const outlet = { raw: response, log, hijack: () => undefined }
    const all = [...headers, 'etag', etagOf(revision, `p${k}`)]
    return 'lease' in part ? sendFile(outlet, 200, all, part) : sendHeld(outlet, 200, all, part)
  }

  return {
    async admit(request, reply, what) {
      const caller = callerOf(request)
      const { id, revision } = request.params
      const place = split(request.raw.url)
      // The full way writes a line for each request in this case.
      if (!place || log.isLevelEnabled('debug')) return
      const { series, planes } = await ready(shelf, caller, id)
      if (planes.revision !== revision) return
      const { etag: _etag, ...named } = wholeHeaders(what)
      const headers = Object.entries({ ...reply.raw.getHeaders(), ...named }).flatMap(([name, value]) => [
        name,
        String(value),
      ])
      const key = keyOf(place.base, request.headers)
      admitted.delete(key)
      const [oldest] = admitted.keys()
      if (oldest !== undefined && admitted.size >= mostAdmitted) admitted.delete(oldest)
      admitted.set(key, { caller, series, headers })
    },

    shortcut(request, response, next) {
      const place = split(request.url)
      if (!place || request.method !== 'GET') return false
      const { range, 'if-none-match': known } = request.headers
      if (range !== undefined || known !== undefined) return false
      const key = keyOf(place.base, request.headers)
      const found = admitted.get(key)
      if (!found) return false
      if (!holds(found)) {
        admitted.delete(key)
        return false
      }
      if (place.number >= found.series.planes!.count) return false
      send(response, found, place.number).catch((error: unknown) => {
        if (!response.headersSent) return next()
        log.error({ err: error }, 'sending broke off')
        response.destroy()
      })
      return true
    },
  }
}

/** The address of a plane as what stands before its number, and the number; null for any other address. */
function split(url = ''): { base: string; number: number } | null {
  const at = url.lastIndexOf(middle)
  const number = at < 0 ? '' : url.slice(at + middle.length)
  return /^\d{1,7}$/.test(number) ? { base: url.slice(0, at), number: Number(number) } : null
}

/** What was shown, and for what. Neither a header nor an address holds a line break. */
const keyOf = (
  base: string,
  { cookie = '', authorization = '' }: { cookie?: string; authorization?: string },
): string => `${base}\n${cookie}\n${authorization}`

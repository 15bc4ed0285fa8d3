/** Bodies in JSON, read strictly: true UTF-8, storable text, and a sentence for each way in which they can be wrong. */
import type { FastifyInstance } from 'fastify'
import { AppError } from '#api/errors.ts'
import { demandStorable } from '#api/records/storable.ts'

/** A JSON Merge Patch (RFC 7396) is JSON too. */
const mediaTypes = ['application/json', 'application/merge-patch+json']

export function bodies(app: FastifyInstance): void {
  app.removeContentTypeParser('application/json')
  app.addContentTypeParser(mediaTypes, { parseAs: 'buffer' }, async (_request: unknown, bytes: Buffer) => {
    // Many clients name a type for requests without a body; that is no mistake.
    if (bytes.length === 0) return undefined
    const body = parsed(bytes)
    demandStorable(body)
    return body
  })
  app.addHook('preValidation', async (request) => {
    demandStorable(request.query, '?')
    demandStorable(request.params, '?')
  })
}

function parsed(bytes: Buffer): unknown {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new AppError('invalid', 'The body is not UTF-8. Send JSON in UTF-8 (RFC 8259, section 8.1).')
  }
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    throw new AppError('invalid', `The body is not JSON: ${(error as Error).message.slice(0, 200)}.`)
  }
}

/** /docs/errors: what the `type` of a problem document points to. */
import type { FastifyInstance } from 'fastify'
import { problemKinds } from '#api/plugins/problems.ts'

/** What a person or a program can do about each. */
const advice: Record<string, string> = {
  invalid:
    'The member “errors” names each wrong field by a JSON pointer (or ?name for the address) and says what is expected.',
  'sign-in-needed': 'Sign in, or send a valid token: Authorization: Bearer viv_...',
  forbidden: 'You can see it, but your role or the scopes of your token do not allow this.',
  'not-found': 'It does not exist, or it is not yours to see; both look the same.',
  gone: 'It was here and has been withdrawn.',
  'wrong-method': 'The header Allow lists what is possible at this address.',
  conflict: 'It contradicts what is there; the sentence says what has to be done first.',
  stale: 'Somebody changed it after you read it. Read it again, repeat your change, send the new ETag.',
  'precondition-required': 'Updates and deletions need the ETag that you have seen, in If-Match.',
  'too-large': 'Send less at once; files are uploaded in pieces by tus.',
  unsupported: 'The media type or the format is not handled here.',
  'rate-limited': 'Wait as long as Retry-After says.',
  busy: 'Something is not ready yet; try again after Retry-After.',
  internal: 'A mistake of ours. The request number is in the log of the site.',
}

export async function problemRoutes(app: FastifyInstance): Promise<void> {
  const kinds = [...Object.values(problemKinds), [500, 'internal', 'Something went wrong here'] as const]
  const rows = kinds.map(
    ([status, code, title]) => `<h2 id="${code}">${status} ${code}: ${title}</h2>\n<p>${advice[code] ?? ''}</p>`,
  )
  const page = `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Errors · Vivarchive</title></head>
<body><main><h1>Errors</h1>\n<p>Every error is a problem document (RFC 9457).</p>\n${rows.join('\n')}\n</main></body></html>\n`
  app.get('/docs/errors', { config: { access: 'public' }, schema: { hide: true } }, async (_request, reply) =>
    reply.type('text/html; charset=utf-8').send(page),
  )
}

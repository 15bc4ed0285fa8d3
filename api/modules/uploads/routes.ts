/** tus 1.0 (resumable upload) at /api/v1/uploads, by @tus/server. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Server, type Upload } from '@tus/server'
import { Type } from 'typebox'
import type { Context } from '#api/context.ts'
import type { Caller } from '#api/access/caller.ts'
import { AppError, type ErrorKind } from '#api/errors.ts'
import { callerOf } from '#api/plugins/signIn.ts'
import { closed } from '#ontology/vocabulary.ts'
import { uploadLocker } from './locker.ts'
import { finishUpload, newUpload, uploadOf, type Metadata } from './service.ts'
import { uploadFolder, UploadStore, type UploadRecord } from './uploadStore.ts'

const address = '/api/v1/uploads'
const bodyType = 'application/offset+octet-stream'
/** Answers of tus say everything in headers. */
const empty = { description: 'No body; the answer is in the headers', type: 'null' }
const params = closed({ id: Type.String() })
const tusHeaders = {
  'tus-resumable': Type.Optional(Type.String({ examples: ['1.0.0'] })),
  'upload-length': Type.Optional(Type.String({ description: 'Bytes of the whole file.' })),
  'upload-metadata': Type.Optional(Type.String({ examples: ['importId MDFBUlo=,path YS9iLmRjbQ=='] })),
  'upload-offset': Type.Optional(Type.String({ description: 'Where the bytes of this request begin.' })),
}
/** A request that holds an upload has this long to end when another one asks for it. */
const drainMilliseconds = 200

export async function uploadRoutes(app: FastifyInstance, ctx: Context): Promise<void> {
  const store = new UploadStore(uploadFolder(ctx.blobs))
  await store.prepare()
  const callers = new WeakMap<object, Caller>()
  const announced = new WeakMap<object, UploadRecord>()
  const callerBehind = (request: object): Caller => callers.get(request) as Caller

  // A file is finished once, also when the client asks for it again meanwhile.
  const finishing = new Map<string, Promise<void>>()
  const finish = (record: UploadRecord): Promise<void> => {
    const running =
      finishing.get(record.id) ?? finishUpload(ctx, store, record).finally(() => finishing.delete(record.id))
    finishing.set(record.id, running)
    return running
  }

  const tus = new Server({
    path: address,
    datastore: store,
    locker: uploadLocker(),
    lockDrainTimeout: drainMilliseconds,
    relativeLocation: true,
    maxSize: ctx.config.maxFileBytes,
    allowedOrigins: [ctx.config.publicUrl],
    async namingFunction(request, metadata) {
      const size = Number(request.headers.get('upload-length') ?? Number.NaN)
      if (!Number.isSafeInteger(size))
        throw new AppError('invalid', 'Upload-Length is missing: say how long the file is.')
      if (size > ctx.config.maxFileBytes) throw tooLarge(ctx)
      const record = await newUpload(ctx, callerBehind(request), (metadata ?? {}) as Metadata, size)
      const isComplete =
        size === 0 ||
        (request.headers.get('content-type') === bodyType && Number(request.headers.get('content-length')) === size)
      await store.announce(record, isComplete)
      announced.set(request, record)
      return record.id
    },
    async onIncomingRequest(request, id) {
      if (announced.has(request)) return
      const record = await uploadOf(callerBehind(request), store, id)
      // All bytes are here but the file is not in its import yet: the client must not be told that it is done.
      if (record.offset === record.size && !record.finished && request.method !== 'DELETE') await finish(record)
    },
    async onUploadFinish(request, upload: Upload) {
      const record = announced.get(request) ?? (await store.record(upload.id))
      await finish(record)
      return {}
    },
    onResponseError(_request, error) {
      if ('status_code' in error) throw fromTus(error.status_code as number, (error as { body?: string }).body)
      const { code } = error as NodeJS.ErrnoException
      if (code === 'ENOSPC' || code === 'EDQUOT') {
        throw new AppError(
          'busy',
          'The server has no space left for these bytes. Tell the administrator; what arrived is kept.',
        )
      }
      throw error
    },
  })

  const serve = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    reply.header('tus-resumable', '1.0.0')
    const asked = toWeb(request)
    callers.set(asked, callerOf(request))
    try {
      const response = await tus.handleWeb(asked)
      if (response.status >= 400) throw fromTus(response.status, await response.text())
      for (const [name, value] of response.headers) if (!name.startsWith('access-control-')) reply.header(name, value)
      return await reply.code(response.status).send()
    } finally {
      // Nobody can come back to an upload that was announced and answered in one request, so nothing of it stays.
      const record = announced.get(asked)
      if (record) await store.forget(record)
    }
  }

  // Bytes go from the socket to the disk; no parser may collect them.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _payload, done) => done(null))
  const headers = (...names: (keyof typeof tusHeaders)[]) =>
    Type.Object(Object.fromEntries(['tus-resumable' as const, ...names].map((name) => [name, tusHeaders[name]])))
  const schema = { tags: ['Upload'] }
  const config = { access: 'signedIn' as const }
  app.route({
    method: 'OPTIONS',
    url: address,
    config: { access: 'public' },
    schema: { ...schema, summary: 'What this tus server can do', response: { 204: empty } },
    handler: serve,
  })
  app.route({
    method: 'POST',
    url: address,
    config,
    schema: {
      ...schema,
      summary: 'Begin an upload (tus)',
      description:
        'Upload-Metadata holds importId, path and, when it is known, sha256; each value in base64. All bytes may come along.',
      headers: headers('upload-length', 'upload-metadata'),
      response: { 201: empty },
    },
    handler: serve,
  })
  for (const [method, status, summary, ...sent] of [
    ['HEAD', 200, 'How far an upload is (tus)'],
    ['PATCH', 204, 'Send bytes of an upload (tus)', 'upload-offset'],
    ['DELETE', 204, 'Give an upload up (tus)'],
  ] as const) {
    const one = { params, headers: headers(...sent), response: { [status]: empty } }
    app.route({ method, url: `${address}/:id`, config, schema: { ...schema, summary, ...one }, handler: serve })
  }
}

/** The request as the standard object that the tus server reads. */
function toWeb(request: FastifyRequest): Request {
  const headers = new Headers()
  for (const [name, value] of Object.entries(request.headers)) if (typeof value === 'string') headers.set(name, value)
  const hasBody = request.method === 'POST' || request.method === 'PATCH'
  return new Request(`http://localhost${request.url}`, {
    method: request.method,
    headers,
    // Readable.toWeb would copy every chunk. The request must outlive an upload that ends early, to be answered.
    ...(hasBody && { body: ReadableStream.from(request.raw.iterator({ destroyOnReturn: false })), duplex: 'half' }),
  } as RequestInit)
}

const kinds: Record<number, ErrorKind> = {
  400: 'invalid',
  403: 'invalid',
  404: 'notFound',
  409: 'conflict',
  410: 'gone',
  412: 'stale',
  413: 'tooLarge',
  500: 'busy',
  501: 'unsupported',
}

const fromTus = (status: number, body = ''): AppError =>
  new AppError(kinds[status] ?? 'invalid', `${body.trim().replace(/\.$/, '')}.`)

const tooLarge = (ctx: Context): AppError =>
  new AppError('tooLarge', `The file is larger than the ${ctx.config.maxFileBytes / 2 ** 30} GiB that are accepted.`)

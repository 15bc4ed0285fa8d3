/** /api/v1/series/{id}/as/{format}: the image of a series as a file that other programs read. */
import { Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import type { FastifyInstance } from 'fastify'
import { ZipFile } from 'yazl'
import type { Context } from '#api/context.ts'
import { callerOf } from '#api/plugins/signIn.ts'
import { safeName } from '#api/modules/content/names.ts'
import { attachment, bodyless } from '#api/modules/content/sendBytes.ts'
import { targets, type Target } from '#imaging/write/targets.ts'
import { closed, id, oneOf } from '#ontology/vocabulary.ts'
import { convert, type ConvertedFile } from './service.ts'

export async function conversionRoutes(app: FastifyInstance, ctx: Context): Promise<void> {
  const endings = Object.keys(targets) as Target[]
  const types = Object.fromEntries(
    Object.values(targets).map(({ mediaType }) => [mediaType, { schema: { type: 'string', format: 'binary' } }]),
  )
  app.get<{ Params: { id: string; format: Target } }>(
    '/api/v1/series/:id/as/:format',
    {
      // Whoever may have the planes may have them in another form.
      config: { access: 'public' as const },
      compress: false as const,
      schema: {
        tags: ['Files'],
        summary: 'The image of a series in another file format',
        description: endings.map((ending) => `${ending}: ${targets[ending].title}`).join('; '),
        params: closed({ id: id(), format: oneOf(endings) }),
        response: { 200: { content: types } },
      },
    },
    async (request, reply) => {
      const { id: seriesId, format } = request.params
      const made = await convert(ctx, callerOf(request), seriesId, format)
      const name = `${safeName(made.name)}.${format}`
      reply
        .type(targets[format].mediaType)
        .header('content-disposition', attachment(name))
        .header('x-content-type-options', 'nosniff')
        .header('cache-control', `${made.access}, no-cache`)
      const body = bodyOf(format, made.files)
      body.on('error', (error) => request.log.warn({ err: error }, 'a conversion ended early'))
      if (request.method === 'HEAD') {
        body.destroy()
        return reply.send(bodyless(request))
      }
      return reply.send(body)
    },
  )
}

function bodyOf(target: Target, files: AsyncIterable<ConvertedFile>): Readable {
  if (target === 'dcm.zip') return zipOf(files)
  const bytes = Readable.from(
    (async function* () {
      for await (const { parts } of files) yield* parts
    })(),
    { objectMode: false },
  )
  if (target !== 'nii.gz') return bytes
  const gzip = createGzip({ level: 4 })
  bytes.once('error', (error) => gzip.destroy(error))
  gzip.once('close', () => bytes.destroy())
  return bytes.pipe(gzip)
}

/** The files as they are made, stored one after the other: each is asked for when the one before it has been sent. */
function zipOf(files: AsyncIterable<ConvertedFile>): Readable {
  const zip = new ZipFile()
  const out = zip.outputStream as Readable
  const list = files[Symbol.asyncIterator]()
  const addNext = async (): Promise<void> => {
    const next = await list.next()
    if (next.done) return zip.end()
    const stream = Readable.from(next.value.parts, { objectMode: false })
    stream.once('end', () => void addNext().catch((error: Error) => out.destroy(error)))
    stream.once('error', (error) => out.destroy(error))
    zip.addReadStream(stream, next.value.name, { compress: false })
  }
  out.once('close', () => void list.return?.())
  addNext().catch((error: Error) => out.destroy(error))
  return out
}

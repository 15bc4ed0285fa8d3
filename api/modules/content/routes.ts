/** Original files over HTTP, one by one and as archives. */
import type { FastifyInstance } from 'fastify'
import type { Context } from '#api/context.ts'
import { callerOf } from '#api/plugins/signIn.ts'
import { idParams } from '#api/records/routes.ts'
import { sendArchive } from './archive.ts'
import { sendBytes } from './sendBytes.ts'
import { datasetArchive, fileContent, seriesArchive, studyArchive } from './service.ts'

interface ById {
  Params: { id: string }
}

const binary = (mediaType: string) => ({ content: { [mediaType]: { schema: { type: 'string', format: 'binary' } } } })

const about = (summary: string, mediaType: string) => ({
  tags: ['Files'],
  summary,
  params: idParams,
  response: { 200: binary(mediaType), ...(mediaType !== 'application/zip' && { 206: binary(mediaType) }) },
})

export async function contentRoutes(app: FastifyInstance, ctx: Context): Promise<void> {
  // Files of published series are open to everybody, so the services decide.
  const route = { config: { access: 'public' as const }, compress: false as const }
  app.get<ById>(
    '/api/v1/files/:id/content',
    { ...route, schema: about('Bytes of a file; ranges are served', 'application/octet-stream') },
    async (request, reply) => sendBytes(request, reply, await fileContent(ctx, callerOf(request), request.params.id)),
  )
  app.get<ById>(
    '/api/v1/series/:id/archive.zip',
    { ...route, schema: about('All files of a series with their checksums', 'application/zip') },
    async (request, reply) => {
      const { name, entries } = await seriesArchive(callerOf(request), request.params.id)
      return sendArchive(ctx, request, reply, name, entries)
    },
  )
  app.get<ById>(
    '/api/v1/studies/:id/archive.zip',
    { ...route, schema: about('All files of a study with their checksums', 'application/zip') },
    async (request, reply) => {
      const { name, entries } = await studyArchive(callerOf(request), request.params.id)
      return sendArchive(ctx, request, reply, name, entries)
    },
  )
  app.get<ById>(
    '/api/v1/datasets/:id/archive.zip',
    { ...route, schema: about('All files of a dataset with their checksums and its JSON-LD', 'application/zip') },
    async (request, reply) => {
      const { name, entries, texts } = await datasetArchive(ctx, callerOf(request), request.params.id)
      return sendArchive(ctx, request, reply, name, entries, texts)
    },
  )
}

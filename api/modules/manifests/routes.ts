/** Lists of files to fetch: of chosen series, or of all that a search finds. */
import type { FastifyInstance, FastifyReply } from 'fastify'
import { Type } from 'typebox'
import type { Context } from '#api/context.ts'
import { attachment } from '#api/modules/content/sendBytes.ts'
import { askedOf, conditions, withFacets, type SearchAddress } from '#api/modules/search/routes.ts'
import { callerOf } from '#api/plugins/signIn.ts'
import { closed, id, oneOf } from '#ontology/vocabulary.ts'
import { formats, type Manifest, type ManifestFormat } from './formats.ts'
import { manifestOf, mostSeries, seriesOfSearch } from './service.ts'

const format = oneOf(Object.keys(formats) as ManifestFormat[], {
  default: 'json',
  description: Object.entries(formats)
    .map(([name, { use }]) => `${name}: ${use}`)
    .join('; '),
})
const ManifestDocument = closed({
  series: Type.Array(closed({ id: id(), label: Type.String(), folder: Type.String(), url: Type.String() })),
  files: Type.Array(
    closed({
      seriesId: id(),
      path: Type.String(),
      url: Type.String(),
      byteCount: Type.Integer(),
      sha256: Type.String(),
    }),
  ),
  fileCount: Type.Integer(),
  byteCount: Type.Integer(),
})
const response = {
  200: {
    content: {
      'application/json': { schema: ManifestDocument },
      'text/csv': { schema: Type.String() },
      'text/plain': { schema: Type.String() },
    },
  },
}

export async function manifestRoutes(app: FastifyInstance, ctx: Context): Promise<void> {
  const config = { access: 'public' as const }
  const about = (summary: string) => ({
    tags: ['Files'],
    summary,
    description:
      'Addresses, sizes and SHA-256 of the original files, in the words of curl, wget, aria2c, sha256sum, spreadsheets or programs.',
  })
  const send = (reply: FastifyReply, name: ManifestFormat, manifest: Manifest) => {
    const { mediaType, extension, write } = formats[name]
    return reply
      .type(mediaType === 'application/json' ? mediaType : `${mediaType}; charset=utf-8`)
      .header('content-disposition', attachment(`vivarchive.${extension}`))
      .serializer((text: string) => text)
      .send(write(manifest))
  }
  app.post<{ Body: { seriesIds: string[]; format: ManifestFormat } }>(
    '/api/v1/manifests',
    {
      config,
      schema: {
        ...about('The files of chosen image series'),
        body: closed({
          seriesIds: Type.Array(id(), { minItems: 1, maxItems: mostSeries, uniqueItems: true }),
          format: Type.Optional(format),
        }),
        response,
      },
    },
    async (request, reply) => {
      const { seriesIds, format: name = 'json' } = request.body
      return send(reply, name, await manifestOf(ctx, callerOf(request), seriesIds))
    },
  )
  app.get<{ Querystring: SearchAddress & { format: ManifestFormat } }>(
    '/api/v1/search/manifest',
    {
      config,
      schema: {
        ...about('The files of all image series that a search finds'),
        querystring: withFacets({ ...conditions, format: Type.Optional(format) }),
        response,
      },
    },
    async (request, reply) => {
      const { format: name, ...query } = request.query
      const caller = callerOf(request)
      const ids = await seriesOfSearch(ctx, caller, askedOf(query as SearchAddress))
      return send(reply, name, await manifestOf(ctx, caller, ids))
    },
  )
}

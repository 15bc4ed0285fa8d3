/** /ai-datasets: frozen, split and checked choices of image series for machine learning. */
import type { FastifyInstance, FastifyReply } from 'fastify'
import { Type } from 'typebox'
import type { Context } from '#api/context.ts'
import { AppError } from '#api/errors.ts'
import { sendBytes } from '#api/modules/content/sendBytes.ts'
import { formats, type ManifestFormat } from '#api/modules/manifests/formats.ts'
import { mostSeries } from '#api/modules/manifests/service.ts'
import { askedOf, conditions, withFacets, type SearchAddress } from '#api/modules/search/routes.ts'
import { callerOf } from '#api/plugins/signIn.ts'
import { newAjv } from '#api/records/validate.ts'
import { idParams, pageQuery } from '#api/records/routes.ts'
import { closed, id, line, oneOf } from '#ontology/vocabulary.ts'
import { croissantOf, datasheetOf, itemsCsv, manifestOf } from './documents.ts'
import { defineAiDatasetModel } from './model.ts'
import {
  checkParts,
  convertedFile,
  createAiDataset,
  findReady,
  getAiDataset,
  listAiDatasets,
  nextAiDataset,
  removeAiDataset,
} from './service.ts'
import { groupings, splitNames, type Spec, type SplitName } from './types.ts'

const share = Type.Number({ minimum: 0, maximum: 1 })
const spacing = Type.Number({ exclusiveMinimum: 0, maximum: 100 })
const seriesIds = (minItems: number) => Type.Array(id(), { minItems, maxItems: mostSeries, uniqueItems: true })
const SpecSchema = closed({
  title: line({ title: 'Title' }),
  query: Type.Optional(
    Type.String({
      maxLength: 4000,
      description: 'The parameters of GET /api/v1/search, as in its address.',
      examples: ['q=FDG&facet.Species=Mus musculus'],
    }),
  ),
  seriesIds: Type.Optional(seriesIds(1)),
  format: oneOf(['original', 'nifti'], { default: 'original' }),
  spacing: Type.Optional(
    Type.Unsafe<[number, number, number]>(
      Type.Array(spacing, { minItems: 3, maxItems: 3, description: 'mm along x, y, z; NIfTI alone' }),
    ),
  ),
  labelFacet: Type.Optional(
    Type.String({
      maxLength: 100,
      description: 'Facet of the search whose value is the label.',
      examples: ['Disease'],
    }),
  ),
  split: closed({
    groupBy: Type.Array(oneOf(groupings), { uniqueItems: true, description: 'Kept together beside animals.' }),
    shares: closed({ train: share, validation: share, test: share }),
    seed: Type.Integer({ minimum: 0, maximum: 2147483647 }),
  }),
})
const parts = oneOf(splitNames)
const Finding = closed({
  severity: oneOf(['error', 'warning']),
  rule: Type.String(),
  message: Type.String(),
  seriesIds: Type.Array(Type.String()),
})
const texts = Type.Array(Type.String())
const Item = closed({
  seriesId: id(),
  name: Type.String(),
  modality: Type.Union([Type.String(), Type.Null()]),
  date: Type.Union([Type.String(), Type.Null()]),
  label: Type.Union([Type.String(), Type.Null()]),
  animals: texts,
  acquisition: Type.String(),
  lineage: texts,
  groups: closed({ litter: texts, cage: texts, bed: texts, instrument: texts }),
  bytes: texts,
  segmentations: texts,
  isPublic: Type.Boolean(),
  split: parts,
  files: Type.Array(
    closed({ path: Type.String(), byteCount: Type.Integer(), sha256: Type.String(), fileId: Type.Optional(id()) }),
  ),
  problem: Type.Optional(Type.String()),
})
const summary = {
  id: id(),
  title: Type.String(),
  number: Type.Integer(),
  previousId: Type.Optional(id()),
  state: oneOf(['building', 'ready', 'failed']),
  openToAll: Type.Boolean({ description: 'Every series is public, so everybody with the address may read it.' }),
  jobId: Type.Optional(id()),
  createdAt: Type.String(),
  url: Type.String(),
  spec: SpecSchema,
}
const Result = closed({
  items: Type.Array(Item),
  findings: Type.Array(Finding),
  changes: Type.Union([closed({ added: texts, removed: texts, changed: texts }), Type.Null()]),
  sources: Type.Array(
    closed({
      datasetId: id(),
      title: Type.String(),
      licence: Type.Union([Type.String(), Type.Null()]),
      citation: Type.String(),
    }),
  ),
  sha256: Type.String(),
  madeAt: Type.String(),
})
const View = closed({ ...summary, result: Type.Optional(Result) })

interface ById {
  Params: { id: string }
}

export async function aiDatasetRoutes(app: FastifyInstance, ctx: Context): Promise<void> {
  defineAiDatasetModel(ctx.db.sequelize)
  const origin = ctx.config.publicUrl
  const about = (words: string) => ({ tags: ['AI dataset'], summary: words })
  const open = { access: 'public' as const }
  const own = { access: 'signedIn' as const }
  const plain = (type: string) => ({ 200: { content: { [type]: { schema: Type.String() } } } })
  const sendText = (reply: FastifyReply, type: string, text: string) =>
    reply
      .type(type)
      .serializer((body: string) => body)
      .send(text)
  /** A stored query is held to the schema of the search, at the time when it is asked. */
  const check = newAjv(true).compile<SearchAddress>(withFacets(conditions))
  const readQuery = (query: string) => {
    const address: Record<string, unknown> = {}
    const given = new URLSearchParams(query)
    for (const name of new Set(given.keys())) {
      const values = given.getAll(name)
      address[name] = name.startsWith('facet.') || name === 'type' ? values : values[0]
    }
    delete address.type
    if (!check(address)) {
      throw new AppError(
        'invalid',
        `The query is none of the search: ${check.errors?.[0]?.message ?? 'unknown parameter'}.`,
        {
          fields: [
            {
              pointer: '/query',
              message: `${check.errors?.[0]?.instancePath ?? ''} ${check.errors?.[0]?.message ?? ''}`.trim(),
            },
          ],
        },
      )
    }
    return askedOf(address as SearchAddress)
  }

  app.get<{ Querystring: { limit?: number; cursor?: string } }>(
    '/api/v1/ai-datasets',
    {
      config: own,
      schema: {
        ...about("One's own datasets for machine learning, newest first"),
        querystring: closed(pageQuery),
        response: {
          200: closed({ items: Type.Array(closed(summary)), next: Type.Union([Type.String(), Type.Null()]) }),
        },
      },
    },
    (request) => listAiDatasets(ctx, callerOf(request), request.query),
  )
  app.post<{ Body: Spec }>(
    '/api/v1/ai-datasets',
    {
      config: own,
      schema: {
        ...about('Freeze, convert, split and check image series for machine learning; a job does it'),
        body: SpecSchema,
        response: { 202: View },
      },
    },
    async (request, reply) => {
      const view = await createAiDataset(ctx, callerOf(request), request.body, readQuery)
      return reply.code(202).header('location', `/api/v1/ai-datasets/${view.id}`).send(view)
    },
  )
  app.post<{ Body: Partial<Record<SplitName, string[]>> }>(
    '/api/v1/ai-datasets/check',
    {
      config: open,
      schema: {
        ...about('Leakage between parts that were made elsewhere'),
        body: closed(Object.fromEntries(splitNames.map((name) => [name, Type.Optional(seriesIds(0))]))),
        response: { 200: closed({ findings: Type.Array(Finding) }) },
      },
    },
    (request) => checkParts(callerOf(request), request.body),
  )
  app.get<ById>(
    '/api/v1/ai-datasets/:id',
    { config: open, schema: { ...about('A dataset for machine learning'), params: idParams, response: { 200: View } } },
    (request) => getAiDataset(ctx, callerOf(request), request.params.id),
  )
  app.delete<ById>(
    '/api/v1/ai-datasets/:id',
    {
      config: own,
      schema: { ...about('Remove a dataset for machine learning'), params: idParams, response: { 204: Type.Null() } },
    },
    async (request, reply) => {
      await removeAiDataset(ctx, callerOf(request), request.params.id)
      return reply.code(204).send()
    },
  )
  app.post<ById>(
    '/api/v1/ai-datasets/:id/versions',
    {
      config: own,
      schema: { ...about('Ask the same question again: the next version'), params: idParams, response: { 202: View } },
    },
    async (request, reply) =>
      reply.code(202).send(await nextAiDataset(ctx, callerOf(request), request.params.id, readQuery)),
  )
  app.get<ById>(
    '/api/v1/ai-datasets/:id/items.csv',
    { config: open, schema: { ...about('One line for each file'), params: idParams, response: plain('text/csv') } },
    async (request, reply) =>
      sendText(
        reply,
        'text/csv; charset=utf-8; header=present',
        itemsCsv(origin, await findReady(callerOf(request), request.params.id)),
      ),
  )
  app.get<ById>(
    '/api/v1/ai-datasets/:id/croissant',
    {
      config: open,
      schema: { ...about('As Croissant 1.1'), params: idParams, response: plain('application/ld+json') },
    },
    async (request, reply) => {
      const document = croissantOf(origin, await findReady(callerOf(request), request.params.id))
      return sendText(reply, 'application/ld+json', JSON.stringify(document, null, 2))
    },
  )
  app.get<ById>(
    '/api/v1/ai-datasets/:id/datasheet.md',
    { config: open, schema: { ...about('Its datasheet'), params: idParams, response: plain('text/markdown') } },
    async (request, reply) =>
      sendText(
        reply,
        'text/markdown; charset=utf-8',
        datasheetOf(origin, await findReady(callerOf(request), request.params.id)),
      ),
  )
  app.get<ById & { Querystring: { format: ManifestFormat } }>(
    '/api/v1/ai-datasets/:id/manifest',
    {
      config: open,
      schema: {
        ...about('Its files in the words of curl, wget, aria2c and sha256sum'),
        params: idParams,
        querystring: closed({
          format: Type.Optional(oneOf(Object.keys(formats) as ManifestFormat[], { default: 'json' })),
        }),
        response: {
          200: {
            content: {
              'application/json': { schema: Type.String() },
              'text/csv': { schema: Type.String() },
              'text/plain': { schema: Type.String() },
            },
          },
        },
      },
    },
    async (request, reply) => {
      const { mediaType, write } = formats[request.query.format]
      return sendText(
        reply,
        `${mediaType}; charset=utf-8`,
        write(manifestOf(origin, await findReady(callerOf(request), request.params.id))),
      )
    },
  )
  app.get<{ Params: { id: string; place: number } }>(
    '/api/v1/ai-datasets/:id/files/:place',
    {
      config: open,
      compress: false as const,
      schema: {
        ...about('A converted file, by the place of its item'),
        params: closed({ id: id(), place: Type.Integer({ minimum: 0, maximum: mostSeries }) }),
        response: { 200: { content: { 'application/gzip': { schema: { type: 'string', format: 'binary' } } } } },
      },
    },
    async (request, reply) =>
      sendBytes(request, reply, await convertedFile(ctx, callerOf(request), request.params.id, request.params.place)),
  )
}

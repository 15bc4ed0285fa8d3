/** /datasets: what is sent to the registry, and everything that can be fetched of it. */
import type { FastifyInstance, FastifyReply } from 'fastify'
import { Type } from 'typebox'
import type { Context } from '#api/context.ts'
import { callerOf } from '#api/plugins/signIn.ts'
import { idParams, pageQuery, withTag } from '#api/records/routes.ts'
import { metadataForms } from '#api/exports/index.ts'
import { landingHeader, seriesHeader } from '#api/exports/linkset.ts'
import { filesOf, siteOf } from '#api/exports/published.ts'
import { datasetStates } from '#ontology/entities/dataset.ts'
import { licences } from '#ontology/entities/project.ts'
import { closed, date, id, line, oneOf, text } from '#ontology/vocabulary.ts'
import { changeEmbargo } from './embargo.ts'
import { publicationOfStudy } from './publication.ts'
import { datasetOfSeries, getDataset, getVersion, listDatasets, listVersions, type DatasetQuery } from './read.ts'
import {
  checkDataset,
  createDataset,
  publishDataset,
  returnDataset,
  withdrawDataset,
  type Choice,
  type NewDataset,
} from './service.ts'

const choice = {
  seriesIds: Type.Optional(Type.Array(id(), { minItems: 1, maxItems: 2000, uniqueItems: true })),
  studyId: Type.Optional(id()),
}
const missing = closed({
  entity: Type.String(),
  recordId: id(),
  label: Type.String(),
  field: Type.String(),
  title: Type.String(),
  pointer: Type.String(),
})

interface ById {
  Params: { id: string }
}

export async function datasetRoutes(app: FastifyInstance, ctx: Context): Promise<void> {
  const about = (summary: string) => ({ tags: ['Dataset'], summary })
  const open = { access: 'public' as const }
  const writing = { access: 'signedIn' as const }
  const answer = { $ref: 'DatasetWithSnapshot#' }
  const reason = closed({ reason: text({ title: 'Reason' }) })
  const site = siteOf(ctx.config)
  /** With the typed links of its landing page, so that programs find everything from here, and the page itself too. */
  const send = (reply: FastifyReply, dataset: Awaited<ReturnType<typeof getDataset>>) =>
    withTag(reply.header('link', landingHeader(dataset, site, metadataForms)), dataset)

  app.get<{ Querystring: DatasetQuery }>(
    '/api/v1/datasets',
    {
      config: open,
      schema: {
        ...about('List datasets, newest first'),
        querystring: closed({
          q: Type.Optional(Type.String({ maxLength: 200 })),
          state: Type.Optional(oneOf(datasetStates)),
          projectId: Type.Optional(id()),
          ...pageQuery,
        }),
        response: {
          200: closed({ items: Type.Array(Type.Ref('Dataset')), next: Type.Union([Type.String(), Type.Null()]) }),
        },
      },
    },
    (request) => listDatasets(ctx, callerOf(request), request.query),
  )
  app.post<{ Body: NewDataset }>(
    '/api/v1/datasets',
    {
      config: writing,
      schema: {
        ...about('Make a dataset of series or a study, and send it to the registry'),
        body: closed({
          ...choice,
          title: Type.Optional(line()),
          description: Type.Optional(text()),
          licence: Type.Optional(oneOf(licences)),
          creators: Type.Optional(Type.Array(id(), { maxItems: 100, uniqueItems: true })),
          keywords: Type.Optional(Type.Array(line(), { maxItems: 50, uniqueItems: true })),
          send: Type.Optional(Type.Boolean()),
          embargoUntil: Type.Optional(
            date({ description: 'Day on which the files open; the metadata is public at once.' }),
          ),
          excuseMissing: Type.Optional(oneOf(['unknown', 'notRecorded', 'notApplicable', 'withheld'])),
        }),
        response: { 201: answer },
      },
    },
    async (request, reply) => {
      const dataset = await createDataset(ctx, callerOf(request), request.body)
      return send(reply.code(201).header('location', `/api/v1/datasets/${dataset.id}`), dataset)
    },
  )
  app.post<{ Body: Choice }>(
    '/api/v1/datasets/check',
    {
      config: writing,
      schema: {
        ...about('What is missing for publication'),
        body: closed(choice),
        response: { 200: closed({ ready: Type.Boolean(), missing: Type.Array(missing) }) },
      },
    },
    (request) => checkDataset(callerOf(request), request.body),
  )
  app.get<{ Params: { seriesId: string } }>(
    '/api/v1/datasets/by-series/:seriesId',
    {
      config: open,
      schema: {
        ...about('The newest public dataset that holds a series'),
        params: closed({ seriesId: id() }),
        response: { 200: answer },
      },
    },
    async (request, reply) => {
      const { seriesId } = request.params
      const dataset = await datasetOfSeries(ctx, callerOf(request), seriesId)
      return withTag(reply.header('link', seriesHeader(dataset, site, metadataForms, seriesId)), dataset)
    },
  )
  app.get<ById>(
    '/api/v1/studies/:id/publication',
    {
      config: open,
      schema: {
        ...about('The dataset of each series of a study that is part of one'),
        params: idParams,
        response: {
          200: closed({
            items: Type.Array(closed({ seriesId: id(), datasetId: id(), state: oneOf(datasetStates) })),
          }),
        },
      },
    },
    async (request) => ({ items: await publicationOfStudy(callerOf(request), request.params.id) }),
  )
  app.get<ById>(
    '/api/v1/datasets/:id',
    { config: open, schema: { ...about('A dataset with its records'), params: idParams, response: { 200: answer } } },
    async (request, reply) => send(reply, await getDataset(ctx, callerOf(request), request.params.id)),
  )
  app.get<ById>(
    '/api/v1/datasets/:id/versions',
    {
      config: open,
      schema: {
        ...about('Published versions, newest first'),
        params: idParams,
        response: {
          200: closed({
            items: Type.Array(closed({ number: Type.Integer(), sha256: Type.String(), publishedAt: Type.String() })),
          }),
        },
      },
    },
    async (request) => ({ items: await listVersions(callerOf(request), request.params.id) }),
  )
  app.get<{ Params: { id: string; number: number } }>(
    '/api/v1/datasets/:id/versions/:number',
    {
      config: open,
      schema: {
        ...about('A published version as it was, also when it is superseded'),
        params: closed({ id: id(), number: Type.Integer({ minimum: 1, maximum: 100_000 }) }),
        response: { 200: answer },
      },
    },
    (request) => getVersion(ctx, callerOf(request), request.params.id, request.params.number),
  )
  app.post<ById & { Body: { until: string | null } }>(
    '/api/v1/datasets/:id/embargo',
    {
      config: writing,
      schema: {
        ...about('Move the end of an embargo, or open the dataset now'),
        params: idParams,
        body: closed({ until: Type.Union([date(), Type.Null()], { description: 'null: open now' }) }),
        response: { 200: answer },
      },
    },
    async (request, reply) =>
      send(reply, await changeEmbargo(ctx, callerOf(request), request.params.id, request.body.until)),
  )
  app.post<ById>(
    '/api/v1/datasets/:id/publish',
    {
      config: writing,
      schema: { ...about('Publish, or publish the next version'), params: idParams, response: { 200: answer } },
    },
    async (request, reply) => send(reply, await publishDataset(ctx, callerOf(request), request.params.id)),
  )
  app.post<ById & { Body: { reason: string } }>(
    '/api/v1/datasets/:id/return',
    {
      config: writing,
      schema: { ...about('Send a submission back'), params: idParams, body: reason, response: { 200: answer } },
    },
    async (request, reply) =>
      send(reply, await returnDataset(ctx, callerOf(request), request.params.id, request.body.reason)),
  )
  app.post<ById & { Body: { reason: string } }>(
    '/api/v1/datasets/:id/withdraw',
    {
      config: writing,
      schema: { ...about('Take a public dataset back'), params: idParams, body: reason, response: { 200: answer } },
    },
    async (request, reply) =>
      send(reply, await withdrawDataset(ctx, callerOf(request), request.params.id, request.body.reason)),
  )
  app.get<ById>(
    '/api/v1/datasets/:id/sha256sums',
    {
      config: open,
      schema: {
        ...about('Checksums of its files, as sha256sum reads them'),
        params: idParams,
        response: { 200: { content: { 'text/plain': { schema: Type.String() } } } },
      },
    },
    async (request, reply) => {
      const dataset = await getDataset(ctx, callerOf(request), request.params.id)
      const lines = filesOf(dataset, site).map(({ sha256, path }) => checksumLine(sha256, path))
      return reply.type('text/plain; charset=utf-8').send(lines.join(''))
    },
  )
}

/** One line of a checksum file; names with a backslash or a newline are escaped as GNU sha256sum does. */
export function checksumLine(sha256: string, path: string): string {
  const escaped = path.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r')
  return `${escaped === path ? '' : '\\'}${sha256}  ${escaped}\n`
}

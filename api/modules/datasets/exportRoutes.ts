/** A dataset in every form of api/exports: each at an address of its own, and by negotiation at the landing page. */
import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Context } from '#api/context.ts'
import { AppError, notFound } from '#api/errors.ts'
import { forms, metadataForms, type Form } from '#api/exports/index.ts'
import { landingHeader, seriesHeader } from '#api/exports/linkset.ts'
import { addressesOf, siteOf, type Published } from '#api/exports/published.ts'
import { csvOf, tablesOf } from '#api/exports/tables.ts'
import { preferred, wants } from '#api/plugins/accept.ts'
import { callerOf } from '#api/plugins/signIn.ts'
import { closed, id, oneOf } from '#ontology/vocabulary.ts'
import { isKnown } from '../content/range.ts'
import { attachment } from '../content/sendBytes.ts'
import { datasetOfSeries, getDataset } from './read.ts'

export async function datasetExportRoutes(app: FastifyInstance, ctx: Context): Promise<void> {
  const site = siteOf(ctx.config)
  const config = { access: 'public' as const }
  const names = forms.map(({ name }) => name)
  const answers = Object.fromEntries(
    [...new Set(forms.map(({ mediaType }) => mediaType))].map((type) => [type, { schema: Type.String() }]),
  )

  app.get<{ Params: { id: string; form: string } }>(
    '/api/v1/datasets/:id/as/:form',
    {
      config,
      schema: {
        tags: ['Dataset'],
        summary: 'A dataset in a form for other programs',
        description: forms.map(({ name, title }) => `${name}: ${title}`).join('; '),
        params: closed({ id: id(), form: oneOf(names) }),
        response: { 200: { content: answers } },
      },
    },
    async (request, reply) => {
      const dataset = await getDataset(ctx, callerOf(request), request.params.id)
      const form = forms.find(({ name }) => name === request.params.form) as Form
      reply.header('link', `<${addressesOf(dataset, site).page}>; rel="describes"; type="text/html"`)
      return sendForm(request, reply, dataset, form)
    },
  )
  app.get<{ Params: { id: string; table: string } }>(
    '/api/v1/datasets/:id/tables/:table.csv',
    {
      config,
      schema: {
        tags: ['Dataset'],
        summary: 'The records of one kind as a table',
        params: closed({ id: id(), table: Type.String({ pattern: '^[a-z]{1,20}$' }) }),
        response: { 200: { content: { 'text/csv': { schema: Type.String() } } } },
      },
    },
    async (request, reply) => {
      const dataset = await getDataset(ctx, callerOf(request), request.params.id)
      const table = tablesOf(dataset, site).find(({ name }) => name === request.params.table)
      if (!table) throw notFound('table', request.params.table)
      reply.header('content-disposition', attachment(`${table.name}.csv`))
      return send(request, reply, dataset, 'text/csv; charset=utf-8; header=present', csvOf(table))
    },
  )

  /** Negotiated: the portal's route answers at the same address when a page is wanted. */
  const negotiated = {
    config,
    schema: { hide: true },
    constraints: { [wants]: 'data' },
  }
  app.get<{ Params: { id: string } }>('/datasets/:id', negotiated as object, async (request, reply) => {
    const dataset = await getDataset(ctx, callerOf(request), request.params.id)
    reply.header('link', landingHeader(dataset, site, metadataForms))
    return sendPreferred(request, reply, dataset)
  })
  app.get<{ Params: { id: string } }>('/series/:id', negotiated as object, async (request, reply) => {
    const dataset = await datasetOfSeries(ctx, callerOf(request), request.params.id)
    reply.header('link', seriesHeader(dataset, site, metadataForms, request.params.id))
    return sendPreferred(request, reply, dataset)
  })

  function sendPreferred(request: FastifyRequest, reply: FastifyReply, dataset: Published) {
    reply.header('vary', 'Accept')
    const form = preferred(request.headers.accept, forms)
    if (!form) {
      const types = ['text/html', ...new Set(forms.map(({ mediaType }) => mediaType))]
      throw new AppError('notAcceptable', `This can be had as ${types.join(', ')}. Name one of them in Accept.`)
    }
    reply.header('content-location', addressesOf(dataset, site).as(form.name))
    return sendForm(request, reply, dataset, form)
  }

  async function sendForm(request: FastifyRequest, reply: FastifyReply, dataset: Published, form: Form) {
    const { mediaType, profile } = form
    const type = `${mediaType}${mediaType.startsWith('text/') ? '; charset=utf-8' : ''}${profile ? `; profile="${profile}"` : ''}`
    return send(request, reply, dataset, type, await form.render(dataset, site))
  }

  function send(request: FastifyRequest, reply: FastifyReply, dataset: Published, type: string, text: string) {
    const etag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`
    const open = dataset.state === 'published' || dataset.state === 'withdrawn'
    reply.header('etag', etag).header('cache-control', open ? 'public, max-age=60' : 'private, no-store')
    if (isKnown(request.headers['if-none-match'], etag)) return reply.code(304).send()
    return reply.header('content-type', type).serializer(String).send(text)
  }
}

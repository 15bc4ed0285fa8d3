/** Fixed addresses on which harvesters rely: OAI-PMH, the DCAT catalogue, sitemap, robots, and what interfaces there are. */
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { Context } from '#api/context.ts'
import { AppError } from '#api/errors.ts'
import { dcatCatalogue, interfaces } from '#api/exports/dcat.ts'
import { siteOf } from '#api/exports/published.ts'
import { rdfForms, type RdfForm } from '#api/exports/rdf.ts'
import { xmlText } from '#api/exports/xml.ts'
import { preferred } from '#api/plugins/accept.ts'
import { closed } from '#ontology/vocabulary.ts'
import { answerOai } from './oai.ts'
import { periodOfChanges, publicPlaces, publicRows, publicStarts, publishedOf } from './publicDatasets.ts'

/** Datasets on one page of the catalogue. */
const cataloguePage = 100
/** Addresses in one file of the sitemap (sitemaps.org allows 50,000). */
const sitemapPage = 10_000
const robots = (
  origin: string,
) => `# Everything public here is meant to be harvested. Lists come in pages; please ask one page after the other.
# ${origin}/.well-known/api-catalog says which interfaces there are.
User-agent: *
Allow: /
Disallow: /work
Disallow: /admin/
Disallow: /account
Disallow: /sign-in
Disallow: /view
Sitemap: ${origin}/sitemap.xml
`

export async function harvestRoutes(app: FastifyInstance, ctx: Context): Promise<void> {
  const site = siteOf(ctx.config)
  const config = { access: 'public' as const }
  const about = (summary: string, ...types: string[]) => ({
    tags: ['Harvest'],
    summary,
    response: { 200: { content: Object.fromEntries(types.map((type) => [type, { schema: Type.String() }])) } },
  })

  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: 10_000 },
    (_r, body, done) => done(null, body),
  )
  const oai = async (given: string) => answerOai(ctx, [...new URLSearchParams(given)])
  const oaiType = 'text/xml; charset=utf-8'
  app.get('/oai', { config, schema: about('OAI-PMH 2.0', 'text/xml') }, async (request, reply) =>
    reply
      .type(oaiType)
      .serializer(String)
      .send(await oai(request.url.split('?')[1] ?? '')),
  )
  app.post(
    '/oai',
    { config, schema: { ...about('OAI-PMH 2.0', 'text/xml'), consumes: ['application/x-www-form-urlencoded'] } },
    async (request, reply) => {
      if (typeof request.body !== 'string')
        throw new AppError('unsupported', 'OAI-PMH takes its arguments as application/x-www-form-urlencoded.')
      return reply
        .type(oaiType)
        .serializer(String)
        .send(await oai(request.body))
    },
  )

  app.get<{ Querystring: { cursor?: string } }>(
    '/catalog',
    {
      config,
      schema: {
        ...about('The registry as a DCAT catalogue, oldest change first', ...Object.keys(rdfForms)),
        querystring: closed({ cursor: Type.Optional(Type.String({ maxLength: 500 })) }),
      },
    },
    async (request, reply) => {
      const offers = Object.keys(rdfForms).map((mediaType) => ({ mediaType: mediaType as RdfForm }))
      reply.header('vary', 'Accept')
      const chosen = preferred(request.headers.accept, offers)
      if (!chosen)
        throw new AppError('notAcceptable', `The catalogue can be had as ${Object.keys(rdfForms).join(', ')}.`)
      const { cursor } = request.query
      const page = await publicRows(ctx, { withdrawn: false, limit: cataloguePage, ...(cursor && { cursor }) })
      const { latest } = await periodOfChanges()
      const address = (at: string | null | undefined) => (at ? `/catalog?cursor=${encodeURIComponent(at)}` : '/catalog')
      const links = [
        `<${site.origin}/catalog>; rel="first"`,
        ...(page.next ? [`<${site.origin}${address(page.next)}>; rel="next"`] : []),
      ]
      const document = dcatCatalogue(
        {
          datasets: page.rows.length > 0 ? await publishedOf(ctx, page.rows, { files: false }) : [],
          self: address(cursor),
          first: '/catalog',
          next: page.next && address(page.next),
          modified: (latest ?? new Date(0)).toISOString(),
        },
        site,
      )
      return reply
        .header('link', links.join(', '))
        .type(`${chosen.mediaType}${chosen.mediaType === 'text/turtle' ? '; charset=utf-8' : ''}`)
        .serializer(String)
        .send(await rdfForms[chosen.mediaType](document))
    },
  )

  const landingPages = { withdrawn: false, limit: sitemapPage }
  const namespace = 'http://www.sitemaps.org/schemas/sitemap/0.9'
  app.get(
    '/sitemap.xml',
    { config, schema: about('Index of the landing pages', 'application/xml') },
    async (_r, reply) => {
      const first = `${site.origin}/sitemap/datasets.xml`
      const others = await publicStarts(ctx, landingPages)
      const files = [first, ...others.map((cursor) => `${first}?cursor=${encodeURIComponent(cursor)}`)]
      return reply
        .type('application/xml; charset=utf-8')
        .serializer(String)
        .send(xmlText({ sitemapindex: { '@xmlns': namespace, sitemap: files.map((loc) => ({ loc })) } }))
    },
  )
  app.get<{ Querystring: { cursor?: string } }>(
    '/sitemap/datasets.xml',
    {
      config,
      schema: {
        ...about('Landing pages of public datasets', 'application/xml'),
        querystring: closed({ cursor: Type.Optional(Type.String({ maxLength: 500 })) }),
      },
    },
    async (request, reply) => {
      const { cursor } = request.query
      const { rows } = await publicPlaces(ctx, { ...landingPages, ...(cursor && { cursor }) })
      const url = rows.map(({ id, updatedAt }) => ({
        loc: `${site.origin}/datasets/${id}`,
        lastmod: updatedAt.toISOString(),
      }))
      return reply
        .type('application/xml; charset=utf-8')
        .serializer(String)
        .send(xmlText({ urlset: { '@xmlns': namespace, url } }))
    },
  )
  app.get('/robots.txt', { config, schema: about('What crawlers may read', 'text/plain') }, async (_r, reply) =>
    reply.type('text/plain; charset=utf-8').send(robots(site.origin)),
  )
  app.get(
    '/.well-known/api-catalog',
    { config, schema: about('Which interfaces there are (RFC 9727, FAIRiCat)', 'application/linkset+json') },
    async (_r, reply) =>
      reply
        .header('content-type', 'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"')
        .serializer(JSON.stringify)
        .send({
          linkset: interfaces(site).map(({ endpoint, description, documentation }) => ({
            anchor: endpoint,
            'service-desc': [description],
            ...(documentation && { 'service-doc': [documentation] }),
          })),
        }),
  )
}

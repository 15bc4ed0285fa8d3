/** The schemas themselves, for forms and for harvesters; the JSON-LD context. */
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { notFound } from '#api/errors.ts'
import { jsonLdContext } from '#ontology/context.ts'
import { createSchema } from '#ontology/entity.ts'
import { entities } from '#ontology/index.ts'
import { closed } from '#ontology/vocabulary.ts'

export async function schemaRoutes(app: FastifyInstance): Promise<void> {
  const config = { access: 'public' as const }
  const tags = ['Schemas']
  const params = closed({ name: Type.String({ maxLength: 60 }) })
  const find = (name: string) => {
    const entity = entities.find((e) => e.name === name || e.plural === name)
    if (!entity) throw notFound('schema', name)
    return entity
  }
  const anything = Type.Object({}, { additionalProperties: true })
  app.get(
    '/api/v1/schemas',
    { config, schema: { tags, summary: 'Names of all schemas', response: { 200: Type.Array(Type.String()) } } },
    async () => entities.map((entity) => entity.name),
  )
  app.get<{ Params: { name: string } }>(
    '/api/v1/schemas/:name',
    { config, schema: { tags, summary: 'JSON Schema of a record', params, response: { 200: anything } } },
    async (request) => find(request.params.name).record,
  )
  app.get<{ Params: { name: string } }>(
    '/api/v1/schemas/:name/create',
    { config, schema: { tags, summary: 'JSON Schema of what a client may set', params, response: { 200: anything } } },
    async (request) => createSchema(find(request.params.name)),
  )
  app.get(
    '/context.jsonld',
    {
      config,
      schema: {
        tags,
        summary: 'JSON-LD context',
        response: { 200: { content: { 'application/ld+json': { schema: anything } } } },
      },
    },
    async (_request, reply) =>
      reply.type('application/ld+json').serializer(JSON.stringify).send(jsonLdContext(entities)),
  )
}

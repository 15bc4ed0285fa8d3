/** The past of records over HTTP. */
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { Context } from '#api/context.ts'
import { callerOf } from '#api/plugins/signIn.ts'
import { entities } from '#ontology/index.ts'
import { closed, id as idSchema, instant } from '#ontology/vocabulary.ts'
import { changesBetweenTimes, fieldOrigins, recordAsOf, undoChange } from './history.ts'
import { getRecord } from './read.ts'
import { expectedVersion, idParams, ifMatchHeader, withTag } from './routes.ts'

const change = closed({ pointer: Type.String(), before: Type.Unknown(), after: Type.Unknown() })
const origin = closed({
  field: Type.String(),
  at: Type.String(),
  by: Type.String(),
  source: Type.String({ description: 'typed, header, folder, template, import, computed or instrument' }),
  evidence: Type.Optional(Type.String()),
})

export async function historyRoutes(app: FastifyInstance, ctx: Context): Promise<void> {
  const config = { access: 'signedIn' as const }
  for (const entity of entities.filter(({ serverWritten }) => !serverWritten)) {
    const path = `/api/v1/${entity.plural}/:id/history`
    const one = entity.title.toLowerCase()
    const about = (summary: string, more: object) => ({ tags: [entity.title], summary, params: idParams, ...more })
    app.get<{ Params: { id: string }; Querystring: { at?: string } }>(
      `${path}/record`,
      {
        config,
        schema: about(`A ${one} as it was`, {
          querystring: closed({ at: Type.Optional(instant({ description: 'Now when absent.' })) }),
          response: { 200: Type.Object({}, { additionalProperties: true }) },
        }),
      },
      (request) => recordAsOf(callerOf(request), entity, request.params.id, new Date(request.query.at ?? Date.now())),
    )
    app.get<{ Params: { id: string }; Querystring: { from?: string; to?: string } }>(
      `${path}/changes`,
      {
        config,
        schema: about(`What changed of a ${one} between two times`, {
          querystring: closed({
            from: Type.Optional(instant({ description: 'When it was made, when absent.' })),
            to: Type.Optional(instant({ description: 'Now when absent.' })),
          }),
          response: { 200: closed({ items: Type.Array(change) }) },
        }),
      },
      async (request) => {
        const { from, to } = request.query
        const start = from ?? (await getRecord(callerOf(request), entity, request.params.id)).createdAt
        const [a, b] = [new Date(start), new Date(to ?? Date.now())]
        return { items: await changesBetweenTimes(callerOf(request), entity, request.params.id, a, b) }
      },
    )
    app.get<{ Params: { id: string } }>(
      `${path}/fields`,
      {
        config,
        schema: about(`Who gave each field of a ${one} its value, when and from where`, {
          response: { 200: closed({ items: Type.Array(origin) }) },
        }),
      },
      async (request) => ({ items: await fieldOrigins(callerOf(request), entity, request.params.id) }),
    )
    app.post<{ Params: { id: string; entryId: string } }>(
      `${path}/:entryId/undo`,
      {
        config,
        schema: about(`Take back a change of a ${one}`, {
          params: closed({ id: idSchema(), entryId: idSchema() }),
          headers: ifMatchHeader,
          response: { 200: { $ref: `${entity.name}#` } },
        }),
      },
      async (request, reply) => {
        const { id, entryId } = request.params
        const expected = () => expectedVersion(request)
        return withTag(reply, await undoChange(ctx, callerOf(request), entity, id, entryId, expected))
      },
    )
  }
}

/** GET /audit, for administrators. */
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { Context } from '#api/context.ts'
import { pageQuery } from '#api/records/routes.ts'
import { closed, id } from '#ontology/vocabulary.ts'
import { listAudit, type AuditQuery } from './service.ts'

export async function auditRoutes(app: FastifyInstance, ctx: Context): Promise<void> {
  const querystring = closed({
    q: Type.Optional(Type.String({ maxLength: 200 })),
    entity: Type.Optional(Type.String({ maxLength: 40 })),
    action: Type.Optional(Type.String({ maxLength: 40 })),
    recordId: Type.Optional(id()),
    actorId: Type.Optional(id()),
    ...pageQuery,
  })
  app.get<{ Querystring: AuditQuery }>(
    '/api/v1/audit',
    {
      config: { access: 'admin' },
      schema: {
        tags: ['Administration'],
        summary: 'Who did what, when',
        querystring,
        response: { 200: { $ref: 'AuditPage#' } },
      },
    },
    (request) => listAudit(ctx, request.query),
  )
}

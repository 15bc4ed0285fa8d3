/** Members of a project, and what a project or a study holds. */
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { Context } from '#api/context.ts'
import { callerOf } from '#api/plugins/signIn.ts'
import { idParams } from '#api/records/routes.ts'
import { emailSchema } from '#api/modules/users/service.ts'
import { closed, id, oneOf } from '#ontology/vocabulary.ts'
import { listMembers, removeMember, setMember, summaryOf } from './service.ts'

const member = closed({
  userId: id(),
  email: Type.String(),
  name: Type.String(),
  role: oneOf(['viewer', 'editor', 'owner']),
})

export const summarySchema = closed(
  {
    studies: Type.Integer(),
    subjects: Type.Integer(),
    sessions: Type.Integer(),
    series: Type.Integer(),
    bytes: Type.Integer(),
    lastChange: Type.Union([Type.String(), Type.Null()]),
  },
  { $id: 'Summary', title: 'What it holds' },
)

export async function projectRoutes(app: FastifyInstance, ctx: Context): Promise<void> {
  const about = (summary: string) => ({ tags: ['Project'], summary })
  for (const plural of ['projects', 'studies'] as const) {
    app.get<{ Params: { id: string } }>(
      `/api/v1/${plural}/:id/summary`,
      {
        config: { access: 'signedIn' },
        schema: { ...about('Counts of what is inside'), params: idParams, response: { 200: { $ref: 'Summary#' } } },
      },
      (request) => summaryOf(callerOf(request), plural, request.params.id),
    )
  }
  app.get<{ Params: { id: string } }>(
    '/api/v1/projects/:id/members',
    {
      config: { access: 'signedIn' },
      schema: {
        ...about('Members and their roles'),
        params: idParams,
        response: { 200: closed({ items: Type.Array(member) }) },
      },
    },
    async (request) => ({ items: await listMembers(callerOf(request), request.params.id) }),
  )
  app.put<{ Params: { id: string }; Body: { email: string; role: 'viewer' | 'editor' | 'owner' } }>(
    '/api/v1/projects/:id/members',
    {
      // Who makes a project could ask for one address after the other here whether it has an account.
      config: { access: 'signedIn', rateLimit: { max: 60, timeWindow: 60_000 } },
      schema: {
        ...about('Add a member or change a role'),
        params: idParams,
        body: closed({ email: emailSchema, role: oneOf(['viewer', 'editor', 'owner']) }),
        response: { 200: closed({ items: Type.Array(member) }) },
      },
    },
    async (request) => {
      await setMember(ctx, callerOf(request), request.params.id, request.body.email, request.body.role)
      return { items: await listMembers(callerOf(request), request.params.id) }
    },
  )
  app.delete<{ Params: { id: string; userId: string } }>(
    '/api/v1/projects/:id/members/:userId',
    {
      config: { access: 'signedIn' },
      schema: {
        ...about('Remove a member'),
        params: closed({ id: id(), userId: id() }),
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      await removeMember(ctx, callerOf(request), request.params.id, request.params.userId)
      return reply.code(204).send()
    },
  )
}

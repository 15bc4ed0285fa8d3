/** /users, for administrators. */
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { Context } from '#api/context.ts'
import { callerOf } from '#api/plugins/signIn.ts'
import { idParams, pageQuery } from '#api/records/routes.ts'
import { closed, line, oneOf } from '#ontology/vocabulary.ts'
import {
  createUser,
  emailSchema,
  listUsers,
  passwordSchema,
  siteRoles,
  updateUser,
  userOf,
  userSorts,
  type NewUser,
  type UserChanges,
  type UserQuery,
} from './service.ts'

export async function userRoutes(app: FastifyInstance, ctx: Context): Promise<void> {
  const about = (summary: string) => ({ tags: ['Administration'], summary })
  const config = { access: 'admin' as const }
  const answer = { $ref: 'User#' }
  const name = line({ title: 'Name', maxLength: 200 })

  app.get<{ Querystring: UserQuery }>(
    '/api/v1/users',
    {
      config,
      schema: {
        ...about('List accounts'),
        querystring: closed({
          q: Type.Optional(Type.String({ maxLength: 200 })),
          sort: Type.Optional(oneOf(userSorts)),
          ...pageQuery,
        }),
        response: {
          200: closed({ items: Type.Array(Type.Ref('User')), next: Type.Union([Type.String(), Type.Null()]) }),
        },
      },
    },
    (request) => listUsers(ctx, request.query),
  )
  app.post<{ Body: NewUser }>(
    '/api/v1/users',
    {
      config,
      schema: {
        ...about('Create an account'),
        body: closed({
          email: emailSchema,
          name,
          password: Type.Optional(passwordSchema),
          siteRole: Type.Optional(oneOf(siteRoles)),
        }),
        response: { 201: answer },
      },
    },
    async (request, reply) => reply.code(201).send(userOf(await createUser(ctx, callerOf(request), request.body))),
  )
  app.patch<{ Params: { id: string }; Body: UserChanges }>(
    '/api/v1/users/:id',
    {
      config,
      schema: {
        ...about('Change an account'),
        params: idParams,
        body: closed({
          name: Type.Optional(name),
          siteRole: Type.Optional(oneOf(siteRoles)),
          disabled: Type.Optional(Type.Boolean()),
          password: Type.Optional(passwordSchema),
        }),
        response: { 200: answer },
      },
    },
    async (request) => userOf(await updateUser(ctx, callerOf(request), request.params.id, request.body)),
  )
}

/** Signing in and out, one's own account and API tokens. */
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { Context } from '#api/context.ts'
import { signIn, signOut } from '#api/access/authenticate.ts'
import { scopes } from '#api/access/caller.ts'
import { demandUser } from '#api/access/rights.ts'
import { callerOf } from '#api/plugins/signIn.ts'
import { idParams } from '#api/records/routes.ts'
import { closed, id, line, oneOf } from '#ontology/vocabulary.ts'
import { passwordSchema } from '#api/modules/users/service.ts'
import { changeAccount, checkPassword, createToken, listTokens, me, revokeToken, type NewToken } from './service.ts'

export async function accountRoutes(app: FastifyInstance, ctx: Context): Promise<void> {
  const about = (summary: string) => ({ tags: ['Account'], summary })
  const person = closed({ id: id(), email: Type.String(), name: Type.String(), siteRole: Type.String() })

  app.post<{ Body: { email: string; password: string } }>(
    '/api/v1/sign-in',
    {
      config: { access: 'public', rateLimit: { max: 30, timeWindow: 60_000 } },
      schema: {
        ...about('Sign in'),
        body: closed({
          email: Type.String({ minLength: 1, maxLength: 254 }),
          password: Type.String({ minLength: 1, maxLength: 200 }),
        }),
        response: { 200: closed({ user: person }) },
      },
    },
    async (request, reply) => {
      const user = await checkPassword(ctx, request.body.email, request.body.password, request.ip)
      await signOut(ctx.db, request, reply)
      await signIn(ctx.db, ctx.config, reply, user.id, request.headers['user-agent'])
      return { user }
    },
  )
  app.post(
    '/api/v1/sign-out',
    { config: { access: 'public' }, schema: { ...about('Sign out'), response: { 204: Type.Null() } } },
    async (request, reply) => {
      await signOut(ctx.db, request, reply)
      return reply.code(204).send()
    },
  )
  app.get(
    '/api/v1/me',
    {
      config: { access: 'public' },
      schema: {
        ...about('Who am I, and in which projects?'),
        response: {
          200: closed({
            user: Type.Union([person, Type.Null()]),
            projects: Type.Array(closed({ projectId: id(), role: oneOf(['viewer', 'editor', 'owner']) })),
          }),
        },
      },
    },
    (request) => me(callerOf(request)),
  )
  app.patch<{ Body: { name?: string; currentPassword?: string; newPassword?: string } }>(
    '/api/v1/me',
    {
      config: { access: 'signedIn', rateLimit: { max: 30, timeWindow: 60_000 } },
      schema: {
        ...about('Change my name or password'),
        body: closed({
          name: Type.Optional(line({ title: 'Name', maxLength: 200 })),
          currentPassword: Type.Optional(Type.String({ maxLength: 200 })),
          newPassword: Type.Optional(passwordSchema),
        }),
        response: { 200: closed({ user: person }) },
      },
    },
    async (request, reply) => {
      const user = await changeAccount(ctx, callerOf(request), request.body)
      if (request.body.newPassword !== undefined)
        await signIn(ctx.db, ctx.config, reply, user.id, request.headers['user-agent'])
      return { user }
    },
  )

  const token = {
    id: id(),
    label: Type.String(),
    scopes: Type.Array(oneOf(scopes)),
    projectIds: Type.Union([Type.Array(id()), Type.Null()]),
    expiresAt: Type.Union([Type.String(), Type.Null()]),
    lastUsedAt: Type.Union([Type.String(), Type.Null()]),
    createdAt: Type.String(),
  }
  app.get(
    '/api/v1/tokens',
    {
      config: { access: 'signedIn' },
      schema: { ...about('My API tokens'), response: { 200: closed({ items: Type.Array(closed(token)) }) } },
    },
    async (request) => ({ items: await listTokens(demandUser(callerOf(request))) }),
  )
  app.post<{ Body: NewToken }>(
    '/api/v1/tokens',
    {
      config: { access: 'signedIn' },
      schema: {
        ...about('Make an API token; its secret is shown once'),
        body: closed({
          label: line({ title: 'What it is for', maxLength: 200 }),
          scopes: Type.Array(oneOf(scopes), { minItems: 1, uniqueItems: true }),
          projectIds: Type.Optional(Type.Array(id(), { minItems: 1, maxItems: 200, uniqueItems: true })),
          expiresAt: Type.Optional(Type.String({ format: 'date-time' })),
        }),
        response: { 201: closed({ ...token, token: Type.String() }) },
      },
    },
    async (request, reply) => reply.code(201).send(await createToken(ctx, callerOf(request), request.body)),
  )
  app.delete<{ Params: { id: string } }>(
    '/api/v1/tokens/:id',
    {
      config: { access: 'signedIn' },
      schema: { ...about('Revoke an API token'), params: idParams, response: { 204: Type.Null() } },
    },
    async (request, reply) => {
      await revokeToken(ctx, callerOf(request), request.params.id)
      return reply.code(204).send()
    },
  )
}

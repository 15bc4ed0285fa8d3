/** Jobs over HTTP. */
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { Context } from '#api/context.ts'
import { callerOf } from '#api/plugins/signIn.ts'
import { idParams, pageQuery } from '#api/records/routes.ts'
import { closed, id, instant, oneOf } from '#ontology/vocabulary.ts'
import { jobStates } from './model.ts'
import { cancelJob, getJob, listJobs } from './service.ts'

interface ById {
  Params: { id: string }
}

const nullableText = Type.Union([Type.String(), Type.Null()])

export const jobSchema = closed(
  {
    id: id(),
    task: Type.String(),
    state: oneOf(jobStates),
    progress: Type.Number({ minimum: 0, maximum: 1 }),
    message: nullableText,
    problem: Type.Optional(closed({ code: Type.String(), detail: Type.String() })),
    createdAt: instant(),
    updatedAt: instant(),
  },
  { $id: 'Job', title: 'Job' },
)

export async function jobRoutes(app: FastifyInstance, ctx: Context): Promise<void> {
  const config = { access: 'signedIn' as const }
  const about = (summary: string, more: Record<string, unknown>) => ({ tags: ['Job'], summary, ...more })
  const one = { response: { 200: { $ref: 'Job#' } } }
  app.get<{ Querystring: { mine?: boolean; state?: string; limit?: number; cursor?: string } }>(
    '/api/v1/jobs',
    {
      config,
      schema: about('List jobs, newest first', {
        querystring: closed({
          mine: Type.Optional(Type.Boolean({ description: 'Only those that the caller ordered.' })),
          state: Type.Optional(oneOf(jobStates)),
          ...pageQuery,
        }),
        response: { 200: closed({ items: Type.Array(Type.Ref('Job')), next: nullableText }) },
      }),
    },
    (request) => listJobs(ctx, callerOf(request), request.query),
  )
  app.get<ById>('/api/v1/jobs/:id', { config, schema: about('Read a job', { params: idParams, ...one }) }, (request) =>
    getJob(callerOf(request), request.params.id),
  )
  app.post<ById>(
    '/api/v1/jobs/:id/cancel',
    { config, schema: about('Cancel a job that waits or runs', { params: idParams, ...one }) },
    (request) => cancelJob(ctx, callerOf(request), request.params.id),
  )
}

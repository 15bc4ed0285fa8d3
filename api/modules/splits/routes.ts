/** /api/v1/series/{id}/split: the animals of a scan that shows several. */
import type { FastifyInstance } from 'fastify'
import type { Context } from '#api/context.ts'
import { callerOf } from '#api/plugins/signIn.ts'
import { expectedVersion, idParams, ifMatchHeader, withTag } from '#api/records/routes.ts'
import { splitBody, type SplitBody } from './schema.ts'
import { setSplit, splitOf } from './service.ts'

interface ById {
  Params: { id: string }
}

export async function splitRoutes(app: FastifyInstance, ctx: Context): Promise<void> {
  const path = '/api/v1/series/:id/split'
  const config = { access: 'signedIn' as const }
  const about = (summary: string, more: Record<string, unknown>) => ({
    tags: ['Image series'],
    summary,
    params: idParams,
    response: { 200: { $ref: 'Split#' } },
    ...more,
  })
  app.get<ById>(path, { config, schema: about('Animals of a scan that shows several', {}) }, async (request, reply) =>
    withTag(reply, await splitOf(callerOf(request), request.params.id)),
  )
  app.put<ById & { Body: SplitBody }>(
    path,
    {
      config,
      schema: about('Split a scan by animal', {
        description:
          'Each part becomes a series of one animal: the voxels in its box, without files of its own. The scan stays as it is; parts that are left out are deleted, none take the split back. Weights and injections become events of the session.',
        headers: ifMatchHeader,
        body: splitBody,
      }),
    },
    async (request, reply) =>
      withTag(reply, await setSplit(ctx, callerOf(request), request.params.id, request.body, expectedVersion(request))),
  )
}

/** Imports over HTTP. */
import type { FastifyInstance, FastifyReply } from 'fastify'
import { Type } from 'typebox'
import type { Context } from '#api/context.ts'
import { Plan } from '#api/ingest/plan.ts'
import { nullable } from '#api/ingest/nullable.ts'
import { PlanPatch } from '#api/ingest/patchPlan.ts'
import { callerOf } from '#api/plugins/signIn.ts'
import { expectedVersion, idParams, ifMatchHeader, pageQuery, withTag } from '#api/records/routes.ts'
import { closed, id, instant, line, oneOf } from '#ontology/vocabulary.ts'
import { defineImportModels, importStates } from './model.ts'
import { ShownResult } from './result.ts'
import {
  cancelImport,
  commitImport,
  createImport,
  getImport,
  inspectImport,
  listImportFiles,
  listImports,
  patchImportPlan,
} from './service.ts'
import { undoImport } from './undo.ts'
import type { ImportView } from './view.ts'

interface ById {
  Params: { id: string }
}

const Problem = closed({ code: Type.String(), detail: Type.String() })

export const importSchema = closed(
  {
    id: id(),
    studyId: id(),
    projectId: id(),
    label: Type.String(),
    state: oneOf(importStates),
    version: Type.Integer(),
    fileCount: Type.Integer(),
    byteCount: Type.Integer(),
    plan: nullable(Plan),
    result: nullable(ShownResult),
    jobId: nullable(id()),
    problem: nullable(Problem),
    createdAt: instant(),
  },
  { $id: 'Import', title: 'Import' },
)

const shownFile = closed({
  id: id(),
  path: Type.String(),
  byteCount: Type.Integer(),
  sha256: nullable(Type.String()),
  state: oneOf(['stored', 'refused']),
  problem: Type.Optional(Problem),
})

const page = <T extends Parameters<typeof Type.Array>[0]>(items: T) =>
  closed({ items: Type.Array(items), next: nullable(Type.String()) })

export async function importRoutes(app: FastifyInstance, ctx: Context): Promise<void> {
  defineImportModels(ctx.db.sequelize)
  const config = { access: 'signedIn' as const }
  const about = (summary: string, more: Record<string, unknown>) => ({ tags: ['Import'], summary, ...more })
  const one = { $ref: 'Import#' }
  const path = '/api/v1/imports'
  const answer = (reply: FastifyReply, view: ImportView) => withTag(reply, view)

  app.post<{ Body: { studyId: string; label?: string } }>(
    path,
    {
      config,
      schema: about('Open an import for a study', {
        body: closed({ studyId: id(), label: Type.Optional(line({ title: 'Label' })) }, { $id: 'ImportCreate' }),
        response: { 201: one },
      }),
    },
    async (request, reply) => {
      const view = await createImport(ctx, callerOf(request), request.body)
      return answer(reply.code(201).header('location', `${path}/${view.id}`), view)
    },
  )
  app.get<{ Querystring: { studyId?: string; state?: string; limit?: number; cursor?: string } }>(
    path,
    {
      config,
      schema: about('List imports, newest first, without their plans', {
        querystring: closed({ studyId: Type.Optional(id()), state: Type.Optional(oneOf(importStates)), ...pageQuery }),
        response: { 200: page(Type.Ref('Import')) },
      }),
    },
    (request) => listImports(ctx, callerOf(request), request.query),
  )
  app.get<ById>(
    `${path}/:id`,
    { config, schema: about('Read an import with its plan', { params: idParams, response: { 200: one } }) },
    async (request, reply) => answer(reply, await getImport(callerOf(request), request.params.id)),
  )
  app.get<ById & { Querystring: { limit?: number; cursor?: string; state?: string } }>(
    `${path}/:id/files`,
    {
      config,
      schema: about('Files of an import', {
        params: idParams,
        querystring: closed({ state: Type.Optional(oneOf(['stored', 'refused'])), ...pageQuery }),
        response: { 200: page(shownFile) },
      }),
    },
    (request) => listImportFiles(ctx, callerOf(request), request.params.id, request.query),
  )
  app.post<ById>(
    `${path}/:id/inspect`,
    { config, schema: about('Recognise the files and make the plan', { params: idParams, response: { 202: one } }) },
    async (request, reply) => answer(reply.code(202), await inspectImport(ctx, callerOf(request), request.params.id)),
  )
  app.patch<ById & { Body: PlanPatch }>(
    `${path}/:id/plan`,
    {
      config,
      schema: about('Change the plan by keys', {
        params: idParams,
        headers: ifMatchHeader,
        body: PlanPatch,
        response: { 200: one },
      }),
    },
    async (request, reply) =>
      answer(
        reply,
        await patchImportPlan(ctx, callerOf(request), request.params.id, expectedVersion(request), request.body),
      ),
  )
  app.post<ById>(
    `${path}/:id/commit`,
    {
      config,
      schema: about('Archive what the plan says', { params: idParams, headers: ifMatchHeader, response: { 202: one } }),
    },
    async (request, reply) => {
      const expected = request.headers['if-match'] === undefined ? undefined : expectedVersion(request)
      return answer(reply.code(202), await commitImport(ctx, callerOf(request), request.params.id, expected))
    },
  )
  app.post<ById>(
    `${path}/:id/undo`,
    { config, schema: about('Take back what the import made', { params: idParams, response: { 200: one } }) },
    async (request, reply) => answer(reply, await undoImport(ctx, callerOf(request), request.params.id)),
  )
  app.delete<ById>(
    `${path}/:id`,
    {
      config,
      schema: about('Give an import up and drop its files', { params: idParams, response: { 204: Type.Null() } }),
    },
    async (request, reply) => {
      await cancelImport(ctx, callerOf(request), request.params.id)
      return reply.code(204).send()
    },
  )
}

/** Tables of a study over HTTP: rows for a grid, files to edit elsewhere, imports of files, templates. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Readable } from 'node:stream'
import type { Context } from '#api/context.ts'
import { callerOf } from '#api/plugins/signIn.ts'
import { expectedVersion, idParams, ifMatchHeader, withTag } from '#api/records/routes.ts'
import type { Expected } from '#api/records/row.ts'
import { formats, type SheetFormat } from '#api/sheets/write.ts'
import type { HeaderMeaning } from '#ontology/table/headers.ts'
import { closed, id, oneOf } from '#ontology/vocabulary.ts'
import { errorsFile, importRowsOf, importView } from './importView.ts'
import {
  createTableImport,
  findTableImport,
  listTableImports,
  removeTableImport,
  setLayout,
  undoTableImport,
  writeTableImport,
} from './imports.ts'
import { defineTableModels, type TableImport } from './model.ts'
import { givenRows, meaning, templateCreate, zoneField } from './schemas.ts'
import { exportTable, saveRows, tableRows, type GivenRow } from './service.ts'
import { listTemplates, removeTemplate, saveTemplate } from './templates.ts'

/** The version that the caller approves; whichever is there when they do not say. */
const seen = (request: FastifyRequest): Expected =>
  request.headers['if-match'] === undefined ? 'any' : expectedVersion(request)

interface OfTable {
  Params: { id: string; table: string }
}
interface ById {
  Params: { id: string }
}

const tableParams = closed({ id: id(), table: Type.String({ maxLength: 60 }) })
const binary = (types: readonly string[]) => ({
  content: Object.fromEntries(types.map((type) => [type, { schema: { type: 'string', format: 'binary' } }])),
})
const files = binary(Object.values(formats).map((type) => type.split(';')[0] as string))
const formatField = oneOf(Object.keys(formats) as SheetFormat[])
/** Text of a hundred thousand rows of thirty columns. */
const mostBytes = 64 * 2 ** 20

export async function tableRoutes(app: FastifyInstance, ctx: Context): Promise<void> {
  defineTableModels(ctx.db.sequelize)
  const config = { access: 'signedIn' as const }
  const about = (summary: string, more: Record<string, unknown>) => ({ tags: ['Table'], summary, ...more })
  const table = '/api/v1/studies/:id/tables/:table'
  const one = '/api/v1/table-imports/:id'
  const answer = (reply: FastifyReply, row: TableImport) => withTag(reply, importView(row))
  const send = (reply: FastifyReply, format: SheetFormat, { name, body }: { name: string; body: Readable }) =>
    reply.type(formats[format]).header('content-disposition', `attachment; filename="${name}"`).send(body)
  for (const type of ['text/csv', 'text/tab-separated-values', formats.xlsx, 'application/octet-stream'])
    app.addContentTypeParser(
      type,
      { parseAs: 'buffer', bodyLimit: mostBytes },
      async (_request: unknown, bytes: Buffer) => bytes,
    )

  app.get<OfTable & { Querystring: { zone?: string } }>(
    `${table}/rows`,
    {
      config,
      schema: about('Rows of a table as cells', {
        params: tableParams,
        querystring: closed({ zone: zoneField }),
        response: { 200: { $ref: 'TableRows#' } },
      }),
    },
    (request) =>
      tableRows(callerOf(request), {
        studyId: request.params.id,
        table: request.params.table,
        zone: request.query.zone,
      }),
  )
  app.post<OfTable & { Body: { zone?: string; plan?: boolean; rows: GivenRow[] } }>(
    `${table}/rows`,
    {
      config,
      bodyLimit: 16 * 2 ** 20,
      schema: about('Enter rows into a table, all or none', {
        params: tableParams,
        body: givenRows,
        response: { 200: { $ref: 'TableRowsResult#' } },
      }),
    },
    (request) => {
      const { zone, plan, rows } = request.body
      const address = { studyId: request.params.id, table: request.params.table, zone }
      return saveRows(ctx, callerOf(request), address, rows, { plan })
    },
  )
  app.get<OfTable & { Querystring: { zone?: string; format?: SheetFormat; empty?: boolean } }>(
    `${table}/file`,
    {
      config,
      schema: about('A table as CSV or XLSX, with its rows or as an empty template', {
        params: tableParams,
        querystring: closed({
          format: Type.Optional(formatField),
          empty: Type.Optional(Type.Boolean({ description: 'Without rows, to be filled in.' })),
          zone: zoneField,
        }),
        response: { 200: files },
      }),
    },
    async (request, reply) => {
      const { format = 'xlsx', empty = false, zone } = request.query
      const address = { studyId: request.params.id, table: request.params.table, zone }
      return send(reply, format, await exportTable(callerOf(request), address, { format, empty }))
    },
  )
  app.post<OfTable & { Querystring: { zone?: string; name?: string }; Body: Buffer }>(
    `${table}/imports`,
    {
      config,
      bodyLimit: mostBytes,
      schema: about('Take in a CSV or XLSX file; what it would change is planned first', {
        params: tableParams,
        querystring: closed({ zone: zoneField, name: Type.Optional(Type.String({ maxLength: 300 })) }),
        response: { 202: { $ref: 'TableImport#' } },
      }),
    },
    async (request, reply) => {
      const { zone, name } = request.query
      const address = { studyId: request.params.id, table: request.params.table, zone, name }
      const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
      const row = await createTableImport(ctx, callerOf(request), address, bytes)
      return answer(reply.code(202).header('location', `/api/v1/table-imports/${row.id}`), row)
    },
  )
  app.get<ById>(
    '/api/v1/studies/:id/table-imports',
    {
      config,
      schema: about('Imports of rows of a study, newest first', {
        params: idParams,
        response: { 200: closed({ items: Type.Array(Type.Ref('TableImport')) }) },
      }),
    },
    async (request) => ({ items: (await listTableImports(callerOf(request), request.params.id)).map(importView) }),
  )
  app.get<ById>(
    one,
    {
      config,
      schema: about('Read an import of rows', { params: idParams, response: { 200: { $ref: 'TableImport#' } } }),
    },
    async (request, reply) => answer(reply, await findTableImport(callerOf(request), request.params.id)),
  )
  app.get<ById & { Querystring: { outcome?: string; after?: number } }>(
    `${one}/rows`,
    {
      config,
      schema: about('What each row of an import changes, or why it is refused', {
        params: idParams,
        querystring: closed({
          outcome: Type.Optional(oneOf(['added', 'changed', 'untouched', 'refused', 'kept'])),
          after: Type.Optional(Type.Integer({ minimum: 0 })),
        }),
        response: { 200: { $ref: 'TableImportRows#' } },
      }),
    },
    (request) => importRowsOf(callerOf(request), request.params.id, request.query),
  )
  app.get<ById & { Querystring: { format?: SheetFormat } }>(
    `${one}/errors`,
    {
      config,
      schema: about('The refused rows as a file, with the reasons', {
        params: idParams,
        querystring: closed({ format: Type.Optional(formatField) }),
        response: { 200: files },
      }),
    },
    async (request, reply) => {
      const { format = 'xlsx' } = request.query
      return send(reply, format, await errorsFile(callerOf(request), request.params.id, format))
    },
  )
  app.put<ById & { Body: { meanings: HeaderMeaning[]; zone?: string } }>(
    `${one}/layout`,
    {
      config,
      schema: about('Say what the columns of the file mean; remembered in the project', {
        params: idParams,
        headers: ifMatchHeader,
        body: closed({ meanings: Type.Array(meaning, { maxItems: 300 }), zone: zoneField }),
        response: { 202: { $ref: 'TableImport#' } },
      }),
    },
    async (request, reply) =>
      answer(reply.code(202), await setLayout(ctx, callerOf(request), request.params.id, seen(request), request.body)),
  )
  app.post<ById & { Body: { skipRefused?: boolean } }>(
    `${one}/write`,
    {
      config,
      schema: about('Write what was planned, in one transaction', {
        params: idParams,
        headers: ifMatchHeader,
        body: closed({ skipRefused: Type.Optional(Type.Boolean({ description: 'Leave the refused rows out.' })) }),
        response: { 202: { $ref: 'TableImport#' } },
      }),
    },
    async (request, reply) => {
      const { skipRefused = false } = request.body
      const expected = seen(request)
      return answer(
        reply.code(202),
        await writeTableImport(ctx, callerOf(request), request.params.id, expected, skipRefused),
      )
    },
  )
  app.post<ById>(
    `${one}/undo`,
    {
      config,
      schema: about('Take back what an import of rows wrote', {
        params: idParams,
        response: { 202: { $ref: 'TableImport#' } },
      }),
    },
    async (request, reply) => answer(reply.code(202), await undoTableImport(ctx, callerOf(request), request.params.id)),
  )
  app.delete<ById>(
    one,
    { config, schema: about('Give up an import of rows', { params: idParams, response: { 204: Type.Null() } }) },
    async (request, reply) => {
      await removeTableImport(ctx, callerOf(request), request.params.id)
      return reply.code(204).send()
    },
  )
  app.get<ById>(
    '/api/v1/projects/:id/entry-templates',
    {
      config,
      schema: about('Templates for entries of a project', {
        params: idParams,
        response: { 200: closed({ items: Type.Array(Type.Ref('EntryTemplate')) }) },
      }),
    },
    async (request) => ({ items: await listTemplates(callerOf(request), request.params.id) }),
  )
  app.post<ById & { Body: { table: string; name: string; cells: Record<string, string> } }>(
    '/api/v1/projects/:id/entry-templates',
    {
      config,
      schema: about('Keep a template for entries; one of the same name is replaced', {
        params: idParams,
        body: templateCreate,
        response: { 201: { $ref: 'EntryTemplate#' } },
      }),
    },
    async (request, reply) =>
      reply.code(201).send(await saveTemplate(ctx, callerOf(request), request.params.id, request.body)),
  )
  app.delete<{ Params: { id: string; templateId: string } }>(
    '/api/v1/projects/:id/entry-templates/:templateId',
    {
      config,
      schema: about('Delete a template for entries', {
        params: closed({ id: id(), templateId: id() }),
        response: { 204: Type.Null() },
      }),
    },
    async (request, reply) => {
      await removeTemplate(ctx, callerOf(request), request.params.id, request.params.templateId)
      return reply.code(204).send()
    },
  )
}

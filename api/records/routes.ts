/** REST of the ontology's entities: one shape for all of them, read off their schemas. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Context } from '#api/context.ts'
import { callerOf } from '#api/plugins/signIn.ts'
import { AppError, invalidField } from '#api/errors.ts'
import { recordHistory } from '#api/modules/audit/service.ts'
import { closed, id as idSchema } from '#ontology/vocabulary.ts'
import { createSchema, fieldsOf, updateSchema, type Entity } from '#ontology/entity.ts'
import { entities } from '#ontology/index.ts'
import { isComputed, withComputed } from './computed.ts'
import { filtersOf, listRecords, sortsOf, type ListQuery } from './list.ts'
import { getRecord, type Rec } from './read.ts'
import { removeRecord, restoreRecord } from './remove.ts'
import type { Expected } from './row.ts'
import { createRecord, updateRecord } from './write.ts'

interface ById {
  Params: { id: string }
}

export const idParams = closed({ id: idSchema() })
/** Query of a list: page size, cursor and whether to count. */
export const pageQuery = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
  cursor: Type.Optional(Type.String({ maxLength: 2000, description: '`next` of the page before.' })),
}

export async function recordRoutes(app: FastifyInstance, ctx: Context): Promise<void> {
  for (const entity of entities) registerEntity(app, ctx, entity)
}

function registerEntity(app: FastifyInstance, ctx: Context, entity: Entity): void {
  const path = `/api/v1/${entity.plural}`
  const one = entity.title.toLowerCase()
  const about = (summary: string, more: Record<string, unknown> = {}) => ({ tags: [entity.title], summary, ...more })
  // Answers are empty for those who may see nothing, and 404 for one: what is not visible does not exist.
  const config = { access: 'public' as const }
  const writing = { access: 'signedIn' as const }
  const answer = { $ref: `${entity.name}#` }
  const filters = Object.fromEntries(
    filtersOf(entity).map((name) => {
      const node = fieldsOf(entity.record).find(([field]) => field === name)?.[1]
      return [
        name,
        Type.Optional(
          node?.enum
            ? Type.String({ enum: [...node.enum] })
            : idSchema({ description: `Only those with this ${name}.` }),
        ),
      ]
    }),
  )
  const query = closed({
    q: Type.Optional(
      Type.String({ maxLength: 200, description: `Only those whose ${entity.label} contains this text.` }),
    ),
    sort: Type.Optional(Type.String({ enum: sortsOf(entity), default: 'label' })),
    ...pageQuery,
    total: Type.Optional(Type.Boolean({ description: 'Count all hits too.' })),
    ...(isComputed(entity) && {
      computed: Type.Optional(Type.Boolean({ description: 'With what is computed of each record.' })),
    }),
    ...filters,
  })

  app.get<{ Querystring: ListQuery & { computed?: boolean } & Record<string, string> }>(
    path,
    {
      config,
      schema: about(`List ${entity.plural}`, {
        querystring: query,
        response: { 200: { $ref: `${entity.name}Page#` } },
      }),
    },
    async (request) => {
      const { q, sort, limit, cursor, total, computed, ...rest } = request.query
      const caller = callerOf(request)
      const page = await listRecords(ctx, caller, entity, {
        ...definedOf({ q, sort, limit, cursor, total }),
        filters: rest,
      })
      return computed ? { ...page, items: await withComputed(caller, entity, page.items) } : page
    },
  )
  app.get<ById>(
    path + '/:id',
    { config, schema: about(`Read one ${one}`, { params: idParams, response: { 200: answer } }) },
    async (request, reply) => {
      const caller = callerOf(request)
      const record = await getRecord(caller, entity, request.params.id)
      return withTag(reply, (await withComputed(caller, entity, [record]))[0] as Rec)
    },
  )
  app.get<ById>(
    path + '/:id/history',
    {
      config: writing,
      schema: about(`Who changed a ${one}, when and how`, {
        params: idParams,
        response: { 200: { $ref: 'AuditPage#' } },
      }),
    },
    async (request) => {
      await getRecord(callerOf(request), entity, request.params.id)
      return recordHistory(callerOf(request), entity, request.params.id)
    },
  )
  if (entity.serverWritten) return

  app.post<{ Body: Record<string, unknown> }>(
    path,
    { config: writing, schema: about(`Create a ${one}`, { body: createSchema(entity), response: { 201: answer } }) },
    async (request, reply) => {
      const record = await createRecord(
        ctx,
        callerOf(request),
        entity,
        request.body,
        entity.name === 'ImageSeries' ? { system: emptySeries } : {},
      )
      return withTag(reply.code(201).header('location', `${path}/${record.id}`), record)
    },
  )
  app.patch<ById & { Body: Record<string, unknown> }>(
    path + '/:id',
    {
      config: writing,
      schema: about(`Change a ${one} (JSON Merge Patch)`, {
        params: idParams,
        headers: ifMatchHeader,
        body: updateSchema(entity),
        response: { 200: answer },
      }),
    },
    async (request, reply) =>
      withTag(
        reply,
        await updateRecord(ctx, callerOf(request), entity, request.params.id, request.body, expectedVersion(request)),
      ),
  )
  app.delete<ById>(
    path + '/:id',
    {
      config: writing,
      schema: about(`Delete a ${one} with what is inside it`, {
        params: idParams,
        headers: ifMatchHeader,
        response: { 204: Type.Null() },
      }),
    },
    async (request, reply) => {
      await removeRecord(ctx, callerOf(request), entity, request.params.id, expectedVersion(request))
      return reply.code(204).send()
    },
  )
  app.post<ById>(
    path + '/:id/restore',
    { config: writing, schema: about(`Bring back a deleted ${one}`, { params: idParams, response: { 200: answer } }) },
    async (request, reply) => withTag(reply, await restoreRecord(ctx, callerOf(request), entity, request.params.id)),
  )
}

/** A series made by hand has no files yet. */
const emptySeries = { format: 'none', fileCount: 0, byteCount: 0, pixels: 'none' }

export const ifMatchHeader = Type.Object({
  'if-match': Type.Optional(Type.String({ description: 'ETag of the version that you have seen; needed.' })),
})

/** Answers with the record's strong entity tag. */
export function withTag<T extends Pick<Rec, 'version'>>(reply: FastifyReply, record: T): T {
  reply.header('etag', `"${record.version}"`)
  return record
}

/**
 * What If-Match says (RFC 9110, 13.1.1): "*" or a list of entity tags, of which only strong ones can be equal to ours.
 * @throws AppError preconditionRequired when absent, stale when none of the tags can be ours, invalid when it is no list
 */
export function expectedVersion(request: FastifyRequest): Expected {
  const header = request.headers['if-match']
  if (header === undefined) {
    throw new AppError(
      'preconditionRequired',
      'Send the ETag of the version that you have seen in If-Match, so that nobody’s change is overwritten.',
    )
  }
  const given = header.trim()
  if (given === '*') return 'any'
  if (!/^(W\/)?"[\x21\x23-\x7e\x80-\xff]*"(\s*,\s*(W\/)?"[\x21\x23-\x7e\x80-\xff]*")*$/.test(given))
    throw invalidField(
      '?if-match',
      `If-Match must be the ETag of the record, like "3"; ${given.slice(0, 50)} is not one.`,
      given.slice(0, 50),
    )
  const versions = [...given.matchAll(/(?<!W\/)"(\d{1,15})"/g)].map((match) => Number(match[1]))
  if (versions.length === 0)
    throw new AppError(
      'stale',
      `${given.slice(0, 50)} is no version of this record. Send its ETag as it was given, like "3"; weak tags (W/"3") are not compared.`,
    )
  return versions
}

function definedOf<T extends Record<string, unknown>>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }
}

/** GraphQL for reading, over the same services as REST: the same rights, the same errors, batched by loaders. */
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { GraphQLError } from 'graphql'
import mercurius, { type MercuriusLoaders } from 'mercurius'
import { Type } from 'typebox'
import type { Caller } from '#api/access/caller.ts'
import type { Context } from '#api/context.ts'
import { AppError } from '#api/errors.ts'
import { getDataset, listDatasets } from '#api/modules/datasets/read.ts'
import { problemKinds, toAppError } from '#api/plugins/problems.ts'
import { callerOf } from '#api/plugins/signIn.ts'
import { entityNamed, getRecord, getRecords, listRecords, type Page, type Rec } from '#api/records/read.ts'
import { entities } from '#ontology/index.ts'
import { closed } from '#ontology/vocabulary.ts'
import { costRule, largestFirst } from './cost.ts'
import { deriveGraphql, oneField, type Edge } from './derive.ts'

declare module 'mercurius' {
  interface MercuriusContext {
    caller: Caller
  }
}

interface ListArguments {
  first?: number
  after?: string
  sort?: string
  q?: string
  [filter: string]: unknown
}

const deepest = 12

export async function graphql(app: FastifyInstance, ctx: Context): Promise<void> {
  const { sdl, edges } = deriveGraphql(entities)
  await app.register(mercurius, {
    schema: sdl,
    resolvers: { Query: queries(ctx), ...connections(ctx, edges) } as never,
    loaders: loadersOf(edges) as never,
    routes: false,
    queryDepth: deepest,
    allowBatchedQueries: false,
    jit: 0,
    cache: false,
    errorFormatter: (result: { data?: unknown; errors?: GraphQLError[] }) => ({
      statusCode: 200,
      response: { data: result.data ?? null, errors: (result.errors ?? []).map(shown) },
    }),
    validationRules: ({ variables }: { variables?: Record<string, unknown> }) => [costRule(variables ?? {})],
  } as never)

  const body = closed({
    query: Type.String({ minLength: 1, maxLength: 50_000 }),
    variables: Type.Optional(Type.Union([Type.Object({}, { additionalProperties: true }), Type.Null()])),
    operationName: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  })
  app.post<{ Body: { query: string; variables?: Record<string, unknown> | null; operationName?: string | null } }>(
    '/graphql',
    {
      config: { access: 'public', rateLimit: { max: 600, timeWindow: 60_000 } },
      schema: { tags: ['GraphQL'], summary: 'Query the records', body },
    },
    async (request, reply) => {
      const { query, variables, operationName } = request.body
      const context = { caller: callerOf(request) } as never
      return reply
        .type('application/json')
        .send(await answer(reply, query, context, variables ?? {}, operationName ?? undefined))
    },
  )
  app.get(
    '/graphql',
    { config: { access: 'public' }, schema: { tags: ['GraphQL'], summary: 'The schema definition' } },
    async (_request, reply) => reply.type('text/plain; charset=utf-8').send(sdl),
  )
}

/** Errors of parsing and validating are thrown by mercurius; clients get them like all others. */
async function answer(
  reply: FastifyReply,
  query: string,
  context: never,
  variables: Record<string, unknown>,
  operationName?: string,
): Promise<unknown> {
  try {
    return await reply.graphql(query, context, variables, operationName)
  } catch (error) {
    const found = (error as { errors?: GraphQLError[] }).errors
    if (!found && !(error instanceof AppError)) throw error
    return { data: null, errors: (found ?? [error as Error]).map(shown) }
  }
}

/** What clients see of an error: ours in full, GraphQL's own as they are, anything else as a constant sentence. */
function shown(error: Error): Record<string, unknown> {
  const graphqlError = error as GraphQLError
  const place = {
    ...(graphqlError.path && { path: graphqlError.path }),
    ...(graphqlError.locations && { locations: graphqlError.locations }),
  }
  const original = graphqlError.originalError
  const known = toAppError(original ?? error)
  if (known)
    return {
      message: known.message,
      ...place,
      extensions: { code: problemKinds[known.kind][1], ...(known.fields.length > 0 && { errors: known.fields }) },
    }
  if (original) return { message: 'Something went wrong here.', ...place, extensions: { code: 'internal' } }
  return { message: error.message, ...place, extensions: { code: 'invalid', ...graphqlError.extensions } }
}

function queries(ctx: Context) {
  const fields: Record<string, (root: unknown, args: never, context: { caller: Caller }) => Promise<unknown>> = {}
  for (const entity of entities) {
    fields[oneField(entity)] = async (_root, { id }: { id: string }, { caller }) =>
      orNull(() => getRecord(caller, entity, id))
    fields[entity.plural] = async (_root, args: ListArguments, { caller }) =>
      connection(await listRecords(ctx, caller, entity, listQuery(args)))
  }
  fields.dataset = async (_root, { id }: { id: string }, { caller }) => orNull(() => getDataset(ctx, caller, id))
  fields.datasets = async (_root, { first, after, ...rest }: ListArguments, { caller }) =>
    connection(
      (await listDatasets(ctx, caller, {
        ...rest,
        limit: limitOf(first),
        ...(after && { cursor: after }),
      })) as unknown as Page,
    )
  return fields
}

/** Lists inside records; paged, so not batched. */
function connections(ctx: Context, edges: Edge[]) {
  const types: Record<string, Record<string, unknown>> = {
    Dataset: {
      snapshot: async (dataset: Rec & { snapshot?: unknown }, _args: unknown, { caller }: { caller: Caller }) =>
        dataset.snapshot ?? (await getDataset(ctx, caller, dataset.id)).snapshot,
    },
  }
  for (const edge of edges.filter((e) => e.kind === 'list')) {
    const fields = (types[edge.owner] ??= {})
    fields[edge.field] = async (owner: Rec, args: ListArguments, { caller }: { caller: Caller }) =>
      connection(await listRecords(ctx, caller, entityNamed(edge.target), listQuery({ ...args, [edge.by]: owner.id })))
  }
  return types
}

/** References, read together for all records of one answer. */
function loadersOf(edges: Edge[]): MercuriusLoaders {
  const loaders: Record<string, Record<string, unknown>> = {}
  for (const edge of edges.filter((e) => e.kind !== 'list')) {
    const fields = (loaders[edge.owner] ??= {})
    const idsOf = (owner: Rec): string[] => [owner[edge.by] ?? []].flat() as string[]
    fields[edge.field] = async (asked: { obj: Rec }[], { caller }: { caller: Caller }) => {
      const found = await getRecords(
        caller,
        entityNamed(edge.target),
        asked.flatMap(({ obj }) => idsOf(obj)),
      )
      const byId = new Map(found.map((record) => [record.id, record]))
      return asked.map(({ obj }) => {
        const records = idsOf(obj).flatMap((id) => byId.get(id) ?? [])
        return edge.kind === 'many' ? records : (records[0] ?? null)
      })
    }
  }
  return loaders as MercuriusLoaders
}

const connection = ({ items, next }: Page) => ({
  nodes: items,
  edges: items.map((node, n) => ({ node, cursor: n === items.length - 1 ? next : null })),
  pageInfo: { hasNextPage: next !== null, endCursor: next },
})

function listQuery({ first, after, sort, q, ...rest }: ListArguments) {
  const filters = Object.fromEntries(
    Object.entries(rest).filter(([, value]) => value !== undefined && value !== null),
  ) as Record<string, string>
  return { limit: limitOf(first), ...(after && { cursor: after }), ...(sort && { sort }), ...(q && { q }), filters }
}

function limitOf(first = 20): number {
  if (first >= 1 && first <= largestFirst) return first
  throw new AppError('invalid', `first must be from 1 to ${largestFirst}; ${first} is not.`, {
    fields: [{ pointer: '/first', message: 'out of range', value: first }],
  })
}

async function orNull<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof AppError && error.kind === 'notFound') return null
    throw error
  }
}

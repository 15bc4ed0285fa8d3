/** GraphQL for reading, over the same services as REST: the same rights, the same errors, batched by loaders. */
import type { FastifyBaseLogger, FastifyInstance, FastifyReply } from 'fastify'
import { GraphQLError, parse, type ValidationRule } from 'graphql'
import mercurius, { type MercuriusLoaders } from 'mercurius'
import { Type } from 'typebox'
import type { Caller } from '#api/access/caller.ts'
import type { Context } from '#api/context.ts'
import { AppError } from '#api/errors.ts'
import { getDataset, sliceDatasets } from '#api/modules/datasets/read.ts'
import { problemKinds, toAppError } from '#api/plugins/problems.ts'
import { callerOf } from '#api/plugins/signIn.ts'
import { textProblem } from '#api/records/storable.ts'
import { sliceRecords, slicesOf } from '#api/records/list.ts'
import { computedOf, isComputed } from '#api/records/computed.ts'
import { entityNamed, getRecord, getRecords, type Rec } from '#api/records/read.ts'
import type { Entity } from '#ontology/entity.ts'
import { entities } from '#ontology/index.ts'
import { closed } from '#ontology/vocabulary.ts'
import { connectionOf, listQuery, type ListArguments } from './connection.ts'
import { costRule } from './cost.ts'
import { deriveGraphql, oneField, type Edge } from './derive.ts'

declare module 'mercurius' {
  interface MercuriusContext {
    caller: Caller
  }
}

/** The query with which tools read the schema is 15 deep; the cost is what limits. */
const deepest = 15
const mostTokens = 10_000

export async function graphql(app: FastifyInstance, ctx: Context): Promise<void> {
  const { sdl, edges } = deriveGraphql(entities)
  await app.register(mercurius, {
    schema: sdl,
    resolvers: { Query: queries(ctx), Dataset: datasetFields(ctx) } as never,
    loaders: loadersOf(ctx, edges) as never,
    routes: false,
    queryDepth: deepest,
    allowBatchedQueries: false,
    jit: 0,
    cache: false,
    errorFormatter: (result: { data?: unknown; errors?: GraphQLError[] }) => ({
      statusCode: 200,
      response: { data: result.data ?? null, errors: (result.errors ?? []).map((each) => shown(app.log, each)) },
    }),
    validationRules: ({ variables }: { variables?: Record<string, unknown> }) => [costRule(variables ?? {}), textRule],
  } as never)

  const body = closed({
    query: Type.String({ minLength: 1, maxLength: 50_000 }),
    variables: Type.Optional(Type.Union([Type.Object({}, { additionalProperties: true }), Type.Null()])),
    operationName: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    extensions: Type.Optional(Type.Union([Type.Object({}, { additionalProperties: true }), Type.Null()])),
  })
  const result = Type.Object({
    data: Type.Unknown({ description: 'What was asked for; null when nothing of it could be read.' }),
    errors: Type.Optional(Type.Array(Type.Unknown())),
  })
  const definition = { content: { 'text/plain': { schema: Type.String() } } }
  app.post<{ Body: { query: string; variables?: Record<string, unknown> | null; operationName?: string | null } }>(
    '/graphql',
    {
      config: { access: 'public', rateLimit: { max: 600, timeWindow: 60_000 } },
      schema: { tags: ['GraphQL'], summary: 'Query the records', body, response: { 200: result } },
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
    {
      config: { access: 'public' },
      schema: { tags: ['GraphQL'], summary: 'The schema definition', response: { 200: definition } },
    },
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
    demandGraphql(query)
    return await reply.graphql(query, context, variables, operationName)
  } catch (error) {
    const found = (error as { errors?: GraphQLError[] }).errors
    if (!found && !(error instanceof AppError || isGraphqlError(error))) throw error
    return { data: null, errors: (found ?? [error as Error]).map((each) => shown(reply.log, each)) }
  }
}

/**
 * mercurius would also take a document in JSON, and tell of an overflow of its parser as if it were the query's text.
 * @throws GraphQLError for what is no GraphQL, AppError for what is nested deeper than any query that could run
 */
function demandGraphql(query: string): void {
  try {
    parse(query, { maxTokens: mostTokens, noLocation: true })
  } catch (error) {
    if (error instanceof RangeError) throw new AppError('invalid', 'The query is nested too deeply.')
    throw error
  }
}

/** Text in a query is held to the same rules as text in a body. */
const textRule: ValidationRule = (context) => ({
  StringValue(node) {
    const problem = textProblem(node.value)
    if (problem !== null) context.reportError(new GraphQLError(`A text in the query ${problem}`, { nodes: node }))
  },
})

const isGraphqlError = (error: unknown): boolean => error instanceof Error && error.name === 'GraphQLError'

/** What clients see of an error: ours in full, GraphQL's own as they are, anything else as a constant sentence. */
function shown(log: FastifyBaseLogger, error: Error): Record<string, unknown> {
  const graphqlError = error as GraphQLError
  const place = {
    ...(graphqlError.path && { path: graphqlError.path }),
    ...(graphqlError.locations && { locations: graphqlError.locations }),
  }
  // GraphQL wraps its own complaints (a variable of the wrong type) as it wraps ours.
  const original = isGraphqlError(graphqlError.originalError) ? undefined : graphqlError.originalError
  const known = toAppError(original ?? error)
  if (known)
    return {
      message: known.message,
      ...place,
      extensions: { code: problemKinds[known.kind][1], ...(known.fields.length > 0 && { errors: known.fields }) },
    }
  if (original) {
    log.error({ err: original }, 'unexpected error in GraphQL')
    return { message: 'Something went wrong here.', ...place, extensions: { code: 'internal' } }
  }
  return { message: error.message, ...place, extensions: { code: 'invalid', ...graphqlError.extensions } }
}

function queries(ctx: Context) {
  const fields: Record<string, (root: unknown, args: never, context: { caller: Caller }) => Promise<unknown>> = {}
  for (const entity of entities) {
    fields[oneField(entity)] = async (_root, { id }: { id: string }, { caller }) =>
      orNull(() => getRecord(caller, entity, id))
    fields[entity.plural] = async (_root, args: ListArguments, { caller }) =>
      connectionOf(args, await sliceRecords(ctx, caller, entity, listQuery(args)))
  }
  fields.dataset = async (_root, { id }: { id: string }, { caller }) => orNull(() => getDataset(ctx, caller, id))
  fields.datasets = async (_root, args: ListArguments, { caller }) => {
    const { filters, ...query } = listQuery(args)
    return connectionOf(args, await sliceDatasets(ctx, caller, { ...query, ...filters }))
  }
  return fields
}

const datasetFields = (ctx: Context) => ({
  snapshot: async (dataset: Rec & { snapshot?: unknown }, _args: unknown, { caller }: { caller: Caller }) =>
    dataset.snapshot ?? (await getDataset(ctx, caller, dataset.id)).snapshot,
})

/** What is asked of several records of one answer, read together: references by their ids, lists by their owners. */
function loadersOf(ctx: Context, edges: Edge[]): MercuriusLoaders {
  const loaders: Record<string, Record<string, unknown>> = {}
  for (const edge of edges)
    (loaders[edge.owner] ??= {})[edge.field] = edge.kind === 'list' ? listLoader(ctx, edge) : referenceLoader(edge)
  for (const entity of entities.filter(isComputed)) (loaders[entity.name] ??= {}).computed = computedLoader(entity)
  return loaders as MercuriusLoaders
}

function referenceLoader(edge: Edge) {
  const idsOf = (owner: Rec): string[] => [owner[edge.by] ?? []].flat() as string[]
  return async (asked: { obj: Rec }[], { caller }: { caller: Caller }) => {
    const ids = asked.flatMap(({ obj }) => idsOf(obj))
    const byId = new Map((await getRecords(caller, entityNamed(edge.target), ids)).map((record) => [record.id, record]))
    return asked.map(({ obj }) => {
      const records = idsOf(obj).flatMap((id) => byId.get(id) ?? [])
      return edge.kind === 'many' ? records : (records[0] ?? null)
    })
  }
}

/** What is computed of records, only when it is asked for. */
function computedLoader(entity: Entity) {
  return async (asked: { obj: Rec }[], { caller }: { caller: Caller }) => {
    const computed = await computedOf(
      caller,
      entity,
      asked.map(({ obj }) => obj),
    )
    return asked.map(({ obj }) => computed.get(obj.id))
  }
}

function listLoader(ctx: Context, edge: Edge) {
  type Asked = { obj: Rec; params: ListArguments }
  return async (asked: Asked[], { caller }: { caller: Caller }) => {
    const entity = entityNamed(edge.target)
    // Aliases of a field may ask for different pages.
    const groups = Map.groupBy(asked, ({ params }) => JSON.stringify(params))
    const connections = new Map<Asked, unknown>()
    for (const group of groups.values()) {
      const args = group[0]!.params
      const owners = group.map(({ obj }) => obj.id)
      const slices = await slicesOf(ctx, caller, entity, listQuery(args), edge.by, owners)
      for (const each of group) connections.set(each, connectionOf(args, slices.get(each.obj.id)!))
    }
    return asked.map((each) => connections.get(each))
  }
}

async function orNull<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof AppError && error.kind === 'notFound') return null
    throw error
  }
}

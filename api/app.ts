/** The product as a Fastify application: plugins, modules in a fixed order, one error handler. Opens no port. */
import path from 'node:path'
import Fastify, { LogController, type FastifyInstance, type FastifyServerOptions } from 'fastify'
import type { Ajv2020, ValidateFunction } from 'ajv/dist/2020.js'
import { pino, type Logger } from 'pino'
import { believed } from './access/believed.ts'
import type { Config } from './config.ts'
import type { Context } from './context.ts'
import { openDatabase } from './db/database.ts'
import { migrate } from './db/migrate.ts'
import { graphql } from './graphql/plugin.ts'
import { openMeasuring } from './imaging/measuring.ts'
import { imagingPool } from './imaging/pool.ts'
import { openJobs } from './jobs/queue.ts'
import { tasks } from './jobs/tasks/index.ts'
import { accountRoutes } from './modules/account/routes.ts'
import { aiDatasetRoutes } from './modules/aiDatasets/routes.ts'
import { auditRoutes } from './modules/audit/routes.ts'
import { completenessRoutes } from './modules/completeness/routes.ts'
import { contentRoutes } from './modules/content/routes.ts'
import { conversionRoutes } from './modules/conversions/routes.ts'
import { datasetExportRoutes } from './modules/datasets/exportRoutes.ts'
import { datasetRoutes } from './modules/datasets/routes.ts'
import { arkRoutes } from './modules/harvest/ark.ts'
import { harvestRoutes } from './modules/harvest/routes.ts'
import { healthRoutes } from './modules/health/routes.ts'
import { importRoutes } from './modules/imports/routes.ts'
import { jobRoutes } from './modules/jobs/routes.ts'
import { manifestRoutes } from './modules/manifests/routes.ts'
import { pixelRoutes } from './modules/pixels/routes.ts'
import { openShelf } from './modules/pixels/shelf.ts'
import { problemRoutes } from './modules/problems/routes.ts'
import { projectRoutes } from './modules/projects/routes.ts'
import { sessionRoutes } from './modules/sessions/routes.ts'
import { schemaRoutes } from './modules/schemas/routes.ts'
import { searchRoutes } from './modules/search/routes.ts'
import { segmentationRoutes } from './modules/segmentations/routes.ts'
import { splitRoutes } from './modules/splits/routes.ts'
import { storageRoutes } from './modules/storage/routes.ts'
import { tableRoutes } from './modules/tables/routes.ts'
import { termRoutes } from './modules/terms/routes.ts'
import { uploadRoutes } from './modules/uploads/routes.ts'
import { userRoutes } from './modules/users/routes.ts'
import { forms } from './exports/index.ts'
import { negotiation } from './plugins/accept.ts'
import { bodies } from './plugins/bodies.ts'
import { components } from './plugins/components.ts'
import { httpServer, type Shortcut } from './plugins/httpServer.ts'
import { openapi } from './plugins/openapi.ts'
import { notFoundAnswer, problems, sendUnreadable, sendUnroutable } from './plugins/problems.ts'
import { security } from './plugins/security.ts'
import { lazySerializers } from './plugins/serializers.ts'
import { signInPlugin } from './plugins/signIn.ts'
import { newAjv } from './records/validate.ts'
import { historyRoutes } from './records/historyRoutes.ts'
import { recordRoutes } from './records/routes.ts'
import { SearchFeed } from './search/feed.ts'
import { diskStore } from './storage/disk.ts'

/** All modules, in the order in which their routes are listed. Adding one here adds it to the product. */
const modules = [
  healthRoutes,
  accountRoutes,
  recordRoutes,
  historyRoutes,
  projectRoutes,
  completenessRoutes,
  uploadRoutes,
  importRoutes,
  tableRoutes,
  jobRoutes,
  pixelRoutes,
  splitRoutes,
  segmentationRoutes,
  contentRoutes,
  conversionRoutes,
  datasetRoutes,
  datasetExportRoutes,
  harvestRoutes,
  arkRoutes,
  searchRoutes,
  manifestRoutes,
  aiDatasetRoutes,
  termRoutes,
  schemaRoutes,
  sessionRoutes,
  problemRoutes,
  userRoutes,
  auditRoutes,
  storageRoutes,
] as const

export interface App {
  app: FastifyInstance
  ctx: Context
}

/** Opens database, storage, search and workers, and brings the database to the newest schema. Close the app to close them. */
export async function openContext(config: Config, log: Logger): Promise<Context> {
  const db = await openDatabase(config, log)
  await migrate(db, log)
  const blobs = await diskStore(config.dataFolder)
  const threads = { workers: config.workers, memoryMebibytes: config.workerMemoryMebibytes }
  const imaging = imagingPool({ ...threads, blobFolder: path.join(config.dataFolder, 'blobs') })
  const measuring = openMeasuring(threads)
  const jobs = openJobs({ db, log, tasks, slots: { prompt: 1, background: config.workers } })
  const search = await SearchFeed.open(config, db, log)
  search.start()
  const callers = believed(db)
  const shelf = openShelf({ config, log, db, blobs, jobs })
  const [shortcuts, pending] = [new Set<Shortcut>(), new Set<string>()]
  return { config, log, db, blobs, imaging, measuring, jobs, search, shelf, callers, shortcuts, pending }
}

export async function closeContext(ctx: Context): Promise<void> {
  await ctx.jobs.stop()
  await ctx.imaging.close()
  await ctx.measuring.close()
  await ctx.search.close()
  await ctx.shelf.close()
  await ctx.blobs.close()
  await ctx.db.close()
}

/** Log of a process, without anything secret and without names of subjects. */
export const newLog = (config: Pick<Config, 'logLevel'>): Logger =>
  pino({
    level: config.logLevel,
    redact: ['req.headers.authorization', 'req.headers.cookie', 'res.headers["set-cookie"]'],
    ...(process.stdout.isTTY && {
      transport: { target: 'pino-pretty', options: { translateTime: 'HH:MM:ss', ignore: 'pid,hostname,reqId' } },
    }),
  })

export async function buildApp(config: Config, log: Logger = newLog(config)): Promise<App> {
  const ctx = await openContext(config, log)
  const options: FastifyServerOptions = {
    loggerInstance: log as never,
    // A number of proxies, never "all": else a client could write its own address and escape every limit by address.
    trustProxy: config.trustProxy === 0 ? false : config.trustProxy,
    bodyLimit: 4 * 2 ** 20,
    serverFactory: httpServer(ctx.shortcuts),
    logController: new LogController({ disableRequestLogging: true }),
    routerOptions: { maxParamLength: 300, ignoreTrailingSlash: false },
    schemaController: { compilersFactory: { buildSerializer: lazySerializers } },
    return503OnClosing: true,
    forceCloseConnections: 'idle',
    frameworkErrors: sendUnroutable,
    clientErrorHandler: sendUnreadable,
  } as FastifyServerOptions
  const app = Fastify(options)
  const [strict, lenient] = [validators(newAjv(false)), validators(newAjv(true))]
  app.setValidatorCompiler(({ schema, httpPart }) => (httpPart === 'body' ? strict : lenient)(schema as object))
  app.addHook('onResponse', async (request, reply) => {
    const level = reply.statusCode === 500 ? 'error' : 'debug'
    if (!log.isLevelEnabled(level)) return
    const line = {
      method: request.method,
      url: request.url.split('?')[0],
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
      user: request.caller?.userId ?? undefined,
    }
    request.log[level](line, 'request')
  })
  negotiation(app, forms)
  problems(app)
  const notFound = notFoundAnswer(app)
  bodies(app)
  await security(app, ctx)
  signInPlugin(app, ctx)
  app.setNotFoundHandler({ preHandler: app.rateLimit({ max: 600, timeWindow: 60_000 }) }, notFound)
  await openapi(app, ctx)
  components(app)
  for (const module of modules) await app.register((scope) => module(scope, ctx))
  await app.register((scope) => graphql(scope, ctx))
  app.addHook('onClose', () => closeContext(ctx))
  return { app, ctx }
}

/** The same schema object may serve several routes: one validator does, and ajv refuses to see one $id twice. */
function validators(ajv: Ajv2020): (schema: object) => ValidateFunction {
  const made = new WeakMap<object, ValidateFunction>()
  return (schema) => {
    const { $id: _id, ...rest } = schema as { $id?: string }
    const validate = made.get(schema) ?? ajv.compile(rest)
    made.set(schema, validate)
    return validate
  }
}

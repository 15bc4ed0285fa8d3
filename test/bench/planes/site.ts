/** The product as people start it, on a data folder that another process filled with one set: what it holds is its own. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { entities } from '#ontology/index.ts'
import { system } from '#api/access/caller.ts'
import { SeriesPixels } from '#api/db/models.ts'
import { derivedFolder } from '#api/modules/pixels/derivedFiles.ts'
import { createRecord } from '#api/records/write.ts'
import { openSite } from '../../help/app.ts'
import { seriesFiles } from '../../help/seriesFile.ts'
import { startServer } from '../../help/server.ts'
import { forms, type SampleSize } from './forms.ts'

export interface BenchSet {
  name: string
  /** Address of its header document, and of planes and chunks below it. */
  header: string
  base: string
  planeCount: number
  planeBytes: number
  chunk: { planes: number; count: number }
  /** The file that holds the planes one after the other, for other servers. */
  file: string
  offset: number
  /** Seconds for storing the files, and for making what is derived of them. */
  seconds: number
}

export interface BenchSite {
  port: number
  pid: number
  cookie: string
  set: BenchSet
  stop(): Promise<void>
}

interface Made {
  cookie: string
  set: BenchSet
}

export async function startSite(form: string, type: SampleSize, times: number): Promise<BenchSite> {
  const folder = await mkdtemp(path.join(tmpdir(), 'vivarchive-bench-'))
  try {
    const maker = fork(import.meta.filename, ['make', form, type, String(times), folder])
    const made = new Promise<Made>((resolve, reject) => {
      maker.once('message', (message) => resolve(message as Made))
      maker.once('exit', () => reject(new Error(`the set ${type} ${form} could not be made`)))
    })
    const ended = once(maker, 'exit')
    const { cookie, set } = await made
    await ended
    const server = await startServer({ VIVARCHIVE_DATA: folder })
    return {
      port: Number(new URL(server.url).port),
      pid: server.process.pid!,
      cookie,
      set,
      async stop() {
        await server.stop()
        await rm(folder, { recursive: true, force: true })
      },
    }
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}

async function make(name: string, type: SampleSize, times: number, folder: string): Promise<Made> {
  const { title, format, files } = forms[name]!
  const site = await openSite({ VIVARCHIVE_DATA: folder })
  const { ctx } = site
  await ctx.jobs.start(ctx)
  const owner = await site.person('owner')
  const project = await owner.make('projects', { title: 'Bench' })
  const study = await owner.make('studies', { title: 'Bench', projectId: project.id })
  const session = await owner.make('sessions', { studyId: study.id, label: 'Bench' })
  const entity = entities.find((e) => e.name === 'ImageSeries')!
  const values = { sessionId: session.id, label: title }
  const { id } = await createRecord(ctx, system, entity, values, {
    system: { format, fileCount: 1, byteCount: 0, pixels: 'waiting' },
  })
  const started = performance.now()
  const place = { seriesId: id, sessionId: session.id, studyId: study.id, projectId: project.id }
  await seriesFiles(ctx, place, files(type, times))
  const seconds = (performance.now() - started) / 1000
  const answer = await owner.get(`series/${id}/header`)
  if (answer.statusCode !== 200) throw new Error(`${title}: ${answer.body}`)
  const { revision, planeCount, planeBytes, chunk } = answer.json()
  const { layout } = (await SeriesPixels.findByPk(id))!
  const address = `/api/v1/series/${id}`
  const set: BenchSet = {
    name: `${type}, ${title}`,
    header: `${address}/header`,
    base: `${address}/r/${revision}`,
    planeCount,
    planeBytes,
    chunk,
    ...(layout.kind === 'direct'
      ? { file: await ctx.blobs.localFile(layout.sha256), offset: layout.offset }
      : { file: path.join(folder, derivedFolder(id), layout.key), offset: 0 }),
    seconds,
  }
  await site.close()
  return { cookie: owner.headers.cookie!, set }
}

if (process.argv[2] === 'make' && process.send) {
  const [form, type, times, folder] = process.argv.slice(3) as [string, SampleSize, string, string]
  const made = await make(form, type, Number(times), folder)
  process.send(made)
  process.disconnect()
}

/** The product in a process of its own, with the sets that are measured; forked by test/bench/planes.ts. */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { entities } from '#ontology/index.ts'
import { writeNifti } from '#imaging/write/nifti.ts'
import { system } from '#api/access/caller.ts'
import { SeriesPixels } from '#api/db/models.ts'
import { derivedFolder } from '#api/modules/pixels/shelf.ts'
import { createRecord } from '#api/records/write.ts'
import { openSite } from '../../help/app.ts'
import { seriesFile } from '../../help/seriesFile.ts'
import { benchImage, multiFrameDicom } from './images.ts'

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
}

export interface BenchSite {
  port: number
  pid: number
  cookie: string
  sets: BenchSet[]
  stop(): Promise<void>
}

export async function startSite(times: number): Promise<BenchSite> {
  const child: ChildProcess = fork(import.meta.filename, ['serve', String(times)])
  const [ready] = (await once(child, 'message')) as [Omit<BenchSite, 'stop' | 'pid'>]
  return {
    ...ready,
    pid: child.pid!,
    async stop() {
      const ended = once(child, 'exit')
      // The site ends when its channel does, also when this process fails.
      child.disconnect()
      await ended
    },
  }
}

async function serve(times: number): Promise<void> {
  const site = await openSite()
  const { ctx } = site
  process.once('disconnect', () => void site.close())
  await ctx.jobs.start(ctx)
  await site.app.listen({ port: 0, host: '127.0.0.1' })
  const entity = entities.find((e) => e.name === 'ImageSeries')!
  const owner = await site.person('owner')
  const project = await owner.make('projects', { title: 'Bench' })
  const study = await owner.make('studies', { title: 'Bench', projectId: project.id })
  const session = await owner.make('sessions', { studyId: study.id, label: 'Bench' })
  const place = { sessionId: session.id, studyId: study.id, projectId: project.id }

  async function setOf(name: string, format: string, bytes: AsyncIterable<Uint8Array>) {
    const series = await createRecord(
      ctx,
      system,
      entity,
      { sessionId: session.id, label: name },
      {
        system: { format, fileCount: 1, byteCount: 0, pixels: 'waiting' },
      },
    )
    await seriesFile(ctx, { ...place, seriesId: series.id }, name, bytes)
    const answer = await owner.get(`series/${series.id}/header`)
    if (answer.statusCode !== 200) throw new Error(`${name}: ${answer.body}`)
    const { revision, planeCount, planeBytes, chunk } = answer.json()
    const { layout } = (await SeriesPixels.findByPk(series.id))!
    const address = `/api/v1/series/${series.id}`
    return {
      name,
      header: `${address}/header`,
      base: `${address}/r/${revision}`,
      planeCount,
      planeBytes,
      chunk,
      ...(layout.kind === 'direct'
        ? { file: await ctx.blobs.localFile(layout.sha256), offset: layout.offset }
        : { file: `${site.folder}/${derivedFolder(series.id)}/${layout.key}`, offset: 0 }),
    } satisfies BenchSet
  }

  const sets: BenchSet[] = []
  for (const type of ['uint8', 'int16'] as const) {
    const image = benchImage(type, times)
    sets.push(await setOf(`${type} NIfTI`, 'nifti', writeNifti(image)))
    sets.push(await setOf(`${type} DICOM`, 'dicom', multiFrameDicom(image)))
  }
  sets.push(await setOf('uint8 NIfTI gz', 'nifti', writeNifti(benchImage('uint8', times), { gzip: true })))
  const { port } = site.app.server.address() as { port: number }
  process.send!({ port, cookie: owner.headers.cookie!, sets })
}

if (process.argv[2] === 'serve' && process.send) await serve(Number(process.argv[3]))

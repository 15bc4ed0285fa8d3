/** Fills an empty site with the demo facility, by the ways that people use. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Context } from '#api/context.ts'
import { Dataset, User } from '#api/db/models.ts'
import { recordModel } from '#api/db/recordModels.ts'
import { threadPool } from '#api/imaging/threads.ts'
import type { ThreadPool } from '#api/imaging/threads.ts'
import { createDataset } from '#api/modules/datasets/service.ts'
import { ImagingSession } from '#ontology/entities/session.ts'
import { Study } from '#ontology/entities/study.ts'
import { callerNamed, ensureAccounts } from './accounts.ts'
import { ensureCatalogue, ownerOf } from './catalogue.ts'
import type { Catalogue } from './catalogue.ts'
import { accounts } from './content/facility.ts'
import { gliomaStudies } from './content/glioma.ts'
import { phenotypingStudies } from './content/phenotyping.ts'
import { prostateStudies } from './content/prostate.ts'
import type { DemoStudy } from './content/types.ts'
import { enterRecords, ensureStudy, importFiles, scanContext } from './studies.ts'
import type { StudyWork, WrittenScan } from './studies.ts'
import type { WrittenFile } from './writeScan.ts'

const scanLimits = { silenceSeconds: 120, totalSeconds: 120 }

/** Everything that the demo facility did in two years. */
export const demoStudies = (): DemoStudy[] => [...gliomaStudies(), ...prostateStudies(), ...phenotypingStudies()]

/** Says in the data folder how far the filling is: absent, begun or done. */
const markerOf = (ctx: Context): string => path.join(ctx.config.dataFolder, 'demo-facility')

/**
 * Whether the site is to be filled: it is new, or an earlier start was interrupted. Marks it as begun, so ask before
 * anything else is made.
 */
export async function demoIsWanted(ctx: Context): Promise<boolean> {
  if (!ctx.config.demo) return false
  const marker = markerOf(ctx)
  if (existsSync(marker)) return readFileSync(marker, 'utf8').trim() === 'begun'
  if ((await User.count()) > 0) return false
  writeFileSync(marker, 'begun\n')
  return true
}

/**
 * Makes the demo facility: accounts, catalogue, studies with their images, public datasets. What an interrupted call
 * made is kept and completed. Needs running jobs.
 * @param options.signal ends it early; it then rejects, and the next call goes on
 */
export async function seedDemo(
  ctx: Context,
  { studies = demoStudies(), signal }: { studies?: readonly DemoStudy[]; signal?: AbortSignal } = {},
): Promise<void> {
  const started = Date.now()
  const password = await ensureAccounts(ctx)
  announce(password)
  const catalogue = await ensureCatalogue(ctx, studies)
  const writers = threadPool({ entry: new URL('./worker.ts', import.meta.url), size: 1, memoryMebibytes: 384 })
  try {
    // The scans of the next study are written while those of this one are taken in.
    let next = written(writers, catalogue, studies[0]!)
    for (const [n, study] of studies.entries()) {
      const scans = await next
      const following = studies[n + 1]
      if (following) {
        next = written(writers, catalogue, following)
        next.catch(() => undefined) // told when it is awaited
      }
      await makeStudy({ ctx, catalogue, study, signal }, scans)
      ctx.log.info(`demo facility: ${n + 1} of ${studies.length} studies, ${study.body.title}`)
    }
  } finally {
    await writers.close()
  }
  await ctx.jobs.idle()
  for (const study of studies) {
    signal?.throwIfAborted()
    await publish(ctx, catalogue, study)
  }
  // Complete means that it is found as well.
  await ctx.search.settled()
  writeFileSync(markerOf(ctx), 'done\n')
  ctx.log.info(`demo facility: complete after ${Math.round((Date.now() - started) / 1000)} s`)
}

/** The only time that the passwords are shown. */
function announce(password: string): void {
  const lines = accounts.map(
    ({ email, siteRole }) => `  ${email.padEnd(20)} ${password}   ${siteRole === 'user' ? '' : siteRole}`,
  )
  process.stdout.write(
    `\nDemo accounts of this site (shown once):\n${lines.map((line) => line.trimEnd()).join('\n')}\n\n`,
  )
}

async function written(writers: ThreadPool, catalogue: Catalogue, study: DemoStudy): Promise<WrittenScan[]> {
  const orders = study.visits.flatMap((visit) => visit.scans.map((scan) => ({ visit, scan })))
  return Promise.all(
    orders.map(async ({ visit, scan }) => {
      const input = { scan, context: scanContext({ catalogue, study }, visit) }
      return { visit, scan, files: (await writers.run('writeScan', input, scanLimits)) as WrittenFile[] }
    }),
  )
}

async function makeStudy(given: Omit<StudyWork, 'caller'>, scans: WrittenScan[]): Promise<void> {
  const work = { ...given, caller: await ownerOf(given.study.project) }
  const { id, subjects } = await ensureStudy(work)
  await importFiles(work, id, scans, subjects)
  if (work.study.complete && !(await isEntered(id))) await enterRecords(work, id, scans, subjects)
}

/** What people enter comes in one transaction, which also says of each session in what state the subject was. */
async function isEntered(studyId: string): Promise<boolean> {
  const session = await recordModel(ImagingSession).findOne({ where: { studyId, deletedAt: null } as never })
  return session?.body.inVivo !== undefined
}

/** Sends a study to the registry; what an editor sends waits for a curator. */
async function publish(ctx: Context, catalogue: Catalogue, study: DemoStudy): Promise<void> {
  const { dataset } = study
  if (!dataset || (await Dataset.count({ where: { title: dataset.title } })) > 0) return
  const caller = dataset.sentByEditor ? await callerNamed('editor@demo.test') : await ownerOf(study.project)
  const projectId = catalogue.projects.get(study.project)
  const row = await recordModel(Study).findOne({
    where: { projectId, title: study.body.title, deletedAt: null } as never,
  })
  const { title, description } = dataset
  const creators = dataset.creators.map((key) => catalogue.people.get(key) as string)
  await createDataset(ctx, caller, { studyId: row!.id, title, description, creators, send: true })
}

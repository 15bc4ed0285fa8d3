/** One study of the demo facility: its records, its files by an import, and what people enter afterwards. */
import type { Transaction } from 'sequelize'
import { setTimeout as delay } from 'node:timers/promises'
import type { Caller } from '#api/access/caller.ts'
import type { Context } from '#api/context.ts'
import { recordModel } from '#api/db/recordModels.ts'
import type { PlanPatch } from '#api/ingest/patchPlan.ts'
import type { Plan } from '#api/ingest/plan.ts'
import { Import } from '#api/modules/imports/model.ts'
import {
  addFile,
  cancelImport,
  commitImport,
  createImport,
  getImport,
  inspectImport,
  patchImportPlan,
} from '#api/modules/imports/service.ts'
import { createRecord, updateRecord } from '#api/records/write.ts'
import { Event } from '#ontology/entities/event.ts'
import { File } from '#ontology/entities/file.ts'
import { ImageSeries } from '#ontology/entities/series.ts'
import { ImagingSession } from '#ontology/entities/session.ts'
import { Study } from '#ontology/entities/study.ts'
import { Subject } from '#ontology/entities/subject.ts'
import type { Catalogue } from './catalogue.ts'
import { coded, later, stamp } from './content/types.ts'
import type { DemoEvent, DemoScan, DemoStudy, DemoVisit } from './content/types.ts'
import type { ScanContext, WrittenFile } from './writeScan.ts'

/** A scan with the files that were written for it. */
export interface WrittenScan {
  visit: DemoVisit
  scan: DemoScan
  files: WrittenFile[]
}

export interface StudyWork {
  ctx: Context
  caller: Caller
  catalogue: Catalogue
  study: DemoStudy
  /** Checked before each step that writes. */
  signal?: AbortSignal | undefined
}

/** Makes the study and its subjects, once. */
export async function ensureStudy({ ctx, caller, catalogue, study }: StudyWork) {
  const projectId = catalogue.projects.get(study.project) as string
  return ctx.db.write(async (t) => {
    const subjects = new Map<string, string>()
    for (const { localId, body, alsoIn = [] } of study.subjects) {
      const where = { localId, deletedAt: null } as never
      const held = await recordModel(Subject).findOne({ where, transaction: t })
      const projectIds = [projectId, ...alsoIn.map((key) => catalogue.projects.get(key) as string)]
      const id = held?.id ?? (await createRecord(ctx, caller, Subject, { localId, projectIds, ...body }, { t })).id
      subjects.set(localId, id)
    }
    const where = { projectId, title: study.body.title, deletedAt: null } as never
    const held = await recordModel(Study).findOne({ where, transaction: t })
    const contactId = study.contact && catalogue.people.get(study.contact)
    const given = { ...study.body, projectId, subjectIds: [...subjects.values()], ...(contactId && { contactId }) }
    const id = held?.id ?? (await createRecord(ctx, caller, Study, given, { t })).id
    return { id, projectId, subjects }
  })
}

/** Folder of a visit in the import: what people name such folders. */
export function folderOf(study: DemoStudy, visit: DemoVisit): string {
  if (!study.complete) return visit.subjects[0]!
  const who = visit.subjects.length > 1 ? visit.label.replaceAll(/[^A-Za-z0-9]+/g, '-') : visit.subjects[0]
  return `${visit.start.slice(0, 10).replaceAll('-', '')}_${who}`
}

/** What the scanner writes into the headers of a visit. */
export function scanContext(
  { catalogue, study }: Pick<StudyWork, 'catalogue' | 'study'>,
  visit: DemoVisit,
): ScanContext {
  const localId = visit.subjects.length > 1 ? visit.label : visit.subjects[0]!
  const subject = study.subjects.find((each) => each.localId === localId)?.body as
    | {
        animal?: { sex: 'M' | 'F'; birthDate?: string; strain: { label: string } }
        species?: { label: string; codings?: { code: string }[] }
      }
    | undefined
  const { animal, species } = subject ?? {}
  const instrument = visit.instrument && catalogue.headers.get(visit.instrument)
  const weightGrams = visit.weightsGram?.[0]
  return {
    folder: folderOf(study, visit),
    sessionLabel: visit.label,
    sessionStart: visit.start,
    studyTitle: study.body.title,
    subject: {
      localId,
      ...(animal && { sex: animal.sex, strain: { label: animal.strain.label } }),
      ...(animal?.birthDate && { birthDate: animal.birthDate }),
      ...(species?.codings?.[0] && { species: { label: species.label, code: species.codings[0].code } }),
      ...(weightGrams && { weightGrams }),
    },
    ...(instrument && { instrument }),
  }
}

/** Brings the files in as a person does: import, plan, corrections, approval. */
export async function importFiles(
  work: StudyWork,
  studyId: string,
  scans: readonly WrittenScan[],
  subjects: ReadonlyMap<string, string>,
) {
  const { ctx, caller, study, signal } = work
  const label = `Scans of ${study.body.localId}`
  for (const held of await Import.findAll({ where: { studyId, label } })) {
    if (held.state === 'committing') await settled(work, held.id)
    if ((await getImport(caller, held.id)).state === 'committed') return
    await cancelImport(ctx, caller, held.id)
  }
  const { id } = await createImport(ctx, caller, { studyId, label })
  const files = scans.flatMap((scan) => scan.files)
  if (study.note) files.push({ path: study.note.path, bytes: new TextEncoder().encode(study.note.text) })
  // Side by side, because each file waits for the disk.
  const queue = [...files]
  const bring = async () => {
    for (let file = queue.shift(); file; file = queue.shift()) {
      signal?.throwIfAborted()
      await addFile(ctx, caller, id, file.path, once(file.bytes))
    }
  }
  const brought = await Promise.allSettled(Array.from({ length: 8 }, bring))
  const refused = brought.find((each) => each.status === 'rejected')
  if (refused) throw refused.reason
  await inspectImport(ctx, caller, id)
  const planned = await settled(work, id)
  if (!planned.plan) throw new Error(`the import ${label} has no plan: ${planned.problem?.detail}`)
  const patch = corrections(work, planned.plan, scans, subjects)
  const approved = await patchImportPlan(ctx, caller, id, [planned.version], patch)
  await commitImport(ctx, caller, id, [approved.version])
  const done = await settled(work, id)
  if (done.state !== 'committed') throw new Error(`the import ${label} was not archived: ${done.problem?.detail}`)
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

/** The import when nothing is under way with it any more. */
async function settled({ caller, signal }: StudyWork, id: string) {
  for (;;) {
    signal?.throwIfAborted()
    const row = await Import.findByPk(id, { attributes: ['state'] })
    if (row?.state !== 'inspecting' && row?.state !== 'committing') return getImport(caller, id)
    await delay(50)
  }
}

/** What a careful person corrects in the plan; in an incomplete study nobody did more than name the scanner. */
function corrections(
  { catalogue, study }: StudyWork,
  plan: Plan,
  scans: readonly WrittenScan[],
  subjects: ReadonlyMap<string, string>,
): PlanPatch {
  // Series may share texts; the first file of a scan belongs to it alone.
  const byPath = new Map(scans.map((scan) => [scan.files[0]!.path, scan]))
  const sessions = new Map<DemoVisit, string>()
  // What was given and weighed is entered with more than headers hold.
  const events = plan.events?.map(({ key }) => ({ key, include: false })) ?? []
  const patch: Required<PlanPatch> = { sessions: [], series: [], events }
  for (const each of plan.series) {
    const own = each.files.find((path) => byPath.has(path))
    const found = own === undefined ? undefined : byPath.get(own)
    if (!found) continue
    const { visit, scan } = found
    const sessionKey = sessions.get(visit) ?? each.sessionKey
    if (!sessions.has(visit)) {
      sessions.set(visit, sessionKey)
      const instrumentId = visit.instrument && catalogue.instruments.get(visit.instrument)
      patch.sessions.push({
        key: sessionKey,
        ...(study.complete && { label: visit.label, start: stamp(visit.start).dateTime }),
        ...(instrumentId && { instrument: { id: instrumentId } }),
      })
    }
    if (!study.complete) continue
    const subjectId = visit.subjects.length === 1 ? subjects.get(visit.subjects[0]!) : undefined
    const { label, modality, number } = scan
    patch.series.push({ key: each.key, sessionKey, label, modality, number, subject: { id: subjectId ?? null } })
  }
  return patch
}

/** Completes sessions and series, and enters what was done to the subjects; once, in one transaction. */
export async function enterRecords(
  work: StudyWork,
  studyId: string,
  scans: readonly WrittenScan[],
  subjects: ReadonlyMap<string, string>,
): Promise<void> {
  const { ctx, caller, study, catalogue } = work
  const files = await recordModel(File).findAll({ where: { studyId, deletedAt: null } as never })
  const placed = new Map(files.map((file) => [file.get('path' as never) as string, file]))
  const placeOf = (scan: WrittenScan | undefined) => {
    const file = scan && placed.get(scan.files[0]!.path)
    return { sessionId: file?.get('sessionId' as never) as string, seriesId: file?.get('seriesId' as never) as string }
  }
  await ctx.db.write(async (t) => {
    const projectId = catalogue.projects.get(study.project) as string
    const enter = (event: DemoEvent, start: string, sessionId?: string) =>
      enterEvent(work, t, event, { projectId, subjects, start, sessionId })
    for (const visit of study.visits) {
      const own = scans.filter((scan) => scan.visit === visit)
      const { sessionId } = placeOf(own[0])
      if (study.complete) {
        await updateRecord(ctx, caller, ImagingSession, sessionId, sessionDetails(work, visit, subjects), 'any', { t })
        for (const written of own) {
          const details = seriesDetails(written, visit, subjects)
          await updateRecord(ctx, caller, ImageSeries, placeOf(written).seriesId, details, 'any', { t })
        }
      }
      for (const event of visit.events) await enter(event, visit.start, sessionId)
    }
    for (const event of study.events) await enter(event, study.body.startDate)
  })
}

function sessionDetails({ catalogue }: StudyWork, visit: DemoVisit, subjects: ReadonlyMap<string, string>) {
  const { operator, inVivo, placements, notes } = visit
  return {
    ...(operator && { operatorId: catalogue.people.get(operator) }),
    ...(inVivo && { inVivo }),
    ...(notes && { notes }),
    ...(placements && {
      placements: placements.map((placement, n) => ({ ...placement, subjectId: subjects.get(visit.subjects[n]!) })),
    }),
  }
}

function seriesDetails({ scan }: WrittenScan, visit: DemoVisit, subjects: ReadonlyMap<string, string>) {
  const { bodyPart, quality, qualityNote } = scan
  return {
    acquiredAt: stamp(later(visit.start, scan.minutes)),
    subjectIds: visit.subjects.map((localId) => subjects.get(localId)),
    ...(bodyPart && { bodyPart: coded('anatomy', bodyPart) }),
    ...(quality && { quality }),
    ...(qualityNote && { qualityNote }),
  }
}

async function enterEvent(
  { ctx, caller, catalogue }: StudyWork,
  t: Transaction,
  event: DemoEvent,
  around: { projectId: string; subjects: ReadonlyMap<string, string>; start: string; sessionId?: string | undefined },
): Promise<void> {
  const { subject, minutes, body, agent } = event
  const administration = body.agentAdministration as Record<string, unknown> | undefined
  await createRecord(
    ctx,
    caller,
    Event,
    {
      ...body,
      projectId: around.projectId,
      subjectId: around.subjects.get(subject),
      start: stamp(later(around.start, minutes)),
      ...(around.sessionId && { sessionId: around.sessionId }),
      ...(administration &&
        agent && { agentAdministration: { ...administration, agentId: catalogue.agents.get(agent) } }),
    },
    { t },
  )
}

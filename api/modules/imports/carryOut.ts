/** Makes of a plan what it says: everything in the caller's one transaction, or nothing. */
import type { Transaction } from 'sequelize'
import { ulid } from 'ulid'
import type { Context } from '#api/context.ts'
import type { Caller } from '#api/access/caller.ts'
import { AppError } from '#api/errors.ts'
import { recordModel } from '#api/db/recordModels.ts'
import { mediaTypeOf } from '#api/ingest/mediaType.ts'
import type { Plan, PlannedAttachment, PlannedSeries } from '#api/ingest/plan.ts'
import { labelSort } from '#api/records/label.ts'
import { File } from '#ontology/entities/file.ts'
import { makeEvents } from './makeEvents.ts'
import { idsOf, makeInstruments, makeSeries, makeSessions, makeSubjects } from './makeRecords.ts'
import type { Import } from './model.ts'
import type { StoredImportFile } from './storedFiles.ts'
import type { ImportResult } from './result.ts'

/** What all steps of one commit share. */
export interface Work {
  ctx: Context
  caller: Caller
  row: Import
  t: Transaction
  /** What did not exist before; grows on the way. */
  created: ImportResult['created']
}

interface PlannedFile {
  id: string
  path: string
  role: File['role']
  seriesId: string | null
  sessionId: string | null
  mediaType: string
}

const rowsAtOnce = 500

/**
 * @param files the stored files of the import by path
 * @returns the result, and the series whose pixels are to be derived
 * @throws AppError invalid when a record cannot be made as the plan says, naming it
 */
export async function carryOut(
  work: Work,
  plan: Plan,
  files: ReadonlyMap<string, StoredImportFile>,
): Promise<{ result: ImportResult; toDerive: string[] }> {
  const series = plan.series.filter((each) => each.include)
  const used = new Set(series.map((each) => each.sessionKey))
  const planned = plan.sessions.filter((session) => used.has(session.key))

  const subjects = await makeSubjects(work, series)
  const instruments = await makeInstruments(work, planned, series)
  const sessions = await makeSessions(work, planned, { series, subjects, instruments })
  await makeEvents(work, plan.events ?? [], { subjects, sessions })
  const kept: PlannedFile[] = []
  const seriesIds: string[] = []
  const toDerive: string[] = []
  for (const each of series) {
    const sessionId = sessions.get(each.sessionKey) as string
    const seriesId = await makeSeries(work, each, sessionId, subjects.get(each.key) ?? [])
    seriesIds.push(seriesId)
    if (isReadable(each)) toDerive.push(seriesId)
    const keep = (path: string, role: File['role']) =>
      kept.push({ id: ulid(), path, role, seriesId, sessionId, mediaType: mediaTypeOf(path, each.format) })
    for (const path of each.files) keep(path, 'image')
    // One measurement may have several images: each of them has its raw data.
    for (const path of each.rawFiles ?? []) keep(path, 'raw')
  }
  const taken = new Set(kept.map((file) => file.path))
  for (const { path, sessionKey, isRaw } of attachmentsOf(plan)) {
    if (taken.has(path)) continue
    const sessionId = (sessionKey !== null && sessions.get(sessionKey)) || null
    const role = isRaw ? 'raw' : 'attachment'
    taken.add(path)
    kept.push({ id: ulid(), path, role, seriesId: null, sessionId, mediaType: mediaTypeOf(path) })
  }
  await writeFiles(work, kept, files)
  work.created.attachmentIds = kept.flatMap((file) => (file.seriesId === null ? [file.id] : []))
  const result: ImportResult = {
    seriesIds,
    sessionIds: [...new Set(sessions.values())],
    subjectIds: idsOf(subjects),
    instrumentIds: [...new Set(instruments.values())],
    eventIds: work.created.eventIds ?? [],
    files: kept.length,
    attachments: work.created.attachmentIds.length,
    created: work.created,
  }
  return { result, toDerive }
}

/** A series with a problem of its files is kept, but there is nothing to derive from it. */
export const isReadable = ({ problem }: PlannedSeries): boolean => !problem || problem.code === 'duplicate'

/** What belongs to no series, and the files of series that a person left out; what the study has already is not kept twice. */
function attachmentsOf(plan: Plan): Pick<PlannedAttachment, 'path' | 'sessionKey' | 'isRaw'>[] {
  const left = plan.series.filter((each) => !each.include && each.problem?.code !== 'duplicate')
  return [
    ...plan.attachments,
    ...left.flatMap(({ files, sessionKey }) => files.map((path) => ({ path, sessionKey }))),
    ...left.flatMap(({ rawFiles = [], sessionKey }) => rawFiles.map((path) => ({ path, sessionKey, isRaw: true }))),
  ]
}

/** Rows of files in bulk: an import may have a hundred thousand. Their series are told to the search, files are not searched. */
async function writeFiles(
  { caller, row, t }: Work,
  kept: readonly PlannedFile[],
  files: ReadonlyMap<string, StoredImportFile>,
): Promise<void> {
  const now = new Date()
  const rows = kept.map(({ mediaType, ...file }) => {
    const stored = files.get(file.path)
    if (!stored) {
      throw new AppError(
        'conflict',
        `The file ${file.path} is not in the import any more. Have the files inspected again.`,
      )
    }
    return {
      ...file,
      version: 1,
      createdAt: now,
      updatedAt: now,
      createdBy: caller.userId,
      deletedAt: null,
      deletedRoot: null,
      labelSort: labelSort(file.path),
      body: { mediaType },
      studyId: row.studyId,
      projectId: row.projectId,
      byteCount: stored.byteCount,
      sha256: stored.sha256,
    }
  })
  for (let i = 0; i < rows.length; i += rowsAtOnce) {
    await recordModel(File).bulkCreate(rows.slice(i, i + rowsAtOnce) as never, { transaction: t })
  }
}

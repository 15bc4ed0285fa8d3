/** Imports as clients see them. */
import { col, fn, Op } from 'sequelize'
import type { Static } from 'typebox'
import { ImportFile, type Import, type ImportState } from './model.ts'
import type { ShownResult } from './result.ts'

export interface ImportView {
  id: string
  studyId: string
  projectId: string
  label: string
  state: ImportState
  version: number
  fileCount: number
  byteCount: number
  plan: Import['plan']
  result: Static<typeof ShownResult> | null
  jobId: string | null
  problem: Import['problem']
  createdAt: string
}

type Totals = Pick<ImportView, 'fileCount' | 'byteCount'>

/** Counts of stored files by import. */
async function totalsOf(ids: readonly string[]): Promise<Map<string, Totals>> {
  if (ids.length === 0) return new Map()
  const rows = (await ImportFile.findAll({
    attributes: ['importId', [fn('COUNT', col('id')), 'files'], [fn('SUM', col('byte_count')), 'bytes']],
    where: { importId: { [Op.in]: ids as string[] }, state: 'stored' },
    group: ['import_id'],
    raw: true,
  })) as unknown as { importId: string; files: number | string; bytes: number | string }[]
  return new Map(rows.map((row) => [row.importId, { fileCount: Number(row.files), byteCount: Number(row.bytes) }]))
}

/** Rows as clients see them, with the counts of their files. */
export async function viewsOf(rows: readonly Import[]): Promise<ImportView[]> {
  const totals = await totalsOf(rows.map((row) => row.id))
  return rows.map((row) => ({
    id: row.id,
    studyId: row.studyId,
    projectId: row.projectId,
    label: row.label,
    state: row.state,
    version: row.version,
    ...(totals.get(row.id) ?? { fileCount: 0, byteCount: 0 }),
    plan: row.plan ?? null,
    result: shownResult(row.result ?? null),
    jobId: row.jobId ?? null,
    problem: row.problem ?? null,
    createdAt: row.createdAt.toISOString(),
  }))
}

export async function viewOf(row: Import): Promise<ImportView> {
  return (await viewsOf([row]))[0] as ImportView
}

/** Without what only an undo needs to know. */
function shownResult(result: Import['result']): ImportView['result'] {
  if (!result) return null
  const { created: _created, ...shown } = result
  return shown
}

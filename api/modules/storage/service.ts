/** What takes up space: the originals, and what is made of them. */
import { QueryTypes } from 'sequelize'
import type { Context } from '#api/context.ts'
import { Blob, DerivedFile } from '#api/db/models.ts'
import { derivedNames, type DerivedKind } from '#api/imaging/derive.ts'

/** Projects that are listed: those that take up most space. */
const mostProjects = 200

export const derivedKinds = Object.keys(derivedNames('')) as DerivedKind[]

export interface ProjectSpace {
  id: string
  title: string
  fileCount: number
  originalBytes: number
  derivedBytes: number
}

export interface Space {
  originals: { blobCount: number; byteCount: number }
  derived: { byteCount: number; limitBytes: number | null; kinds: Record<DerivedKind, number> }
  /** Those that take up most space; others are not listed. */
  projects: ProjectSpace[]
  projectCount: number
}

export async function spaceTaken(ctx: Context): Promise<Space> {
  const [blobCount, blobBytes, byKind, projects, projectCount] = await Promise.all([
    Blob.count(),
    Blob.sum('byteCount'),
    DerivedFile.findAll({ attributes: ['kind', [DerivedFile.sequelize!.literal('SUM(byte_count)'), 'total']], group: ['kind'], raw: true }), // prettier-ignore
    projectSpace(ctx),
    countProjects(ctx),
  ])
  const totals = new Map((byKind as unknown as { kind: DerivedKind; total: unknown }[]).map((row) => [row.kind, Number(row.total)])) // prettier-ignore
  const kinds = Object.fromEntries(derivedKinds.map((kind) => [kind, totals.get(kind) ?? 0]))
  return {
    originals: { blobCount, byteCount: Number(blobBytes ?? 0) },
    derived: {
      byteCount: derivedKinds.reduce((sum, kind) => sum + kinds[kind]!, 0),
      limitBytes: ctx.config.derivedMaxBytes || null,
      kinds: kinds as Record<DerivedKind, number>,
    },
    projects,
    projectCount,
  }
}

/** Files that a project has several times, or shares with another, are stored once but counted for each. */
async function projectSpace({ db }: Context): Promise<ProjectSpace[]> {
  const rows = await db.sequelize.query<Record<keyof ProjectSpace, string | number>>(
    `SELECT p.id AS id, p.title AS title, COALESCE(f.files, 0) AS fileCount,
      COALESCE(f.bytes, 0) AS originalBytes, COALESCE(d.bytes, 0) AS derivedBytes
    FROM projects p
    LEFT JOIN (SELECT project_id, COUNT(*) AS files, SUM(byte_count) AS bytes FROM files WHERE deleted_at IS NULL
      GROUP BY project_id) f ON f.project_id = p.id
    LEFT JOIN (SELECT s.project_id, SUM(v.byte_count) AS bytes FROM derived_files v JOIN series s ON s.id = v.series_id
      GROUP BY s.project_id) d ON d.project_id = p.id
    WHERE p.deleted_at IS NULL
    ORDER BY COALESCE(f.bytes, 0) + COALESCE(d.bytes, 0) DESC, p.id
    LIMIT ${mostProjects}`,
    { type: QueryTypes.SELECT },
  )
  return rows.map(({ id, title, fileCount, originalBytes, derivedBytes }) => ({
    id: String(id),
    title: String(title),
    fileCount: Number(fileCount),
    originalBytes: Number(originalBytes),
    derivedBytes: Number(derivedBytes),
  }))
}

async function countProjects({ db }: Context): Promise<number> {
  const rows = await db.sequelize.query<{ count: string | number }>(
    'SELECT COUNT(*) AS count FROM projects WHERE deleted_at IS NULL',
    { type: QueryTypes.SELECT },
  )
  return Number(rows[0]!.count)
}

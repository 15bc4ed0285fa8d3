/** Moving a record to another parent: inside its project, with everything that is in it. */
import type { Transaction } from 'sequelize'
import { recordModel, type RecordRow } from '#api/db/recordModels.ts'
import { AppError } from '#api/errors.ts'
import type { Entity } from '#ontology/entity.ts'

/** What hangs below a record, and the column that names it there. */
const below: Record<string, { column: string; children: string[] }> = {
  ImagingSession: { column: 'sessionId', children: ['ImageSeries', 'File', 'Annotation', 'Segmentation'] },
  ImageSeries: { column: 'seriesId', children: ['File', 'Annotation', 'Segmentation'] },
}

/**
 * Refuses to carry a record into another project: its subjects, members and public datasets belong to the one it is in.
 * @param projectId project that the changed record would be in
 * @throws AppError invalid
 */
export function refuseOtherProject(entity: Entity, row: RecordRow, projectId: unknown): void {
  if (projectId === undefined || row.get('projectId' as never) === projectId) return
  const pointer =
    {
      Study: '/projectId',
      Event: '/projectId',
      ImagingSession: '/studyId',
      Enrolment: '/studyId',
      ImageSeries: '/sessionId',
      Annotation: '/seriesId',
      Segmentation: '/seriesId',
    }[entity.name] ?? ''
  const message = `This ${entity.title.toLowerCase()} cannot be moved to another project. Make a new one there.`
  throw new AppError('invalid', message, { fields: [{ pointer, message, value: projectId }] })
}

/** Gives everything inside a moved record the parents that it has now. */
export async function carryAlong(entity: Entity, row: RecordRow, t: Transaction): Promise<void> {
  const inside = below[entity.name]
  if (!inside) return
  const parents: Record<string, unknown> = { studyId: row.get('studyId' as never) }
  if (entity.name === 'ImageSeries') parents.sessionId = row.get('sessionId' as never)
  for (const name of inside.children) {
    await recordModel({ name }).update(parents as never, {
      where: { [inside.column]: row.id } as never,
      transaction: t,
    })
  }
}

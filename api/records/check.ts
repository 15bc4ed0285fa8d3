/** What a record must fulfil beyond its schema: references, uniqueness, plausibility. */
import { Op, type Transaction } from 'sequelize'
import type { Caller } from '#api/access/caller.ts'
import { linkModel, recordModel, type RecordRow } from '#api/db/recordModels.ts'
import { AppError } from '#api/errors.ts'
import type { Subject } from '#ontology/entities/subject.ts'
import type { Entity } from '#ontology/entity.ts'
import { entityNamed, findRow, getRecord } from './read.ts'
import { brokenReferences, referencesIn, type Reference } from './references.ts'
import type { Surroundings } from './eventRules.ts'
import { enrolmentProblems, lastImageOf, ringOfParents, ringOfSources } from './relations.ts'
import { ruleProblems } from './rules.ts'

type Body = Record<string, unknown>

export async function check(
  caller: Caller,
  entity: Entity,
  body: Body,
  projectId: string | undefined,
  t: Transaction,
  row?: RecordRow,
): Promise<void> {
  const references = referencesIn(entity.record, body).filter((r) => !isKeptForeign(r.pointer, entity))
  const around: Surroundings = {}
  const problems = await brokenReferences(caller, references, t)
  if (problems.length === 0 && entity.name === 'Event') {
    around.subject = (await getRecord(
      caller,
      entityNamed('Subject'),
      body.subjectId as string,
      t,
    )) as unknown as Subject
    if (!around.subject.projectIds.includes(body.projectId as string)) {
      problems.push({
        pointer: '/subjectId',
        message: 'This subject does not belong to the project of the event.',
        value: body.subjectId,
      })
    }
    if (body.sessionId) {
      const session = await findRow(caller, entityNamed('ImagingSession'), body.sessionId as string, t)
      if (session.get('projectId') !== body.projectId)
        problems.push({
          pointer: '/sessionId',
          message: 'This session belongs to another project.',
          value: body.sessionId,
        })
      const lastImage = await lastImageOf(session.id, body.subjectId as string, t)
      if (lastImage) around.lastImage = lastImage
    }
  }
  if (entity.name === 'Enrolment' && problems.length === 0) problems.push(...(await enrolmentProblems(body, t, row)))
  if (entity.name === 'ImageSeries' && row) problems.push(...(await ringOfSources(row.id, body, t)))
  if (entity.name === 'Subject' && row) problems.push(...(await ringOfParents(row.id, body, t)))
  if (entity.name === 'Subject') problems.push(...(await duplicateSubject(body, t, row)))
  if (problems.length === 0 && projectId !== undefined && entity.name !== 'Event')
    problems.push(...(await foreignSubjects(references, projectId, t)))
  problems.push(...ruleProblems(entity.name, body, around))
  if (problems.length > 0) {
    const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : ''
    throw new AppError('invalid', `${problems[0]?.message}${more}`, { fields: problems })
  }
}

export const projectOf = (place: Body, body: Body): string | undefined =>
  (place.projectId ?? body.projectId) as string | undefined

/** Subjects that are used in a project must belong to it: seeing a subject elsewhere is no right to use it here. */
async function foreignSubjects(references: Reference[], projectId: string, t: Transaction) {
  const used = references.filter((r) => r.entity === 'Subject')
  if (used.length === 0) return []
  const where = { projectId, subjectId: { [Op.in]: used.map((r) => r.id) } }
  const own = new Set(
    (await linkModel('project_subjects').findAll({ where, transaction: t })).map((r) => r.get('subjectId') as string),
  )
  return used
    .filter((r) => !own.has(r.id))
    .map(({ pointer, id }) => ({
      pointer,
      message: 'This subject does not belong to the project. Add it to the project first.',
      value: id,
    }))
}

/** Projects of a subject are guarded by subjectPlace. */
const isKeptForeign = (pointer: string, entity: Entity): boolean =>
  entity.name === 'Subject' && pointer.startsWith('/projectIds')

/** A name in the laboratory is unique within each project. */
async function duplicateSubject(body: Body, t: Transaction, row?: RecordRow) {
  const same = await recordModel({ name: 'Subject' }).findAll({
    attributes: ['id'],
    where: { localId: body.localId, deletedAt: null, ...(row && { id: { [Op.ne]: row.id } }) } as never,
    transaction: t,
  })
  if (same.length === 0) return []
  const taken = await linkModel('project_subjects').count({
    where: { subjectId: { [Op.in]: same.map((r) => r.id) }, projectId: { [Op.in]: body.projectIds as string[] } },
    transaction: t,
  })
  if (taken === 0) return []
  return [
    {
      pointer: '/localId',
      message: `There is already a subject “${String(body.localId)}” in this project. Use it, or give this one another name.`,
      value: body.localId,
    },
  ]
}

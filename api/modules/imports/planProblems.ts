/** What a plan may not be carried out with: references to what is not there, and what would be refused later. */
import { Op, type Transaction } from 'sequelize'
import type { Caller } from '#api/access/caller.ts'
import { visible } from '#api/access/rights.ts'
import { linkModel, recordModel } from '#api/db/recordModels.ts'
import type { FieldError } from '#api/errors.ts'
import { subjectsOf } from '#api/ingest/matchSubject.ts'
import type { Plan } from '#api/ingest/plan.ts'
import { whenStamp } from '#api/ingest/whenStamp.ts'
import { ImagingSession } from '#ontology/entities/session.ts'
import { Instrument } from '#ontology/entities/instrument.ts'
import { Subject } from '#ontology/entities/subject.ts'
import type { Entity } from '#ontology/entity.ts'
import type { Import } from './model.ts'

/** All problems of the parts that will be carried out, with pointers into the plan by key. */
export async function planProblems(caller: Caller, row: Import, plan: Plan, t: Transaction): Promise<FieldError[]> {
  const problems: FieldError[] = []
  const series = plan.series.filter((each) => each.include)
  const used = new Set(series.map((each) => each.sessionKey))
  const sessions = plan.sessions.filter((session) => used.has(session.key))

  const subjects = await found(
    caller,
    Subject,
    series.flatMap(subjectsOf).map((subject) => subject.id),
    t,
  )
  const inProject = new Set(
    (
      await linkModel('project_subjects').findAll({
        where: { projectId: row.projectId, subjectId: { [Op.in]: [...subjects] } },
        transaction: t,
      })
    ).map((link) => link.get('subjectId') as string),
  )
  const chosen = series.flatMap(({ key, subject, moreSubjects = [] }) => [
    { ...subject, pointer: `/series/${key}/subject` },
    ...moreSubjects.map((one, i) => ({ ...one, pointer: `/series/${key}/moreSubjects/${i}` })),
  ])
  for (const { id, create, pointer } of chosen) {
    if (id && !subjects.has(id)) {
      problems.push({ pointer: `${pointer}/id`, message: `There is no subject ${id} that you may use.`, value: id })
    } else if (id && !inProject.has(id)) {
      const message = 'This subject does not belong to the project. Add it to the project first, or choose another one.'
      problems.push({ pointer: `${pointer}/id`, message, value: id })
    }
    if (create?.kind === 'cellCulture' && !create.cellLine) {
      const message = `The cell culture “${create.localId}” needs its cell line.`
      problems.push({ pointer: `${pointer}/create/cellLine`, message })
    }
  }

  const instruments = await found(
    caller,
    Instrument,
    sessions.map((session) => session.instrument.id),
    t,
  )
  const existing = await found(
    caller,
    ImagingSession,
    sessions.map((session) => session.existingId),
    t,
    { studyId: row.studyId },
  )
  for (const session of sessions) {
    const pointer = `/sessions/${session.key}`
    if (session.instrument.id && !instruments.has(session.instrument.id)) {
      const message = `There is no instrument ${session.instrument.id}.`
      problems.push({ pointer: `${pointer}/instrument/id`, message, value: session.instrument.id })
    }
    if (session.existingId && !existing.has(session.existingId)) {
      const message = 'This session does not belong to the study of the import.'
      problems.push({ pointer: `${pointer}/existingId`, message, value: session.existingId })
    }
    const { value } = session.start
    const stamp = value === null ? null : whenStamp(value)
    if (value !== null && !stamp) {
      const message = `“${value}” is no date or time. Example: 2025-03-14T10:30:00.`
      problems.push({ pointer: `${pointer}/start/value`, message, value })
    } else if (stamp && Date.parse(stamp.dateTime) > Date.now() + 86_400_000) {
      const message = `The session “${session.label.value}” starts on ${value}, which lies in the future. Correct its start.`
      problems.push({ pointer: `${pointer}/start/value`, message, value })
    }
  }
  return problems
}

async function found(
  caller: Caller,
  entity: Entity,
  wanted: readonly (string | null | undefined)[],
  t: Transaction,
  more: Record<string, unknown> = {},
): Promise<Set<string>> {
  const ids = [...new Set(wanted.filter((id) => typeof id === 'string'))]
  if (ids.length === 0) return new Set()
  const where = { [Op.and]: [visible(caller, entity.name), { id: { [Op.in]: ids }, deletedAt: null, ...more }] }
  const rows = await recordModel(entity).findAll({ attributes: ['id'], where: where as never, transaction: t })
  return new Set(rows.map((row) => row.id))
}

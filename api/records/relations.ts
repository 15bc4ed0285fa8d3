/** Rules that need other rows: enrolments, lineage without rings, and when the images of a session were complete. */
import { Op, type Transaction } from 'sequelize'
import { linkModel, recordModel, type RecordRow } from '#api/db/recordModels.ts'
import type { FieldError } from '#api/errors.ts'
import { endOf } from '#ontology/computed/index.ts'
import type { ImageSeries } from '#ontology/entities/series.ts'
import type { Study } from '#ontology/entities/study.ts'

type Body = Record<string, unknown>

/** A subject takes part in a study once, in one of the groups that the study has. */
export async function enrolmentProblems(body: Body, t: Transaction, row?: RecordRow): Promise<FieldError[]> {
  const problems: FieldError[] = []
  const same = await recordModel({ name: 'Enrolment' }).count({
    where: {
      studyId: body.studyId,
      subjectId: body.subjectId,
      deletedAt: null,
      ...(row && { id: { [Op.ne]: row.id } }),
    } as never,
    transaction: t,
  })
  if (same > 0)
    problems.push({
      pointer: '/subjectId',
      message: 'This subject is enrolled in the study already. Change that enrolment.',
      value: body.subjectId,
    })
  const study = await recordModel({ name: 'Study' }).findByPk(body.studyId as string, { transaction: t })
  const groups = ((study?.body.groups as Study['groups']) ?? []).map(({ name }) => name)
  if (body.group !== undefined && groups.length > 0 && !groups.includes(body.group as string))
    problems.push({
      pointer: '/group',
      message: `The study has no group “${String(body.group)}”; its groups are: ${groups.join(', ')}. Add it to the study first.`,
      value: body.group,
    })
  return problems
}

/** When the last image of a subject in a session was complete, for images whose time is known to the minute. */
export async function lastImageOf(
  sessionId: string,
  subjectId: string,
  t: Transaction,
): Promise<{ end: number; dateTime: string } | undefined> {
  const rows = await recordModel({ name: 'ImageSeries' }).findAll({
    where: { sessionId, deletedAt: null } as never,
    transaction: t,
  })
  const linked = await linkModel('series_subjects').findAll({
    where: { subjectId, seriesId: { [Op.in]: rows.map(({ id }) => id) } },
    transaction: t,
  })
  const own = new Set(linked.map((link) => link.get('seriesId')))
  const images = rows.filter(({ id }) => own.has(id)).map(({ body }) => body as unknown as ImageSeries)
  const timed = images.filter(({ acquiredAt }) => acquiredAt && ['second', 'minute'].includes(acquiredAt.precision))
  // One image of unknown time may be the last.
  if (timed.length === 0 || timed.length < images.length) return undefined
  return timed
    .map((series) => ({ end: endOf(series), dateTime: series.acquiredAt!.dateTime }))
    .toSorted((a, b) => b.end - a.end)[0]
}

/** A series cannot be made from itself, nor from what was made from it. */
export async function ringOfSources(id: string, body: Body, t: Transaction): Promise<FieldError[]> {
  const parentsOf = async (ids: string[]): Promise<string[]> =>
    (await linkModel('series_sources').findAll({ where: { seriesId: { [Op.in]: ids } }, transaction: t })).map(
      (link) => link.get('sourceId') as string,
    )
  const wanted = (body.sourceSeriesIds as string[] | undefined) ?? []
  if (!(await reaches(id, wanted, parentsOf))) return []
  const message = 'A series cannot be made from itself or from one that was made from it.'
  return [{ pointer: '/sourceSeriesIds', message }]
}

const parentFields = ['parentSubjectId', 'sireId', 'damId'] as const

/** Nobody is their own ancestor. */
export async function ringOfParents(id: string, body: Body, t: Transaction): Promise<FieldError[]> {
  const parentsOf = async (ids: string[]): Promise<string[]> => {
    const rows = await recordModel({ name: 'Subject' }).findAll({
      where: { id: { [Op.in]: ids } } as never,
      transaction: t,
    })
    return rows.flatMap((row) => parentFields.flatMap((field) => (row.get(field) as string | null) ?? []))
  }
  for (const field of parentFields) {
    const parent = body[field] as string | undefined
    if (parent !== undefined && (await reaches(id, [parent], parentsOf)))
      return [{ pointer: `/${field}`, message: 'A subject cannot descend from itself.', value: parent }]
  }
  return []
}

async function reaches(
  id: string,
  from: readonly string[],
  parentsOf: (ids: string[]) => Promise<string[]>,
): Promise<boolean> {
  const seen = new Set<string>()
  for (let next = [...from]; next.length > 0;) {
    if (next.includes(id)) return true
    for (const each of next) seen.add(each)
    next = [...new Set(await parentsOf(next))].filter((each) => !seen.has(each))
  }
  return false
}

/** What records must fulfil beyond their schema: references, uniqueness, plausibility. One query serves many records. */
import { Op, type Transaction } from 'sequelize'
import type { Caller } from '#api/access/caller.ts'
import { linkModel, recordModel, type RecordRow } from '#api/db/recordModels.ts'
import { AppError, type FieldError } from '#api/errors.ts'
import type { Subject } from '#ontology/entities/subject.ts'
import type { Entity } from '#ontology/entity.ts'
import { alive, entityNamed, getRecords } from './read.ts'
import { foundReferences, referencesIn, type Reference } from './references.ts'
import type { Surroundings } from './eventRules.ts'
import { enrolmentProblems, lastImageOf, ringOfParents, ringOfSources } from './relations.ts'
import { ruleProblems } from './rules.ts'

type Body = Record<string, unknown>

/** A record that is to be written. */
export interface Candidate {
  body: Body
  /** The project that it is written in, where it has one. */
  projectId: string | undefined
  /** What is there already. */
  row?: RecordRow | undefined
}

/** @throws AppError invalid with a pointer and a sentence for each problem */
export async function check(
  caller: Caller,
  entity: Entity,
  body: Body,
  projectId: string | undefined,
  t: Transaction,
  row?: RecordRow,
): Promise<void> {
  const [problems = []] = await problemsOf(caller, entity, [{ body, projectId, row }], t)
  if (problems.length === 0) return
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : ''
  throw new AppError('invalid', `${problems[0]?.message}${more}`, { fields: problems })
}

/** The problems of each of several records that are written together, in their order. */
export async function problemsOf(
  caller: Caller,
  entity: Entity,
  candidates: readonly Candidate[],
  t: Transaction,
): Promise<FieldError[][]> {
  const references = candidates.map(({ body }) =>
    referencesIn(entity.record, body).filter((r) => !isKeptForeign(r.pointer, entity)),
  )
  const found = await foundReferences(caller, references.flat(), t)
  const problems = references.map((own) =>
    own.flatMap(({ pointer, entity: name, id }): FieldError[] =>
      found.has(id) ? [] : [{ pointer, message: `There is no ${name} ${id} that you may use.`, value: id }],
    ),
  )
  const add = (found: readonly FieldError[][]) => {
    for (const [n, more] of found.entries()) problems[n]?.push(...more)
  }
  const subjects = entity.name === 'Event' ? await subjectsOf(caller, candidates, t) : new Map<string, Subject>()
  if (entity.name === 'Event') add(await misplacedEvents(candidates, subjects, t))
  if (entity.name === 'Subject') add(await duplicateSubjects(candidates, t))
  for (const [n, candidate] of candidates.entries())
    problems[n]?.push(...(await relationProblems(entity, candidate, problems[n], t)))
  if (entity.name !== 'Event') add(await foreignSubjects(candidates, references, problems, t))
  const lastImages = entity.name === 'Event' ? await lastImagesOf(candidates, problems, t) : []
  return candidates.map(({ body }, n) => {
    const around: Surroundings = {}
    const subject = subjects.get(body.subjectId as string)
    if (subject) around.subject = subject
    if (lastImages[n]) around.lastImage = lastImages[n]
    return [...(problems[n] ?? []), ...ruleProblems(entity.name, body, around)]
  })
}

/** What a record may not be to others of its kind: its own source, or a second enrolment. */
async function relationProblems(
  entity: Entity,
  { body, row }: Candidate,
  found: readonly FieldError[],
  t: Transaction,
): Promise<FieldError[]> {
  if (entity.name === 'Enrolment' && found.length === 0) return enrolmentProblems(body, t, row)
  if (entity.name === 'ImageSeries' && row) return ringOfSources(row.id, body, t)
  if (entity.name === 'Subject' && row) return ringOfParents(row.id, body, t)
  return []
}

/** When the animal of each event was last imaged in the session of the event; asked once for both. */
async function lastImagesOf(
  candidates: readonly Candidate[],
  problems: readonly FieldError[][],
  t: Transaction,
): Promise<(Surroundings['lastImage'] | null)[]> {
  const asked = new Map<string, Surroundings['lastImage'] | null>()
  const all: (Surroundings['lastImage'] | null)[] = []
  for (const [n, { body }] of candidates.entries()) {
    const [sessionId, subjectId] = [body.sessionId, body.subjectId] as [string | undefined, string]
    const key = `${sessionId} ${subjectId}`
    if (sessionId && problems[n]?.length === 0 && !asked.has(key))
      asked.set(key, (await lastImageOf(sessionId, subjectId, t)) ?? null)
    all.push(asked.get(key) ?? null)
  }
  return all
}

export const projectOf = (place: Body, body: Body): string | undefined =>
  (place.projectId ?? body.projectId) as string | undefined

const distinct = (ids: readonly unknown[]): string[] => [...new Set(ids)].filter((id) => typeof id === 'string')

async function subjectsOf(
  caller: Caller,
  candidates: readonly Candidate[],
  t: Transaction,
): Promise<Map<string, Subject>> {
  const ids = distinct(candidates.map(({ body }) => body.subjectId))
  const records = await getRecords(caller, entityNamed('Subject'), ids, t)
  return new Map(records.map((record) => [record.id, record as unknown as Subject]))
}

/** Events whose subject or session is of another project. What is not found at all is told already. */
async function misplacedEvents(
  candidates: readonly Candidate[],
  subjects: ReadonlyMap<string, Subject>,
  t: Transaction,
): Promise<FieldError[][]> {
  const ids = distinct(candidates.map(({ body }) => body.sessionId))
  const sessions =
    ids.length === 0
      ? []
      : await recordModel({ name: 'ImagingSession' }).findAll({
          attributes: ['id', 'projectId'],
          where: { id: { [Op.in]: ids }, ...alive } as never,
          transaction: t,
        })
  const projectOfSession = new Map(sessions.map((row) => [row.id, row.get('projectId')]))
  return candidates.map(({ body }) => {
    const own: FieldError[] = []
    const subject = subjects.get(body.subjectId as string)
    if (subject && !subject.projectIds.includes(body.projectId as string)) {
      own.push({
        pointer: '/subjectId',
        message: 'This subject does not belong to the project of the event.',
        value: body.subjectId,
      })
    }
    const held = projectOfSession.get(body.sessionId as string)
    if (held !== undefined && held !== body.projectId)
      own.push({
        pointer: '/sessionId',
        message: 'This session belongs to another project.',
        value: body.sessionId,
      })
    return own
  })
}

/** Subjects that are used in a project must belong to it: seeing a subject elsewhere is no right to use it here. */
async function foreignSubjects(
  candidates: readonly Candidate[],
  references: readonly Reference[][],
  problems: readonly FieldError[][],
  t: Transaction,
): Promise<FieldError[][]> {
  const used = references.map((own, n) =>
    candidates[n]?.projectId !== undefined && problems[n]?.length === 0
      ? own.filter((r) => r.entity === 'Subject')
      : [],
  )
  const ids = distinct(used.flat().map(({ id }) => id))
  if (ids.length === 0) return []
  const projectIds = distinct(candidates.map(({ projectId }) => projectId))
  const where = { projectId: { [Op.in]: projectIds }, subjectId: { [Op.in]: ids } }
  const links = await linkModel('project_subjects').findAll({ where, transaction: t })
  const member = new Set(links.map((link) => `${link.get('projectId') as string} ${link.get('subjectId') as string}`))
  return used.map((own, n) =>
    own
      .filter(({ id }) => !member.has(`${candidates[n]?.projectId} ${id}`))
      .map(({ pointer, id }) => ({
        pointer,
        message: 'This subject does not belong to the project. Add it to the project first.',
        value: id,
      })),
  )
}

/** Projects of a subject are guarded by subjectPlace. */
const isKeptForeign = (pointer: string, entity: Entity): boolean =>
  entity.name === 'Subject' && pointer.startsWith('/projectIds')

/** A name in the laboratory is unique within each project, also among those that are written together. */
async function duplicateSubjects(candidates: readonly Candidate[], t: Transaction): Promise<FieldError[][]> {
  const names = distinct(candidates.map(({ body }) => body.localId))
  const same = await recordModel({ name: 'Subject' }).findAll({
    attributes: ['id', 'localId'],
    where: { localId: { [Op.in]: names }, ...alive } as never,
    transaction: t,
  })
  const where = { subjectId: { [Op.in]: same.map(({ id }) => id) } }
  const links = same.length === 0 ? [] : await linkModel('project_subjects').findAll({ where, transaction: t })
  const nameOf = new Map(same.map((row) => [row.id, row.get('localId' as never) as string]))
  /** Who has a name in a project: a record, or one of the candidates. */
  const holders = new Map<string, Set<string>>()
  const take = (projectId: string, name: string, who: string) => {
    const key = `${projectId} ${name}`
    holders.set(key, (holders.get(key) ?? new Set()).add(who))
  }
  // A record that gets another name now leaves its old one.
  const renamed = new Set(candidates.flatMap(({ row }) => row?.id ?? []))
  for (const link of links) {
    const id = link.get('subjectId') as string
    if (!renamed.has(id)) take(link.get('projectId') as string, nameOf.get(id) ?? '', id)
  }
  const whoOf = ({ row }: Candidate, n: number) => row?.id ?? `#${n}`
  for (const [n, candidate] of candidates.entries())
    for (const projectId of (candidate.body.projectIds as string[] | undefined) ?? [])
      take(projectId, candidate.body.localId as string, whoOf(candidate, n))
  return candidates.map((candidate, n) => {
    const { localId, projectIds } = candidate.body
    const taken = ((projectIds as string[] | undefined) ?? []).some((projectId) =>
      [...(holders.get(`${projectId} ${localId as string}`) ?? [])].some((who) => who !== whoOf(candidate, n)),
    )
    if (!taken) return []
    return [
      {
        pointer: '/localId',
        message: `There is already a subject “${String(localId)}” in this project. Use it, or give this one another name.`,
        value: localId,
      },
    ]
  })
}

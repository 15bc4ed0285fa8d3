/** Gathers what becomes public with a set of series: their records and all that they refer to, as public views. */
import { Op, type Transaction } from 'sequelize'
import type { Caller } from '#api/access/caller.ts'
import { system } from '#api/access/caller.ts'
import { recordModel } from '#api/db/recordModels.ts'
import { AppError } from '#api/errors.ts'
import { entityNamed, getRecords, toRecords, type Rec } from '#api/records/read.ts'
import { referencesIn } from '#api/records/references.ts'
import { missingForPublication, publicView, type Missing } from '#ontology/entity.ts'
import { entities } from '#ontology/index.ts'
import type { Snapshot } from '#ontology/entities/dataset.ts'

/** Complete records by entity name. */
export type Gathered = Map<string, Rec[]>

/**
 * The series with their sessions, study, project, subjects, events, files and catalogue entries.
 * @throws AppError invalid when a series is not the caller's to see, or when they belong to several projects
 */
export async function gather(caller: Caller, seriesIds: readonly string[], t?: Transaction): Promise<Gathered> {
  const of = (name: string, ids: readonly unknown[]) =>
    getRecords(
      caller,
      entityNamed(name),
      ids.filter((v) => typeof v === 'string'),
      t,
    )
  const series = await of('ImageSeries', seriesIds)
  const lost = seriesIds.filter((id) => !series.some((s) => s.id === id))
  if (lost.length > 0) {
    const fields = lost.map((id) => ({
      pointer: '/seriesIds',
      message: `There is no image series ${id} that you may use.`,
      value: id,
    }))
    throw new AppError('invalid', fields[0]?.message ?? '', { fields })
  }
  const projects = new Set(series.map((s) => s.projectId))
  if (projects.size !== 1) {
    const message = 'A dataset holds series of one project. Choose series of one project.'
    throw new AppError('invalid', message, { fields: [{ pointer: '/seriesIds', message }] })
  }
  const projectId = [...projects][0] as string
  const subjectIds = [...new Set(series.flatMap((s) => (s.subjectIds as string[] | undefined) ?? []))]
  const eventRows = await recordModel({ name: 'Event' }).findAll({
    where: { projectId, deletedAt: null, subjectId: { [Op.in]: subjectIds } } as never,
    transaction: t ?? null,
  })
  const fileRows = await recordModel({ name: 'File' }).findAll({
    where: { deletedAt: null, seriesId: { [Op.in]: series.map((s) => s.id) } } as never,
    order: [['labelSort', 'ASC']],
    transaction: t ?? null,
  })
  const drawn = async (name: string) => {
    const where = { deletedAt: null, audience: 'public', seriesId: { [Op.in]: series.map((s) => s.id) } }
    const rows = await recordModel({ name }).findAll({ where: where as never, transaction: t ?? null })
    return toRecords(caller, entityNamed(name), rows, t)
  }
  const gathered: Gathered = new Map([
    ['Project', await of('Project', [projectId])],
    [
      'Study',
      await of(
        'Study',
        series.map((s) => s.studyId),
      ),
    ],
    ['Subject', await of('Subject', subjectIds)],
    [
      'ImagingSession',
      await of(
        'ImagingSession',
        series.map((s) => s.sessionId),
      ),
    ],
    ['ImageSeries', seriesIds.flatMap((id) => series.find((s) => s.id === id) ?? [])],
    ['File', await toRecords(caller, entityNamed('File'), fileRows, t)],
    ['Annotation', await drawn('Annotation')],
    ['Segmentation', await drawn('Segmentation')],
    ['Event', await toRecords(caller, entityNamed('Event'), eventRows, t)],
  ])
  // Catalogue entries that these records name; they are shared, so the product itself reads them.
  for (const name of ['Agent', 'Instrument', 'Person', 'Organization']) {
    const named = [...gathered].flatMap(([other, records]) =>
      records.flatMap((r) =>
        referencesIn(entityNamed(other).record, publicView(entityNamed(other).record, r)).filter(
          (x) => x.entity === name,
        ),
      ),
    )
    gathered.set(
      name,
      await getRecords(
        system,
        entityNamed(name),
        named.map((r) => r.id),
        t,
      ),
    )
  }
  return gathered
}

export interface MissingField extends Missing {
  entity: string
  recordId: string
  label: string
}

/** What the publish level still asks for. Catalogue entries are others' work and do not hold anybody up. */
export function missingIn(gathered: Gathered): MissingField[] {
  return [...gathered].flatMap(([name, records]) => {
    const entity = entityNamed(name)
    if (entity.scope === 'catalogue' || name === 'File') return []
    return records.flatMap((record) =>
      missingForPublication(entity, record).map((missing) => ({
        entity: name,
        recordId: record.id,
        label: String(record[entity.label] ?? ''),
        ...missing,
        pointer: `/${entity.plural}/${record.id}${missing.pointer}`,
      })),
    )
  })
}

/** The public views, by collection. Subjects and links that are not part of the dataset are left out of link lists. */
export function snapshotOf(gathered: Gathered): Snapshot {
  const included = new Set([...gathered.values()].flat().map((record) => record.id))
  return Object.fromEntries(
    entities.map((entity) => [
      entity.plural,
      (gathered.get(entity.name) ?? []).map((record) => {
        const view = publicView(entity.record, record)
        for (const reference of referencesIn(entity.record, view)) {
          if (!included.has(reference.id)) dropAt(view, reference.pointer)
        }
        return compact(view)
      }),
    ]),
  )
}

function dropAt(view: Record<string, unknown>, pointer: string): void {
  const steps = pointer.slice(1).split('/')
  const last = steps.pop() as string
  let at: unknown = view
  for (const step of steps) at = (at as Record<string, unknown>)[step]
  // Positions in a list must stay until all are dropped; compact() closes the gaps.
  ;(at as Record<string, unknown>)[last] = undefined
}

function compact(view: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(view).map(
    ([key, value]) => [key, Array.isArray(value) ? value.filter((v) => v !== undefined) : value] as const,
  )
  return Object.fromEntries(
    entries.filter(([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0)),
  )
}

/** Loads what computed values need, for many records in a few statements, with the rights of the reader. */
import { Op, type Transaction } from 'sequelize'
import type { Caller } from '#api/access/caller.ts'
import { visible } from '#api/access/rights.ts'
import { linkModel, recordModel } from '#api/db/recordModels.ts'
import { computedOfEvent, computedOfSeries, type Around } from '#ontology/computed/index.ts'
import type { Agent } from '#ontology/entities/agent.ts'
import type { Event } from '#ontology/entities/event.ts'
import type { ImageSeries } from '#ontology/entities/series.ts'
import type { Subject } from '#ontology/entities/subject.ts'
import type { Entity } from '#ontology/entity.ts'
import { alive, entityNamed, getRecords, toRecords, type Rec } from './read.ts'

/** Entities whose records have computed values. */
export const isComputed = (entity: Pick<Entity, 'name'>): boolean =>
  entity.name === 'Event' || entity.name === 'ImageSeries'

/** Kinds of events that something is computed from. */
const telling = ['agentAdministration', 'measurement', 'modelInduction']

/** The records with `computed`; those of other entities as they are. */
export async function withComputed(caller: Caller, entity: Entity, records: Rec[], t?: Transaction): Promise<Rec[]> {
  if (!isComputed(entity) || records.length === 0) return records
  const computed = await computedOf(caller, entity, records, t)
  return records.map((record) => ({ ...record, computed: computed.get(record.id) }))
}

/** Computed values by record id. */
export async function computedOf(
  caller: Caller,
  entity: Entity,
  records: readonly Rec[],
  t?: Transaction,
): Promise<Map<string, unknown>> {
  const shared = entity.name === 'ImageSeries' ? await seriesOfSeveral(records, t) : new Set<string>()
  const subjectOf = (record: Rec): string | undefined =>
    entity.name === 'Event'
      ? (record.subjectId as string)
      : shared.has(record.id)
        ? undefined
        : (record.subjectIds as string[] | undefined)?.[0]
  const around = await loadAround(
    caller,
    records.flatMap((record) => subjectOf(record) ?? []),
    t,
  )
  return new Map(
    records.map((record) => {
      const own = around(subjectOf(record))
      if (entity.name === 'Event') return [record.id, computedOfEvent(record as unknown as Event, own)]
      return [record.id, computedOfSeries(record as unknown as ImageSeries, own)]
    }),
  )
}

/** Series of several subjects, those that the caller cannot see included: their dose is not that of one animal. */
async function seriesOfSeveral(records: readonly Rec[], t?: Transaction): Promise<Set<string>> {
  const pairs = await linkModel('series_subjects').findAll({
    where: { seriesId: { [Op.in]: records.map(({ id }) => id) } },
    transaction: t ?? null,
  })
  const counted = Map.groupBy(pairs, (pair) => pair.get('seriesId') as string)
  return new Set([...counted].flatMap(([id, own]) => (own.length > 1 ? [id] : [])))
}

/** The surroundings of subjects, as far as the caller may see them. */
export async function loadAround(
  caller: Caller,
  subjectIds: readonly string[],
  t?: Transaction,
): Promise<(subjectId: string | undefined) => Around> {
  const ids = [...new Set(subjectIds)]
  const subjects = (await getRecords(caller, entityNamed('Subject'), ids, t)) as unknown as Subject[]
  const rows = await recordModel({ name: 'Event' }).findAll({
    where: {
      [Op.and]: [visible(caller, 'Event'), alive, { subjectId: { [Op.in]: ids } }, { kind: { [Op.in]: telling } }],
    } as never,
    transaction: t ?? null,
  })
  const events = (await toRecords(caller, entityNamed('Event'), rows, t)) as unknown as Event[]
  const agentIds = events.flatMap(({ agentAdministration }) => agentAdministration?.agentId ?? [])
  const found = (await getRecords(caller, entityNamed('Agent'), agentIds, t)) as unknown as Agent[]
  const agents = new Map(found.map((agent) => [agent.id, agent]))
  const eventsOf = Map.groupBy(events, ({ subjectId }) => subjectId)
  return (subjectId) => ({
    subject: subjects.find(({ id }) => id === subjectId),
    events: (subjectId === undefined ? undefined : eventsOf.get(subjectId)) ?? [],
    agents,
  })
}

/** What was measured of and given to the animals of a scan: events of its session, one for each animal. */
import { isDeepStrictEqual as same } from 'node:util'
import { Op, type Transaction } from 'sequelize'
import type { Caller } from '#api/access/caller.ts'
import { visible } from '#api/access/rights.ts'
import type { Context } from '#api/context.ts'
import { recordModel } from '#api/db/recordModels.ts'
import { invalidField } from '#api/errors.ts'
import { alive, getRecord, toRecords } from '#api/records/read.ts'
import { createRecord, updateRecord } from '#api/records/write.ts'
import { Event, type Event as Recorded } from '#ontology/entities/event.ts'
import type { ImageSeries } from '#ontology/entities/series.ts'
import { ImagingSession, type ImagingSession as Session } from '#ontology/entities/session.ts'
import type { Entity } from '#ontology/entity.ts'
import type { SplitBody, SplitPart } from './schema.ts'

const entity = Event as unknown as Entity

type Facts = Pick<SplitPart, 'weight' | 'administration'>

/** Weights and injections that were recorded for the session of a scan. */
export async function eventsOfParts(
  caller: Caller,
  source: ImageSeries,
  parts: readonly ImageSeries[],
  t?: Transaction,
): Promise<{ agentId: string | undefined; of: (subjectId: string | undefined) => Facts }> {
  const events = await eventsOf(
    caller,
    source,
    parts.flatMap(({ subjectIds }) => subjectIds ?? []),
    t,
  )
  return {
    agentId: events.find(isInjection)?.agentAdministration?.agentId,
    of(subjectId) {
      const own = events.filter((event) => event.subjectId === subjectId)
      const weight = own.find(isWeight)?.measurement?.value as Facts['weight']
      const injection = own.find(isInjection)
      const { activity, dose, volume } = injection?.agentAdministration ?? {}
      return {
        ...(weight && { weight }),
        ...(injection && {
          administration: {
            start: injection.start,
            ...(activity && { activity }),
            ...(dose && { dose }),
            ...(volume && { volume }),
          },
        }),
      }
    },
  }
}

const isWeight = ({ measurement }: Recorded): boolean => measurement?.what === 'body weight'
const isInjection = ({ agentAdministration }: Recorded): boolean => agentAdministration?.purpose === 'imaging'

/** Events of the session of a scan, the earliest first. */
async function eventsOf(
  caller: Caller,
  { sessionId }: ImageSeries,
  subjectIds: readonly string[],
  t?: Transaction,
): Promise<Recorded[]> {
  const rows = await recordModel(entity).findAll({
    where: {
      [Op.and]: [visible(caller, 'Event'), alive, { sessionId, subjectId: { [Op.in]: [...new Set(subjectIds)] } }],
    } as never,
    order: [['id', 'ASC']],
    transaction: t ?? null,
  })
  return (await toRecords(caller, entity, rows, t)) as unknown as Recorded[]
}

/**
 * Records what is given for each animal; what is recorded already is corrected, what is not given stays.
 * @throws AppError invalid, naming the box
 */
export async function recordEvents(
  ctx: Context,
  caller: Caller,
  source: ImageSeries,
  wanted: SplitBody,
  t: Transaction,
): Promise<void> {
  const told = [...wanted.parts.entries()].filter(([, { weight, administration }]) => weight ?? administration)
  if (told.length === 0) return
  const events = await eventsOf(
    caller,
    source,
    told.flatMap(([, { subjectId }]) => subjectId ?? []),
    t,
  )
  const scan = await startOf(caller, source, t)
  for (const [n, { subjectId, weight, administration }] of told) {
    const at = `/parts/${n}`
    if (subjectId === undefined)
      throw invalidField(`${at}/subjectId`, `Say which animal lies in box ${n + 1}; its weight and dose belong to it.`)
    const common = { projectId: source.projectId, sessionId: source.sessionId, subjectId }
    const put = async (kind: 'measurement' | 'agentAdministration', details: object, start = scan) => {
      const held = events.find((event) => event.subjectId === subjectId && (kind === 'measurement' ? isWeight : isInjection)(event)) // prettier-ignore
      const known = held && { ...(held[kind] as object), ...details }
      if (held && same(known, held[kind]) && same(start ?? held.start, held.start)) return
      if (held)
        await updateRecord(ctx, caller, entity, held.id, { [kind]: details, ...(start && { start }) }, 'any', { t })
      else if (start) await createRecord(ctx, caller, entity, { ...common, kind, start, [kind]: details }, { t })
      else throw invalidField(`${at}/${kind === 'measurement' ? 'weight' : 'administration/start'}`, noTime)
    }
    if (weight) {
      const held = events.find((event) => event.subjectId === subjectId && isWeight(event))
      await put('measurement', { what: 'body weight', value: weight }, held?.start ?? scan)
    }
    if (!administration) continue
    const { start, ...amounts } = administration
    const held = events.find((event) => event.subjectId === subjectId && isInjection(event))
    const agentId = wanted.agentId ?? held?.agentAdministration?.agentId
    if (agentId === undefined)
      throw invalidField('/agentId', 'Say what was given: choose the agent of all animals of this scan.')
    const details = { agentId, purpose: 'imaging', ...(wanted.route && { route: wanted.route }), ...amounts }
    await put('agentAdministration', details, start ?? held?.start ?? scan)
  }
}

const noTime = 'Neither the scan nor its session has a time. Give one, or enter the start of the session first.'

async function startOf(caller: Caller, { acquiredAt, sessionId }: ImageSeries, t: Transaction) {
  if (acquiredAt) return acquiredAt
  return ((await getRecord(caller, ImagingSession as unknown as Entity, sessionId, t)) as unknown as Session).start
}

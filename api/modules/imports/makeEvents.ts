/** Events that a plan proposes, on the timelines of the subjects of their series. */
import { recordModel } from '#api/db/recordModels.ts'
import type { PlannedEvent } from '#api/ingest/plan.ts'
import { whenStamp } from '#api/ingest/whenStamp.ts'
import { normalisedName } from '#api/ingest/folderHints.ts'
import { Agent } from '#ontology/entities/agent.ts'
import { Event } from '#ontology/entities/event.ts'
import { agentSeeds } from '#ontology/terms.ts'
import type { Work } from './carryOut.ts'
import { make, sources, termOf, type MadeSubject } from './makeRecords.ts'

interface Made {
  /** Subjects by series key, session ids by session key. */
  subjects: ReadonlyMap<string, readonly MadeSubject[]>
  sessions: ReadonlyMap<string, string>
}

/** Makes one event for each subject that the series of a proposal show; without a subject there is none. */
export async function makeEvents(work: Work, events: readonly PlannedEvent[], made: Made): Promise<void> {
  for (const event of events) {
    const start = whenStamp(event.start.value)
    const subjectIds = new Set(event.seriesKeys.flatMap((key) => made.subjects.get(key) ?? []).map(({ id }) => id))
    const sessionId = made.sessions.get(event.sessionKey)
    if (!event.include || !start || subjectIds.size === 0) continue
    const details = await detailsOf(work, event)
    for (const subjectId of subjectIds) {
      const body = {
        kind: event.kind,
        projectId: work.row.projectId,
        subjectId,
        ...(sessionId !== undefined && { sessionId }),
        start,
        [event.kind]: details,
        sources: sources([
          ['start', event.start.evidence],
          [`${event.kind}.agentId`, event.agent?.evidence],
          ...event.values.map(({ field, evidence }): [string, string] => [`${event.kind}.${field}`, evidence]),
        ]),
      }
      work.created.eventIds!.push(await make(work, Event, body))
    }
  }
}

async function detailsOf(work: Work, { kind, agent, values }: PlannedEvent): Promise<Record<string, unknown>> {
  const given = Object.fromEntries(
    values.map(({ field, value }) => [field, typeof value === 'string' ? termOf('routes', value) : value]),
  )
  if (kind === 'measurement') return { what: 'body weight', ...given }
  return { agentId: agent!.id ?? (await agentNamed(work, agent!)), purpose: 'imaging', ...given }
}

/** An agent of this name, made by somebody since the plan was; else a new one, with what the term list says of it. */
async function agentNamed(
  work: Work,
  { name, category, radionuclide }: NonNullable<PlannedEvent['agent']>,
): Promise<string> {
  const isCalled = (...names: string[]) => names.some((each) => normalisedName(each) === normalisedName(name))
  const held = await recordModel(Agent).findAll({ where: { deletedAt: null } as never, transaction: work.t })
  const found = held.find((row) =>
    isCalled(row.get('name' as never) as string, ...((row.body.synonyms as string[] | undefined) ?? [])),
  )
  if (found) return found.id
  const seed = agentSeeds.find((each) => isCalled(each.name, ...(each.synonyms ?? [])))
  const isKnown = agentSeeds.some((each) => each.radionuclide === radionuclide)
  const body = seed ?? { name, category, ...(radionuclide && isKnown && { radionuclide }) }
  const id = await make(work, Agent, { ...body })
  work.created.agentIds!.push(id)
  return id
}

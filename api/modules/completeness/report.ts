/** The report of a project or study, from the records that the caller may see. */
import type { Caller } from '#api/access/caller.ts'
import { arriveSheet } from '#ontology/completeness/arrive.ts'
import { animalsPerLicence } from '#ontology/completeness/licences.ts'
import { methodsParagraph } from '#ontology/completeness/methods.ts'
import type { Told } from '#ontology/completeness/told.ts'
import { gatherScope } from './service.ts'

/** The records of a project or study as reports and tables read them. */
export async function toldOf(caller: Caller, scope: 'projects' | 'studies', id: string): Promise<Told> {
  const { records } = await gatherScope(caller, scope, id)
  const of = (name: string): never => (records.get(name) ?? []) as never
  return {
    projects: of('Project'),
    studies: of('Study'),
    subjects: of('Subject'),
    enrolments: of('Enrolment'),
    sessions: of('ImagingSession'),
    series: of('ImageSeries'),
    events: of('Event'),
    agents: new Map((records.get('Agent') ?? []).map((agent) => [agent.id, agent])) as never,
    instruments: of('Instrument'),
  }
}

export async function reportOf(caller: Caller, scope: 'projects' | 'studies', id: string) {
  const told = await toldOf(caller, scope, id)
  return { arrive: arriveSheet(told), methods: methodsParagraph(told), licences: animalsPerLicence(told) }
}

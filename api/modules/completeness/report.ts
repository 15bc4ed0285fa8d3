/** The report of a project or study, from the records that the caller may see. */
import type { Caller } from '#api/access/caller.ts'
import { animalsPerLicence, arriveSheet, methodsParagraph, type Told } from '#ontology/completeness/report.ts'
import { gatherScope } from './service.ts'

export async function reportOf(caller: Caller, scope: 'projects' | 'studies', id: string) {
  const { records } = await gatherScope(caller, scope, id)
  const of = (name: string): never => (records.get(name) ?? []) as never
  const told: Told = {
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
  return { arrive: arriveSheet(told), methods: methodsParagraph(told), licences: animalsPerLicence(told) }
}

/** The records that a report tells of. */
import type { Around } from '../computed/index.ts'
import type { Agent } from '../entities/agent.ts'
import type { Enrolment } from '../entities/enrolment.ts'
import type { Event } from '../entities/event.ts'
import type { Instrument } from '../entities/instrument.ts'
import type { Project } from '../entities/project.ts'
import type { ImageSeries } from '../entities/series.ts'
import type { ImagingSession } from '../entities/session.ts'
import type { Study } from '../entities/study.ts'
import type { Subject } from '../entities/subject.ts'

export interface Told {
  projects: readonly Project[]
  studies: readonly Study[]
  subjects: readonly Subject[]
  enrolments: readonly Enrolment[]
  sessions: readonly ImagingSession[]
  series: readonly ImageSeries[]
  events: readonly Event[]
  agents: ReadonlyMap<string, Agent>
  instruments: readonly Instrument[]
}

export const animalsOf = ({ subjects }: Told): Subject[] => subjects.filter(({ kind }) => kind === 'animal')

export const eventsOf = (told: Told, kind: Event['kind']) => told.events.filter((event) => event.kind === kind)

export function around(told: Told, subjectId: string): Around {
  return {
    subject: told.subjects.find(({ id }) => id === subjectId),
    events: told.events.filter((event) => event.subjectId === subjectId),
    agents: told.agents,
  }
}

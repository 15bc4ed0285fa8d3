/** All entities, in the order in which people meet them. Adding one here adds it to every surface. */
import type { Entity } from './entity.ts'
import { Agent } from './entities/agent.ts'
import { Annotation } from './entities/annotation.ts'
import { Concept } from './entities/concept.ts'
import { Enrolment } from './entities/enrolment.ts'
import { Event } from './entities/event.ts'
import { File } from './entities/file.ts'
import { Instrument } from './entities/instrument.ts'
import { Organization } from './entities/organization.ts'
import { Person } from './entities/person.ts'
import { Project } from './entities/project.ts'
import { ImageSeries } from './entities/series.ts'
import { Segmentation } from './entities/segmentation.ts'
import { ImagingSession } from './entities/session.ts'
import { Study } from './entities/study.ts'
import { Subject } from './entities/subject.ts'

export const entities: readonly Entity[] = [
  Project,
  Study,
  Subject,
  Enrolment,
  ImagingSession,
  ImageSeries,
  File,
  Annotation,
  Segmentation,
  Event,
  Agent,
  Instrument,
  Person,
  Organization,
  Concept,
] as unknown as readonly Entity[]

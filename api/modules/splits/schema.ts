/** A scan of several animals as parameters: which voxels are whose, and what was measured of and given to each. */
import { ImageSeries } from '#ontology/entities/series.ts'
import { ImagingSession } from '#ontology/entities/session.ts'
import { AgentAdministration } from '#ontology/entities/events/agentAdministration.ts'
import { quantity, term, VoxelBox, when } from '#ontology/values.ts'
import { Type, closed, id, line, ref, type Static } from '#ontology/vocabulary.ts'

/** Animals that fit into one scan. */
export const mostParts = 32

const { activity, dose, volume } = AgentAdministration.properties
const given = {
  start: Type.Optional(when({ title: 'Time of the injection', description: 'Absent: that of the scan.' })),
  activity,
  dose,
  volume,
}

export const splitPart = closed({
  id: Type.Optional(id({ description: 'Series of this animal; absent: it is made.' })),
  label: Type.Optional(line({ title: 'Label', description: 'Absent: that of the scan with the animal.' })),
  subjectId: Type.Optional(ref('Subject', { title: 'Animal', description: 'Absent: not known yet.' })),
  box: VoxelBox,
  weight: Type.Optional(quantity(['g', 'kg'], { title: 'Body weight', exclusiveMinimum: 0 })),
  administration: Type.Optional(closed(given, { title: 'What was given to it' })),
})
export type SplitPart = Static<typeof splitPart>

export const splitBody = closed({
  viewedFrom: ImagingSession.record.properties.viewedFrom,
  agentId: Type.Optional(ref('Agent', { title: 'Agent', description: 'What was given to all of them.' })),
  route: Type.Optional(term('routes', { title: 'Route' })),
  parts: Type.Array(splitPart, { maxItems: mostParts, title: 'Animals, in the order of their places' }),
})
export type SplitBody = Static<typeof splitBody>

export const splitSchema = closed(
  {
    seriesId: id(),
    version: Type.Integer({ description: 'Rises with each change of the split; its ETag guards the next one.' }),
    sessionId: id(),
    viewedFrom: ImagingSession.record.properties.viewedFrom,
    agentId: Type.Optional(id({ description: 'Agent that was given in this session.' })),
    parts: Type.Array(
      closed({
        ...splitPart.properties,
        id: id({ description: 'Series of this animal.' }),
        label: ImageSeries.record.properties.label,
        pixels: ImageSeries.record.properties.pixels,
      }),
    ),
  },
  { $id: 'Split', title: 'Scan of several animals' },
)
export type Split = Static<typeof splitSchema>

/** What a commit made, and what an undo had to leave. */
import { Type, type Static } from 'typebox'
import { closed, id } from '#ontology/vocabulary.ts'

const ids = Type.Array(id())

export const Kept = closed({ entity: Type.String(), id: id(), label: Type.String(), reason: Type.String() })

/** As clients see it; the row also keeps what an undo needs (ImportResult). */
export const ShownResult = closed({
  seriesIds: ids,
  sessionIds: ids,
  subjectIds: ids,
  instrumentIds: ids,
  eventIds: Type.Optional(ids),
  files: Type.Integer(),
  attachments: Type.Integer(),
  kept: Type.Optional(Type.Array(Kept, { description: 'After an undo: what stays because it is used elsewhere.' })),
})

export interface ImportResult extends Static<typeof ShownResult> {
  /** Only these were made by the import; the others were there before. */
  created: {
    sessionIds: string[]
    subjectIds: string[]
    instrumentIds: string[]
    attachmentIds: string[]
    /** Absent in results of imports that made none yet. */
    eventIds?: string[]
    agentIds?: string[]
  }
}

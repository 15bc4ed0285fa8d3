/** What the cells of a table may name: the records that its columns refer to, by what people call them. */
import { Op, Sequelize, type Transaction, type WhereOptions } from 'sequelize'
import type { Caller } from '#api/access/caller.ts'
import { visible } from '#api/access/rights.ts'
import { recordModel, type RecordRow } from '#api/db/recordModels.ts'
import { alive } from '#api/records/read.ts'
import { squeezed, type Lookup } from '#ontology/table/cells.ts'
import type { Column } from '#ontology/table/columns.ts'
import { idPattern } from '#ontology/vocabulary.ts'

const isId = new RegExp(idPattern)

/** Where the table is: only what belongs there can be named. */
export interface Place {
  studyId: string
  projectId: string
}

/** What people may write for a record. */
export interface Named {
  id: string
  label: string
  /** All that is understood, the label too. */
  names: string[]
}

/** The lookup of the entities that these columns refer to, with all that it knows. */
export async function lookupFor(
  caller: Caller,
  place: Place,
  columns: readonly Column[],
  t?: Transaction,
  more: readonly string[] = [],
): Promise<Lookup & { known: Record<string, Named[]> }> {
  const known: Record<string, Named[]> = {}
  const labels = new Map<string, Map<string, string>>()
  const names = new Map<string, Map<string, Set<string>>>()
  for (const entity of new Set([...columns.flatMap(({ ref }) => ref ?? []), ...more])) {
    const rows = await rowsOf(caller, entity, place, t)
    labels.set(entity, new Map(rows.map((row) => [row.id, labelOf(entity, row)])))
    const index = new Map<string, Set<string>>()
    for (const row of rows)
      for (const name of namesOf(entity, row)) {
        const key = name.trim().toLowerCase()
        index.set(key, (index.get(key) ?? new Set()).add(row.id))
      }
    names.set(entity, index)
    known[entity] = rows.map((row) => ({ id: row.id, label: labelOf(entity, row), names: namesOf(entity, row) }))
  }
  return {
    known,
    label: (entity, id) => labels.get(entity)?.get(id),
    find(entity, text) {
      if (isId.test(text)) return labels.get(entity)?.has(text) ? [text] : []
      const index = names.get(entity)
      const found =
        index?.get(text.trim().toLowerCase()) ?? (entity === 'Agent' ? index?.get(squeezed(text)) : undefined)
      return found ? [...found] : []
    },
  }
}

async function rowsOf(caller: Caller, entity: string, place: Place, t?: Transaction): Promise<RecordRow[]> {
  const where = { [Op.and]: [visible(caller, entity), alive, within(entity, place)] }
  return recordModel({ name: entity }).findAll({ where, transaction: t ?? null, order: [['id', 'ASC']] })
}

function within(entity: string, { studyId, projectId }: Place): WhereOptions {
  if (entity === 'ImagingSession' || entity === 'ImageSeries') return { studyId }
  if (entity === 'Event') return { projectId }
  if (entity !== 'Subject') return {}
  if (!isId.test(projectId)) throw new Error('a project id is no ULID')
  const members = `(SELECT subject_id FROM project_subjects WHERE project_id = '${projectId}')`
  return { id: { [Op.in]: Sequelize.literal(members) } }
}

function labelOf(entity: string, row: RecordRow): string {
  if (entity === 'Person') return `${String(row.body.givenName)} ${String(row.get('familyName' as never))}`
  const field = { Subject: 'localId', ImagingSession: 'label', ImageSeries: 'label', Project: 'title', Study: 'title' }
  return String(row.get((field[entity as 'Subject'] ?? 'name') as never) ?? row.id)
}

function namesOf(entity: string, row: RecordRow): string[] {
  const label = labelOf(entity, row)
  if (entity === 'Person') {
    const [given, family] = [String(row.body.givenName), String(row.get('familyName' as never))]
    return [label, `${family}, ${given}`, family, ...(row.body.orcid ? [String(row.body.orcid)] : [])]
  }
  const others = (row.body.otherIds as { value: string }[] | undefined)?.map(({ value }) => value) ?? []
  const synonyms = (row.body.synonyms as string[] | undefined) ?? []
  // "[18F]FDG" is typed "18F-FDG" and "FDG".
  const loose = entity === 'Agent' ? [label, ...synonyms].map((name) => squeezed(name)) : []
  return [...new Set([label, ...others, ...synonyms, ...loose])]
}

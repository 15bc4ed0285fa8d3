/**
 * Records for the search, read from the database along the steps of a view. What the search shows of a record is
 * guarded by the key of its project, so the product itself reads here, one project at a time and nothing of another.
 */
import { Op, Sequelize, type WhereOptions } from 'sequelize'
import { system } from '#api/access/caller.ts'
import { columnFields, linkModel, links, recordModel } from '#api/db/recordModels.ts'
import { entityNamed, toRecords } from '#api/records/read.ts'
import { type Entity } from '#ontology/entity.ts'
import { referencesOf, type Rec, type Records, type Step } from '#search/graph.ts'
import type { View } from '#search/views.ts'

/** Identifiers in one statement. */
const batchSize = 500

type Ids = ReadonlySet<string>

/** Records of these roots in one project, with all that the view's steps lead to. */
export async function loadView(view: View, roots: Ids, projectId: string): Promise<Records> {
  const found = new Map<string, Map<string, Rec>>()
  const keep = (entity: string, records: readonly Rec[]) => {
    const held = found.get(entity) ?? new Map<string, Rec>()
    found.set(entity, held)
    for (const record of records) held.set(record.id, record)
  }
  keep(view.root, await recordsIn(view.root, projectId, 'id', roots))
  for (const step of view.steps) {
    const from = [...(found.get(step.from)?.values() ?? [])]
    if (step.direction === 'refers') {
      const schema = entityNamed(step.from).record
      const named = from.flatMap((record) => referencesOf(schema, record)).filter(([entity]) => entity === step.to)
      const missing = named.map(([, id]) => id).filter((id) => !found.get(step.to)?.has(id))
      keep(step.to, await recordsIn(step.to, projectId, 'id', new Set(missing)))
    } else {
      keep(step.to, await recordsReferring(step, projectId, new Set(from.map((record) => record.id))))
    }
  }
  return new Map([...found].map(([entity, records]) => [entity, [...records.values()]]))
}

/** Living records of one project (of the catalogue: all) whose column is one of the values. */
async function recordsIn(name: string, projectId: string, column: string, values: Ids): Promise<Rec[]> {
  const entity = entityNamed(name)
  const records: Rec[] = []
  for (const batch of batches(values)) {
    const where = {
      [Op.and]: [ofProject(entity, projectId), shared(entity), { deletedAt: null, [column]: { [Op.in]: batch } }],
    }
    records.push(...(await toRecords(system, entity, await recordModel(entity).findAll({ where }))))
  }
  return records
}

/** What a person keeps for themselves is found by nobody. */
const shared = ({ name }: Entity): WhereOptions =>
  name === 'Annotation' || name === 'Segmentation' ? { audience: { [Op.ne]: 'me' } } : {}

async function recordsReferring({ from, to }: Step, projectId: string, ids: Ids): Promise<Rec[]> {
  const column = columnTo(to, from)
  if (column !== null) return recordsIn(to, projectId, column, ids)
  return recordsIn(to, projectId, 'id', await linked(to, from, ids, 'left'))
}

function ofProject(entity: Entity, projectId: string): WhereOptions {
  if (entity.scope === 'catalogue') return {}
  if (entity.name === 'Project') return { id: projectId }
  if (entity.name !== 'Subject') return { projectId }
  // The identifier comes from our own table of projects.
  return {
    id: { [Op.in]: Sequelize.literal(`(SELECT subject_id FROM project_subjects WHERE project_id = '${projectId}')`) },
  }
}

/** Records whose documents change when these records change, also when they have just been deleted. */
export async function rootsOf(view: View, entity: string, ids: Ids): Promise<Set<string>> {
  const reached = new Map<string, Set<string>>([[entity, new Set(ids)]])
  for (const step of view.steps.toReversed()) {
    const changed = reached.get(step.to)
    if (!changed || changed.size === 0) continue
    const before =
      step.direction === 'refers' ? await referring(step.from, step.to, changed) : await referredBy(step, changed)
    const held = reached.get(step.from) ?? new Set()
    reached.set(step.from, held)
    for (const id of before) held.add(id)
  }
  return reached.get(view.root) ?? new Set()
}

/** Records of `from` that refer to these records of `to`: by column, by link or inside their body. */
async function referring(from: string, to: string, ids: Ids): Promise<string[]> {
  const column = columnTo(from, to)
  if (column === null && linkBetween(from, to)) return [...(await linked(from, to, ids, 'left'))]
  const found: string[] = []
  for (const batch of batches(ids, column === null ? 20 : batchSize)) {
    const where: WhereOptions =
      column === null
        ? { [Op.or]: batch.map((id) => ({ body: { [Op.like]: `%"${id}"%` } })) }
        : { [column]: { [Op.in]: batch } }
    const rows = await recordModel({ name: from }).findAll({ attributes: ['id'], where: where as never })
    found.push(...rows.map((row) => row.id))
  }
  return found
}

/** Records of `step.from` that these records of `step.to` refer to. */
async function referredBy({ from, to }: Step, ids: Ids): Promise<string[]> {
  const column = columnTo(to, from)
  if (column === null) return [...(await linked(to, from, ids, 'right'))]
  const found: string[] = []
  for (const batch of batches(ids)) {
    const rows = await recordModel({ name: to }).findAll({
      attributes: [column],
      where: { id: { [Op.in]: batch } } as never,
    })
    found.push(...rows.map((row) => row.get(column) as string | null).filter((id) => id !== null))
  }
  return found
}

/** Projects of records, by record. Deleted ones have theirs still; a subject may have several. */
export async function projectsOf(name: string, ids: Ids): Promise<Map<string, string[]>> {
  if (name === 'Project') return new Map([...ids].map((id) => [id, [id]]))
  const projects = new Map<string, string[]>()
  for (const batch of batches(ids)) {
    const pairs =
      name === 'Subject'
        ? await linkModel('project_subjects').findAll({ where: { subjectId: { [Op.in]: batch } } })
        : await recordModel({ name }).findAll({
            attributes: ['id', 'projectId'],
            where: { id: { [Op.in]: batch } } as never,
          })
    const key = name === 'Subject' ? 'subjectId' : 'id'
    for (const pair of pairs) {
      const id = pair.get(key) as string
      projects.set(id, [...(projects.get(id) ?? []), pair.get('projectId') as string])
    }
  }
  return projects
}

/** Identifiers of all living records of a project that a view is about, a batch at a time. */
export async function* rootsIn(view: View, projectId: string): AsyncGenerator<Ids> {
  const entity = entityNamed(view.root)
  for (let after = ''; ;) {
    const rows = await recordModel(entity).findAll({
      attributes: ['id'],
      where: { [Op.and]: [ofProject(entity, projectId), { deletedAt: null, id: { [Op.gt]: after } }] },
      order: [['id', 'ASC']],
      limit: batchSize,
    })
    if (rows.length === 0) return
    yield new Set(rows.map((row) => row.id))
    after = (rows.at(-1) as { id: string }).id
  }
}

/** Column of an entity that points to another; null when it does so by link or inside its body. */
function columnTo(name: string, target: string): string | null {
  return columnFields(entityNamed(name)).find(([, node]) => node['x-ref'] === target)?.[0] ?? null
}

const linkBetween = (left: string, right: string) =>
  links.find((link) => link.left.name === left && link.right.name === right)

/** The other side of a link. @param side the side that is wanted; `ids` are of the other one */
async function linked(left: string, right: string, ids: Ids, side: 'left' | 'right'): Promise<Set<string>> {
  const link = linkBetween(left, right)
  if (!link) throw new Error(`${left} has neither column nor link to ${right}`)
  const [wanted, given] = side === 'left' ? [link.leftColumn, link.rightColumn] : [link.rightColumn, link.leftColumn]
  const found = new Set<string>()
  for (const batch of batches(ids)) {
    const pairs = await linkModel(link.table).findAll({ where: { [given]: { [Op.in]: batch } } })
    for (const pair of pairs) found.add(pair.get(wanted) as string)
  }
  return found
}

/** A set in pieces. */
export function* batches(ids: Ids, size = batchSize): Generator<string[]> {
  const list = [...ids]
  for (let i = 0; i < list.length; i += size) yield list.slice(i, i + size)
}

/** Sequelize models of the ontology's entities and their link tables, read off the schemas. */
import { DataTypes, type Model, type ModelAttributes, type ModelStatic, type Sequelize } from 'sequelize'
import { entities } from '#ontology/index.ts'
import { fieldsOf, type Entity } from '#ontology/entity.ts'
import type { Node } from '#ontology/vocabulary.ts'
import { bytesColumn, idColumn, instantColumn, jsonColumn } from './columns.ts'

/** A row of an entity table: what has a column of its own, and the rest in `body`. */
export interface RecordRow extends Model {
  id: string
  version: number
  createdAt: Date
  updatedAt: Date
  createdBy: string | null
  deletedAt: Date | null
  /** The record whose deletion took this one along; it comes back with it. */
  deletedRoot: string | null
  labelSort: string
  body: Record<string, unknown>
}

/** A many-to-many relation: `table` joins `left` (which lists it) and `right`. */
export interface Link {
  table: string
  field: string
  left: Entity
  right: Entity
  leftColumn: string
  rightColumn: string
}

/** Column that points to an entity: series_id, subject_id ... named after the last word of the entity. */
const pointer = (entity: Entity): string => `${entity.name.replace(/^Image|^Imaging/, '').toLowerCase()}Id`

export const links: readonly Link[] = entities.flatMap((left) =>
  fieldsOf(left.record).flatMap(([field, node]) => {
    const table = node['x-link']
    if (!table) return []
    const right = entities.find((e) => e.name === node.items?.['x-ref'])
    if (!right) throw new Error(`${left.name}.${field} links to an unknown entity`)
    // A series made from other series: the other end has a name of its own.
    const rightColumn = left === right ? 'sourceId' : pointer(right)
    return [{ table, field, left, right, leftColumn: pointer(left), rightColumn }]
  }),
)

/** Top-level fields of an entity that have a column of their own. */
export const columnFields = (entity: Entity): [string, Node][] =>
  fieldsOf(entity.record).filter(([, node]) => node['x-column'])

let models = new Map<string, ModelStatic<RecordRow>>()
let linkModels = new Map<string, ModelStatic<Model>>()

export function recordModel(entity: Pick<Entity, 'name'>): ModelStatic<RecordRow> {
  const model = models.get(entity.name)
  if (!model) throw new Error(`${entity.name} has no model`)
  return model
}

export function linkModel(table: string): ModelStatic<Model> {
  const model = linkModels.get(table)
  if (!model) throw new Error(`${table} is no link table`)
  return model
}

/** Name of an entity's table: the last word of its REST collection. */
export const tableOf = (entity: Pick<Entity, 'plural'>): string => entity.plural

export function defineRecordModels(sequelize: Sequelize): void {
  models = new Map()
  linkModels = new Map()
  for (const entity of entities) {
    const attributes: ModelAttributes = {
      id: idColumn({ primaryKey: true }),
      version: DataTypes.INTEGER,
      createdAt: instantColumn(),
      updatedAt: instantColumn(),
      createdBy: idColumn(),
      deletedAt: instantColumn(),
      deletedRoot: idColumn(),
      labelSort: DataTypes.STRING(190),
      body: jsonColumn('body', { allowNull: false }),
    }
    for (const [name, node] of columnFields(entity)) {
      if (node['x-ref']) attributes[name] = idColumn()
      else if (node.type === 'integer') attributes[name] = bytesColumn(name)
      else attributes[name] = DataTypes.STRING(1000)
    }
    models.set(entity.name, sequelize.define<RecordRow>(entity.name, attributes, { tableName: tableOf(entity) }))
  }
  for (const link of links) {
    const attributes = {
      [link.leftColumn]: idColumn({ primaryKey: true }),
      [link.rightColumn]: idColumn({ primaryKey: true }),
    }
    linkModels.set(link.table, sequelize.define(link.table, attributes, { tableName: link.table }))
  }
}

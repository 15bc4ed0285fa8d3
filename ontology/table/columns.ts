/**
 * The table layout of an entity: one column for each value that a person may enter, read off the schema. Grid, CSV, XLSX
 * and templates are made of it, so a new field is in all of them.
 */
import { fieldsOf, isRequired, type Entity } from '../entity.ts'
import { fieldKind, type FieldKind } from '../fieldKind.ts'
import { entities } from '../index.ts'
import type { Node } from '../vocabulary.ts'
import { vocabularies } from '../terms.ts'

/** Kinds of value that stand in one cell. */
export type CellKind = Exclude<FieldKind, 'object'>

export interface Column {
  /** Dotted path of the field in the record: `animal.birthDate`. */
  key: string
  /** What people read above the column, without the unit. */
  label: string
  path: readonly (string | number)[]
  kind: CellKind
  node: Node
  /** Units that the value may have (UCUM), the one that a bare number is in first. */
  units?: readonly string[]
  /** What a cell of a closed list may hold. */
  options?: readonly string[]
  /** Term list that suggests values. */
  vocabulary?: string
  /** Entity that the cell names. */
  ref?: string
  help?: string
  example?: string
  /** record: needed to save; publish: needed to publish. */
  level?: 'record' | 'publish'
}

/** A table that people may enter: an entity, for one kind of its records where there are kinds. */
export interface TableKind {
  /** `subjects.animal`, `events.measurement`, `sessions`, `series`. */
  name: string
  title: string
  entity: Entity
  kind?: string
}

/** Entities of a study that are entered as rows. */
const tabled = ['Subject', 'ImagingSession', 'Event', 'ImageSeries']
/** What the study gives a row: it is not asked for. */
const placing = new Set(['Project', 'Study'])
const bookkeeping = new Set(['nullReasons', 'sources'])

const uncounted = /(series|sis|ing|aesthesia)$/i

/** All tables, in the order in which people fill them. */
export const tables: readonly TableKind[] = tabled.flatMap((name) => {
  const entity = entities.find((one) => one.name === name)
  if (!entity) throw new Error(`there is no entity ${name}`)
  const kinds = entity.record.properties.kind as Node | undefined
  if (!kinds?.enum) return [{ name: entity.plural, title: plural(entity.title), entity }]
  return kinds.enum.map((kind) => {
    const details = entity.record.properties[kind] as Node | undefined
    return { name: `${entity.plural}.${kind}`, title: plural(details?.title ?? kind), entity, kind }
  })
})

/** @returns undefined for a name that is no table */
export const tableNamed = (name: string): TableKind | undefined => tables.find((table) => table.name === name)

function plural(title: string): string {
  if (uncounted.test(title)) return title
  return title.endsWith('y') ? `${title.slice(0, -1)}ies` : `${title}s`
}

/** How many entries of a list of objects have columns, by the list's key; one where nothing is said. */
export type Repeats = (key: string) => number

/** The columns of a table, in the order of the schema; what is needed to save comes first. */
export function columnsOf({ entity, kind }: TableKind, repeats: Repeats = () => 1): Column[] {
  const all: Column[] = []
  const walk = (schema: Node, path: readonly (string | number)[], labels: readonly string[], needed: boolean) => {
    for (const [name, node] of fieldsOf(schema)) {
      if (path.length === 0 && (bookkeeping.has(name) || (kind !== undefined && name === 'kind'))) continue
      if (node['x-system'] || placing.has(node['x-ref'] ?? node.items?.['x-ref'] ?? '')) continue
      const when = node['x-when']
      if (when && kind !== undefined && 'kind' in when && when.kind !== kind) continue
      const here = [...path, name]
      const type = fieldKind(node)
      const own = isRequired(schema, name) && node.default === undefined
      // The details of the kind lend their name to nothing: "Sex" needs no "Animal" before it.
      const title = node.title ?? name
      const shown = name === kind ? labels : [...labels, title]
      if (type === 'object') {
        walk(node, here, shown, needed && (own || name === kind))
      } else if (type === 'objects' && node.items?.properties && !isPair(node.items)) {
        const count = Math.max(1, repeats(here.join('.')))
        for (let n = 0; n < count; n++) walk(node.items, [...here, n], [...labels, `${title} ${n + 1}`], false)
      } else {
        all.push(describe(here, shown.join(': '), type, node, needed && own))
      }
    }
  }
  walk(entity.record as Node, [], [], true)
  tellApart(all)
  return [...all.filter(({ level }) => level === 'record'), ...all.filter(({ level }) => level !== 'record')]
}

/** Columns of one name are called after the field before them as well: "Syringe after: Measured at". */
function tellApart(columns: Column[]): void {
  const counts = Map.groupBy(columns, ({ label }) => label)
  for (const [n, column] of columns.entries()) {
    if ((counts.get(column.label)?.length ?? 0) > 1 && n > 0)
      columns[n] = { ...column, label: `${columns[n - 1]?.label}: ${column.label}` }
  }
}

/** An object of two texts, one of which says what the other is: written "eartag: 412". */
export const isPair = (node: Node): boolean => {
  const fields = fieldsOf(node)
  return fields.length === 2 && fieldKind(fields[0]![1]) === 'enum' && fieldKind(fields[1]![1]) === 'text'
}

function describe(
  path: readonly (string | number)[],
  label: string,
  kind: CellKind,
  node: Node,
  needed: boolean,
): Column {
  const vocabulary = node['x-vocabulary']
  const options = node.enum ?? (kind === 'boolean' ? ['yes', 'no'] : undefined)
  const ref = node['x-ref'] ?? node.items?.['x-ref']
  const example = node.examples?.[0] ?? (vocabulary && vocabularies.get(vocabulary)?.terms[0]?.label)
  const level = needed ? 'record' : node['x-level'] === 'publish' ? 'publish' : undefined
  return {
    key: path.map((part) => (typeof part === 'number' ? part + 1 : part)).join('.'),
    label,
    path,
    kind,
    node,
    ...(node['x-unit'] && { units: node['x-unit'] }),
    ...(options && { options }),
    ...(vocabulary && { vocabulary }),
    ...(ref && { ref }),
    ...(node.description && { help: node.description }),
    ...(example !== undefined && example !== '' && { example: String(example) }),
    ...(level && { level }),
  }
}

/** The header of a column with the unit of its bare numbers: "Volume (uL)". */
export const headerOf = ({ label, units }: Column): string => (units ? `${label} (${units[0]})` : label)

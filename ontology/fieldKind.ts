/** What kind of input a field takes, read off its schema: forms, grids and tables choose by it. */
import type { Node } from './vocabulary.ts'

export type FieldKind =
  | 'text'
  | 'textarea'
  | 'number'
  | 'boolean'
  | 'enum'
  | 'enums'
  | 'date'
  | 'when'
  | 'quantity'
  | 'term'
  | 'terms'
  | 'reference'
  | 'references'
  | 'strings'
  | 'object'
  | 'objects'

/** @throws Error for a schema that no input is known for */
export function fieldKind(node: Node): FieldKind {
  if (node['x-type'] === 'Quantity') return 'quantity'
  if (node['x-type'] === 'CodedTerm') return 'term'
  if (node['x-type'] === 'WhenStamp') return 'when'
  if (node['x-ref']) return 'reference'
  if (node.enum) return 'enum'
  switch (node.type) {
    case 'array':
      return listKind(node.items ?? {})
    case 'object':
      return 'object'
    case 'boolean':
      return 'boolean'
    case 'integer':
    case 'number':
      return 'number'
    case 'string':
      if (node.format === 'date') return 'date'
      return node['x-widget'] === 'textarea' ? 'textarea' : 'text'
    default:
      throw new Error(`There is no input for the field "${node.title ?? '?'}" (type ${String(node.type)}).`)
  }
}

function listKind(items: Node): FieldKind {
  if (items['x-type'] === 'CodedTerm') return 'terms'
  if (items['x-ref']) return 'references'
  if (items.enum) return 'enums'
  return items.type === 'object' ? 'objects' : 'strings'
}

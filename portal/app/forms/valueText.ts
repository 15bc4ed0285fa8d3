/** Any value of a record in a line of text: for histories, conflicts and comparisons. */
import type { Quantity, WhenStamp } from '#ontology/values.ts'
import { formatQuantity, formatWhen } from '../format.ts'
import { choiceText } from './choices.ts'
import { isEmpty } from './fields.ts'
import { isJson } from './path.ts'

/** @param zone of points in time; absent: the reader's, which the server does not know */
export function valueText(value: unknown, zone?: string): string {
  if (isEmpty(value)) return '–'
  if (typeof value === 'boolean') return value ? 'Yes' : 'No'
  if (Array.isArray(value)) return value.map((one) => valueText(one, zone)).join('; ')
  if (!isJson(value)) return String(value)
  if ('dateTime' in value && 'precision' in value) return formatWhen(value as unknown as WhenStamp, zone)
  if ('unit' in value && 'value' in value) return formatQuantity(value as unknown as Quantity)
  if (typeof value.label === 'string') return value.label
  return Object.entries(value)
    .map(([key, inner]) => `${choiceText(key)}: ${valueText(inner, zone)}`)
    .join(', ')
}

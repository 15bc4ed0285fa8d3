/** Values of the record in the words of a methods section. */
import type { CodedTerm, Quantity } from '../values.ts'

export const notRecorded = 'not recorded'

const unitWords: Record<string, string> = {
  uL: 'µL',
  uCi: 'µCi',
  ug: 'µg',
  Cel: '°C',
  'ug/kg': 'µg/kg',
  '{cells}': 'cells',
  '10*6.{cells}': '× 10⁶ cells',
  '/min': '/min',
}

export const quantityText = ({ value, unit }: Pick<Quantity, 'value' | 'unit'>): string =>
  `${Number(value.toPrecision(6))} ${unitWords[unit] ?? unit}`

export const labelOf = (term: CodedTerm | undefined): string | undefined => term?.label

/** "a, b and c"; undefined of nothing. */
export function listed(words: Iterable<string | undefined>): string | undefined {
  const distinct = [...new Set([...words].filter((word) => word !== undefined && word !== ''))] as string[]
  if (distinct.length < 2) return distinct[0]
  return `${distinct.slice(0, -1).join(', ')} and ${distinct.at(-1)}`
}

/** "21.3 g" or "19.8 to 24.1 g"; undefined of nothing. */
export function rangeText(values: readonly number[], unit: string): string | undefined {
  if (values.length === 0) return undefined
  const [low, high] = [Math.min(...values), Math.max(...values)].map((value) => Number(value.toPrecision(3)))
  return low === high ? `${low} ${unit}` : `${low} to ${high} ${unit}`
}

/** Values in other quantities: SUV and %ID/g, by the factors that the server computes from the record. */
import type { SeriesHeader } from './contract.ts'
import type { Window } from './window.ts'

export const quantityNames = ['stored', 'suv', 'idg'] as const
export type QuantityName = (typeof quantityNames)[number]

/** As the record of a series tells it, in `computed`. */
interface ComputedValue {
  value?: number
  unit?: string
  reason?: string
  basis?: string
}
export interface ComputedOfSeries {
  suvBodyWeight?: ComputedValue
  percentInjectedDosePerGram?: ComputedValue
}

export interface Quantity {
  name: QuantityName
  label: string
  /** A stored value times this is the quantity; null where it cannot be had. */
  factor: number | null
  unit: string
  /** Where the factor comes from, or why there is none. */
  because: string
}

const isEmission = ({ modality }: Pick<SeriesHeader, 'modality'>): boolean => modality === 'PT' || modality === 'NM'

/**
 * The quantities of a series: its own first.
 * @param computed null while it is not known; undefined when the record tells nothing
 */
export function quantitiesOf(
  header: Pick<SeriesHeader, 'modality' | 'unit'>,
  computed: ComputedOfSeries | null | undefined,
): Quantity[] {
  const stored: Quantity = {
    name: 'stored',
    label: header.unit === '' ? 'As stored, unit not known' : header.unit,
    factor: 1,
    unit: header.unit,
    because: '',
  }
  if (!isEmission(header)) return [stored]
  const quantity = (name: QuantityName, label: string, unit: string, found: ComputedValue | undefined): Quantity => ({
    name,
    label,
    unit,
    factor: found?.value ?? null,
    because:
      found?.value !== undefined
        ? (found.basis ?? '')
        : computed === null
          ? 'The record is being read.'
          : (found?.reason ??
            'The record of the series does not tell how much was injected into which weight, and when.'),
  })
  return [
    stored,
    quantity('suv', 'SUV (g/mL)', 'SUV', computed?.suvBodyWeight),
    quantity('idg', '%ID/g', '%ID/g', computed?.percentInjectedDosePerGram),
  ]
}

/**
 * The header of the same planes in another quantity. Slopes change, so every value that is drawn, read or measured does.
 * @param header in the stored quantity
 */
export function inQuantity(header: SeriesHeader, { name, factor, unit }: Quantity): SeriesHeader {
  if (factor === null || name === 'stored') return header
  const times = (values: number[]) => values.map((value) => value * factor)
  const { min, max, low, high } = header.range
  return {
    ...header,
    stored: header,
    factor,
    slope: times(header.slope),
    intercept: times(header.intercept),
    unit,
    window: header.window && scaledWindow(header.window, factor),
    range: { min: min * factor, max: max * factor, low: low * factor, high: high * factor },
  }
}

export const scaledWindow = ({ low, high }: Window, factor: number): Window => ({
  low: low * factor,
  high: high * factor,
})

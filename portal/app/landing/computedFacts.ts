/** What the API computed of a record, as facts for people: the number with its basis, or why there is none. */
import { EventComputed, SeriesComputed, type ComputedValue } from '#ontology/computed/shapes.ts'
import { fieldsOf } from '#ontology/entity.ts'
import type { Node } from '#ontology/vocabulary.ts'
import { formatUnit } from '../format.ts'
import type { Fact } from './facts.server.ts'

const numberText = (value: number): string =>
  Math.abs(value) >= 1e6 || (value !== 0 && Math.abs(value) < 1e-3)
    ? value.toExponential(4)
    : String(Number(value.toPrecision(5)))

/** @param reasons whether what cannot be computed is told too, with its reason */
export function computedFacts(
  computed: EventComputed | SeriesComputed | undefined,
  of: 'event' | 'series',
  reasons: boolean,
): Fact[] {
  if (!computed) return []
  const schema = (of === 'event' ? EventComputed : SeriesComputed) as unknown as Node
  return fieldsOf(schema).flatMap(([name, node]): Fact[] => {
    const held = (computed as Record<string, unknown>)[name]
    const label = node.title ?? name
    if (name === 'warnings') return ((held as string[] | undefined) ?? []).map((text) => ({ label: 'Check', text }))
    if (node['x-type'] !== 'ComputedValue' || held === undefined) return []
    const { value, unit, reason, basis } = held as ComputedValue
    if (value !== undefined)
      return [{ label, text: `${numberText(value)} ${formatUnit(unit ?? '')}${basis ? ` (${basis})` : ''}` }]
    return reasons && reason ? [{ label, text: `Not available. ${reason}` }] : []
  })
}

/** What a cell suggests and how wide its column is. */
import type { Column } from '#ontology/table/columns.ts'
import { headerOf } from '#ontology/table/columns.ts'
import { vocabularies } from '#ontology/terms.ts'
import type { Names } from './sheet.ts'

const mostSuggested = 500

export function choicesOf({ options, vocabulary, ref, kind }: Column, names: Names): readonly string[] {
  if (kind === 'terms' || kind === 'references') return []
  if (options) return options
  if (vocabulary) return vocabularies.get(vocabulary)?.terms.map(({ label }) => label) ?? []
  return ref ? [...new Set((names[ref] ?? []).slice(0, mostSuggested).map(({ label }) => label))] : []
}

/** Wide enough for the header on two lines and for what is usual in the cells. */
export function widthOf(column: Column): number {
  const header = Math.min(190, headerOf(column).length * 4.6 + 34)
  const usual = {
    when: 150,
    date: 110,
    textarea: 240,
    term: 150,
    reference: 150,
    quantity: 100,
    number: 90,
    boolean: 90,
  }
  return Math.max(header, usual[column.kind as 'when'] ?? 120)
}

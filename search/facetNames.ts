/** Facets and their values as people name them. */
import { SearchError } from './engine.ts'
import type { QueryFilter } from './query.ts'
import type { Synonyms } from './synonyms.ts'
import { squeeze, wordsOf } from './words.ts'

/** @throws SearchError unless there is such a facet */
export function demandFacet(facet: string, names: readonly string[]): void {
  if (names.includes(facet)) return
  throw new SearchError('facet', `There is no facet "${facet}". Known are: ${names.join(', ')}.`)
}

/** What `species:mouse` accepts: values equal to it or to a synonym, or having words that start so. */
export function meaningOf({ text, exact }: QueryFilter, synonyms: Synonyms): (value: string) => boolean {
  const names = new Set([squeeze(text), ...(exact ? [] : synonyms.of(text).map(squeeze))])
  return (value) => names.has(squeeze(value)) || (!exact && startsWithin(value, text))
}

/** Whether each word of `text` is the beginning of a word of the value. */
export function startsWithin(value: string, text: string): boolean {
  const words = wordsOf(value).map((word) => word.text)
  return wordsOf(text).every((start) => words.some((word) => word.startsWith(start.text)))
}

/**
 * What Meilisearch is given of a document. Everything that a filter compares is a hash in hexadecimal digits: nothing
 * that a person typed is ever part of a filter, and the folding that Meilisearch does to filterable text changes nothing.
 */
import { createHash } from 'node:crypto'
import type { Settings } from 'meilisearch'
import type { SearchDocument, SearchHit, SearchSettings } from '../engine.ts'
import type { Synonyms } from '../synonyms.ts'
import { isGuessable } from '../typos.ts'
import { shortestSynonym } from '../units.ts'
import { indexedText, sortKey, squeeze, wordsOf } from '../words.ts'

/** Rises with the shape of the documents: older indexes are then rebuilt. */
const storedVersion = 1

/** Most values of a facet that are counted; a facet with more shows the most frequent ones. */
export const mostFacetValues = 5000
/** Hits that can be paged through. */
const mostHits = 1_000_000
/** Signs of a facet value that are kept for display: Meilisearch keeps 468 bytes. */
const longestValue = 140

/** Names an index for its settings: another schema gets another index, and the old one goes on answering. */
export const settingsHash = (settings: SearchSettings): string =>
  createHash('sha256')
    .update(JSON.stringify([storedVersion, settings]))
    .digest('hex')
    .slice(0, 16)

/** 128 bits of a hash of texts, in hexadecimal digits. */
export const mark = (...texts: string[]): string =>
  createHash('sha256').update(JSON.stringify(texts)).digest('hex').slice(0, 32)

/** A value that can be counted: its mark keeps it apart from others that differ by case alone. */
const counted = (...texts: string[]): string =>
  `${mark(...texts)} ${texts.at(-1)?.toWellFormed().slice(0, longestValue)}`

export const valueOf = (countedValue: string): string => countedValue.slice(33)

/** Attributes of ranges and orders, by the place of their name in the settings. */
export function attributesOf(settings: SearchSettings): Map<string, string> {
  return new Map([
    ['label', 'labelKey'],
    ...settings.dates.map((name, n) => [name, `date_${n}`] as const),
    ...settings.numbers.map((name, n) => [name, `number_${n}`] as const),
  ])
}

export const facetAttribute = (settings: SearchSettings, name: string): string =>
  `facet_${settings.facets.indexOf(name)}`

/** @returns the document as it is kept in Meilisearch; its key is made of its id */
export function storedOf(
  document: SearchDocument,
  settings: SearchSettings,
): { key: string } & Record<string, unknown> {
  const { id, record, type, payload } = document
  const facets = settings.facets.map((name) => [name, document.facets[name] ?? []] as const)
  const dates = settings.dates.flatMap((name, n) => {
    const time = Date.parse(document.dates[name] ?? '')
    return Number.isNaN(time) ? [] : [[`date_${n}`, time] as const]
  })
  return {
    key: mark(id),
    record: mark(record),
    scope: document.scope.map((key) => mark(key)),
    unless: (document.unless ?? []).map((key) => mark(key)),
    type: counted('type', type),
    marks: [mark('type', type), ...facets.flatMap(([name, values]) => values.map((value) => mark(name, value)))],
    label: indexedText(document.label),
    labelKey: sortKey(document.label).toWellFormed(),
    ...Object.fromEntries(
      settings.weights.map((weight, n) => [`weight_${n}`, (document.text[weight] ?? []).map(indexedText)]),
    ),
    ...Object.fromEntries(
      facets.map(([name, values], n) => [`facet_${n}`, values.map((value) => counted(name, value))]),
    ),
    ...Object.fromEntries(dates),
    ...Object.fromEntries(
      settings.numbers.flatMap((name, n) =>
        document.numbers[name] === undefined ? [] : [[`number_${n}`, document.numbers[name]]],
      ),
    ),
    hit: JSON.stringify({ id, record, type, payload } satisfies SearchHit),
  }
}

/** Words of a document that a typing error may have meant. */
export function guessableWords(document: SearchDocument): string[] {
  const texts = [document.label, ...Object.values(document.text).flat()]
  return [...new Set(texts.flatMap((text) => wordsOf(text).map((word) => word.text)))].filter(isGuessable)
}

/** Settings of the index of documents. Typing errors are ours to correct: what is corrected is told. */
export function documentSettings(settings: SearchSettings, synonyms: Synonyms): Settings {
  const facets = settings.facets.map((_, n) => `facet_${n}`)
  const ranges = [...attributesOf(settings).values()]
  return {
    searchableAttributes: ['label', ...settings.weights.map((_, n) => `weight_${n}`)],
    displayedAttributes: ['hit'],
    filterableAttributes: ['key', 'record', 'scope', 'unless', 'type', 'marks', ...facets, ...ranges],
    sortableAttributes: ranges,
    rankingRules: ['sort', 'words', 'proximity', 'attribute', 'exactness'],
    synonyms: synonymsOf(settings, synonyms),
    typoTolerance: { enabled: false },
    faceting: { maxValuesPerFacet: mostFacetValues, sortFacetValuesBy: { '*': 'count' } },
    pagination: { maxTotalHits: mostHits },
  }
}

/** Settings of the index of words. The lengths are those of `forgivenEdits`. */
export const wordSettings: Settings = {
  searchableAttributes: ['word'],
  displayedAttributes: ['word'],
  rankingRules: ['words', 'typo', 'exactness'],
  typoTolerance: { enabled: true, minWordSizeForTypos: { oneTypo: 3, twoTypos: 8 } },
}

/** Other names by each name, in its words and written together. */
function synonymsOf(settings: SearchSettings, synonyms: Synonyms): Record<string, string[]> {
  const map: Record<string, string[]> = {}
  const spaced = (name: string) => wordsOf(name).map((word) => word.text).join(' ') // prettier-ignore
  for (const name of new Set(settings.synonyms.flat())) {
    const others = synonyms.of(name).filter((other) => squeeze(other).length >= shortestSynonym)
    const names = [...new Set(others.flatMap((other) => [spaced(other), squeeze(other)]))]
    if (names.length === 0) continue
    for (const key of new Set([spaced(name), squeeze(name)])) if (key !== '') map[key] = names
  }
  return map
}

/** What every search engine must do, whatever it is built on. */
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import * as fc from 'fast-check'
import { Meilisearch } from 'meilisearch'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { synonymGroups } from '#ontology/terms.ts'
import {
  SearchError,
  type SearchDocument,
  type SearchEngine,
  type SearchQuery,
  type SearchSettings,
} from '#search/engine.ts'
import { MeilisearchEngine } from '#search/meilisearch.ts'
import { SqliteEngine } from '#search/sqlite.ts'
import { fileLock } from '#search/sqlite/fileLock.ts'

const engines: [string, (folder: string) => SearchEngine][] = [
  ['sqlite', (folder) => new SqliteEngine(path.join(folder, 'search.sqlite'))],
]
const address = process.env.VIVARCHIVE_MEILISEARCH
const key = process.env.VIVARCHIVE_MEILISEARCH_KEY ?? ''
const prefixOf = (folder: string) => path.basename(folder)
if (address) {
  engines.push([
    'meilisearch',
    (folder) =>
      new MeilisearchEngine({
        address,
        key,
        prefix: prefixOf(folder),
        lock: () => fileLock(path.join(folder, 'lock')),
      }),
  ])
} else it.skip('search engine meilisearch: skipped, VIVARCHIVE_MEILISEARCH is not set', () => undefined)

/** Indexes of a test on a server that others use too. */
async function forget(folder: string): Promise<void> {
  await rm(folder, { recursive: true })
  if (!address) return
  const client = new Meilisearch({ host: address, apiKey: key })
  const { results } = await client.getRawIndexes({ limit: 1000 })
  for (const { uid } of results) if (uid.startsWith(prefixOf(folder))) await client.deleteIndex(uid).waitTask()
}

const settings: SearchSettings = {
  weights: [3, 2, 1],
  facets: ['Species', 'Modality', 'Agent', 'Cell line'],
  dates: ['date'],
  numbers: ['byteCount'],
  synonyms: [...synonymGroups, ['PT', 'PET']],
}

type Loose = Partial<SearchDocument> & { id: string }
const document = (loose: Loose): SearchDocument => ({
  record: loose.id,
  type: 'series',
  scope: ['public'],
  label: loose.id,
  text: {},
  facets: {},
  dates: {},
  numbers: {},
  payload: { title: loose.label ?? loose.id },
  ...loose,
})

const published: SearchDocument[] = [
  document({
    id: 'a',
    label: 'FDG static 60 min p.i.',
    text: { 2: ['Mus musculus', 'C57BL/6J'], 1: ['uptake in orthotopic glioma', 'mouse'] },
    facets: { Species: ['Mus musculus'], Modality: ['PT'], Agent: ['[18F]FDG'], 'Cell line': ['GL261'] },
    dates: { date: '2023-03-01T10:00:00.000Z' },
    numbers: { byteCount: 100 },
  }),
  document({
    id: 'b',
    label: 'Micro-CT of the thorax',
    text: { 2: ['Rattus norvegicus', 'Wistar'], 1: ['lung fibrosis model', 'glioma is only mentioned here'] },
    facets: { Species: ['Rattus norvegicus'], Modality: ['CT'], Agent: ['Iohexol'] },
    dates: { date: '2024-05-20T08:00:00.000Z' },
    numbers: { byteCount: 2000 },
  }),
  document({
    id: 'c',
    type: 'dataset',
    label: 'Glioma xenografts in mice',
    text: { 2: ['Mus musculus'], 1: ['U-87 MG cells, day 7 to 21'] },
    facets: { Species: ['Mus musculus'], Modality: ['PT', 'CT'], 'Cell line': ['U-87MG ATCC'] },
    dates: { date: '2024-12-31T23:00:00.000Z' },
    numbers: { byteCount: 30_000 },
  }),
  document({ id: 'd', label: 'Undated phantom', facets: { Modality: ['CT'] } }),
]
const hidden: SearchDocument[] = [
  document({
    id: 'p',
    scope: ['project:P', 'private'],
    label: 'Secret zymosan arthritis',
    text: { 1: ['glioma'] },
    facets: { Species: ['Mus musculus'], Modality: ['MR'] },
    dates: { date: '2025-01-01T00:00:00.000Z' },
  }),
  document({
    id: 'q',
    scope: ['project:Q', 'private'],
    label: 'Hidden pig',
    facets: { Species: ['Sus scrofa domesticus'], Modality: ['PT'] },
  }),
]

describe.each(engines)('search engine %s', (_name, make) => {
  let folder: string
  let engine: SearchEngine
  const ask = (query: Partial<SearchQuery> = {}) => engine.query({ keys: ['public'], limit: 20, ...query })
  const ids = async (query: Partial<SearchQuery> = {}) => (await ask(query)).hits.map((hit) => hit.id)
  const counts = async (name: string, query: Partial<SearchQuery> = {}) => {
    const facet = (await ask(query)).facets.find((f) => f.name === name)
    return Object.fromEntries((facet?.values ?? []).map((v) => [v.value, v.count]))
  }

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'vivarchive-search-'))
    engine = make(folder)
    expect(await engine.ensure(settings)).toBe('stale')
    await engine.rebuild((put) => put([...published, ...hidden]))
  })
  afterAll(async () => {
    await engine.close()
    await forget(folder)
  })

  describe('words', () => {
    it('finds without regard to case and accents', async () => {
      expect(await ids({ text: 'GLIÓMA' })).toEqual(await ids({ text: 'glioma' }))
    })
    it('ranks a word in the label above the same word in a text', async () => {
      expect(await ids({ text: 'glioma' })).toEqual(['c', 'a', 'b'])
    })
    it('asks for all words', async () => {
      expect(await ids({ text: 'glioma uptake' })).toEqual(['a'])
      expect(await ids({ text: 'glioma wistar fdg' })).toEqual([])
    })
    it('takes the last word as a beginning while it is typed, and the others as they are', async () => {
      expect(await ids({ text: 'glioma upt' })).toEqual(['a'])
      expect(await ids({ text: 'thor' })).toEqual(['b'])
      expect(await ids({ text: 'upt glioma' })).toEqual([])
    })
    it('finds words that are written together in any way', async () => {
      for (const text of ['U87', 'u-87', 'U 87', 'U-87 MG', 'u87mg']) expect(await ids({ text }), text).toContain('c')
      for (const text of ['C57BL/6J', 'c57bl6j', 'c57bl']) expect(await ids({ text }), text).toEqual(['a'])
      expect(await ids({ text: 'p.i.' })).toEqual(['a'])
      expect(await ids({ text: 'pi' })).toEqual(['a'])
    })
    it('finds by synonym, in both directions and over several words', async () => {
      expect(await ids({ text: 'fludeoxyglucose' })).toEqual(['a'])
      expect((await ids({ text: 'mouse' })).toSorted()).toEqual(['a', 'c'])
      expect(await ids({ text: 'black 6' })).toEqual(['a'])
      expect(await ids({ text: 'black 6 static' })).toEqual(['a'])
      expect(await ids({ text: 'chest' })).toEqual(['b'])
    })
    it('keeps a phrase together and takes it literally', async () => {
      expect(await ids({ text: '"lung fibrosis"' })).toEqual(['b'])
      expect(await ids({ text: '"fibrosis lung"' })).toEqual([])
      expect(await ids({ text: '"fludeoxyglucose"' })).toEqual([])
    })
    it('leaves out what stands after a minus', async () => {
      expect(await ids({ text: 'glioma -fdg' })).toEqual(['c', 'b'])
      expect((await ids({ text: '-glioma' })).toSorted()).toEqual(['d'])
      expect(await ids({ text: 'glioma -"only mentioned"' })).toEqual(['c', 'a'])
    })
    it('gives everything for an empty query, the newest first', async () => {
      expect(await ids()).toEqual(['c', 'b', 'a', 'd'])
      expect(await ids({ text: '  ?! ' })).toEqual(['c', 'b', 'a', 'd'])
    })
    it('tells which words to mark', async () => {
      const { words } = await ask({ text: 'mouse gli' })
      expect(words).toContainEqual({ text: 'mouse', prefix: false })
      expect(words).toContainEqual({ text: 'musculus', prefix: false })
      expect(words).toContainEqual({ text: 'gli', prefix: true })
    })
  })

  describe('typing errors', () => {
    it.each([
      ['gliona', 'glioma'],
      ['gilomaa ', null],
      ['fgd', 'fdg'],
      // Another letter in a short name makes another name.
      ['fdk', null],
      ['fibrosys', 'fibrosis'],
      ['fibrossi', 'fibrosis'],
      ['wsitar', 'wistar'],
      ['othotopic', 'orthotopic'],
      ['xenograffts', 'xenografts'],
    ])('%s', async (typed, meant) => {
      const { suggestion, total } = await ask({ text: typed })
      expect(suggestion?.trim() ?? null).toBe(meant)
      expect(total > 0).toBe(meant !== null)
    })
    it('finds what was meant and says so', async () => {
      const { hits, suggestion } = await ask({ text: 'orthotopic Gliona' })
      expect(hits.map((hit) => hit.id)).toEqual(['a'])
      expect(suggestion).toBe('orthotopic glioma')
    })
    it('says nothing when the query was right, or when nothing is near', async () => {
      expect((await ask({ text: 'glioma' })).suggestion).toBeNull()
      expect(await ask({ text: 'qqqqqqq' })).toMatchObject({ total: 0, suggestion: null, hits: [], next: null })
    })
    it('never guesses names with digits, and nothing in quotes', async () => {
      expect(await ids({ text: 'GL262' })).toEqual([])
      expect(await ids({ text: '"gliona"' })).toEqual([])
    })
    it('guesses no word that only hidden documents have', async () => {
      expect((await ask({ text: 'zymosann' })).suggestion).toBeNull()
      expect((await ask({ keys: ['project:P'], text: 'zymosann' })).suggestion).toBe('zymosan')
    })
    it('guesses a visible word although a hidden document has the typed one', async () => {
      await engine.replace([], [document({ id: 'typo', scope: ['project:Q'], label: 'fibrosiss' })])
      expect(await ask({ text: 'fibrosiss' })).toMatchObject({ total: 1, suggestion: 'fibrosis' })
      await engine.replace(['typo'], [])
    })
  })

  describe('fields', () => {
    it('takes field:value as a condition, by value, synonym and beginning', async () => {
      expect(await ids({ text: 'species:rat' })).toEqual(['b'])
      expect(await ids({ text: 'species:"Rattus norvegicus"' })).toEqual(['b'])
      expect(await ids({ text: 'Species:rattus glioma' })).toEqual(['b'])
      expect((await ids({ text: 'modality:PET' })).toSorted()).toEqual(['a', 'c'])
      expect(await ids({ text: 'cell-line:u87' })).toEqual(['c'])
      expect(await ids({ text: 'agent:fdg' })).toEqual(['a'])
    })
    it('finds nothing for a value that there is not, and leaves out with a minus', async () => {
      expect(await ids({ text: 'species:unicorn' })).toEqual([])
      expect((await ids({ text: '-modality:CT' })).toSorted()).toEqual(['a'])
    })
    it('takes an unknown field as words', async () => {
      expect(await ids({ text: 'model:lung' })).toEqual(['b'])
    })
    it('reads ranges of dates and numbers', async () => {
      expect(await ids({ text: 'date:2024' })).toEqual(['c', 'b'])
      expect(await ids({ text: 'date:2024-06..' })).toEqual(['c'])
      expect(await ids({ text: 'date:<=2023' })).toEqual(['a'])
      expect(await ids({ text: 'bytecount:>=2000' })).toEqual(['c', 'b'])
      expect(await ids({ text: 'bytecount:50..2000' })).toEqual(['b', 'a'])
      expect(await ids({ text: 'bytecount:many' })).toEqual([])
    })
  })

  describe('facets', () => {
    it('counts what was found', async () => {
      expect(await counts('Modality')).toEqual({ CT: 3, PT: 2 })
      expect(await counts('Modality', { text: 'uptake' })).toEqual({ PT: 1 })
      expect(await counts('Species', { text: 'phantom' })).toEqual({})
    })
    it('adds values of one facet and intersects facets', async () => {
      expect((await ids({ facets: { Modality: ['PT', 'CT'] } })).toSorted()).toEqual(['a', 'b', 'c', 'd'])
      expect((await ids({ facets: { Modality: ['CT'], Species: ['Mus musculus'] } })).toSorted()).toEqual(['c'])
      expect(await ids({ facets: { Modality: ['none of these'] } })).toEqual([])
      expect((await ids({ facets: { Modality: [] } })).length).toBe(4)
    })
    it('counts the values of a chosen facet as if none of it were chosen', async () => {
      const query = { facets: { Modality: ['CT'], Species: ['Mus musculus'] } }
      expect(await counts('Modality', query)).toEqual({ PT: 2, CT: 1 })
      expect(await counts('Species', query)).toEqual({ 'Mus musculus': 1, 'Rattus norvegicus': 1 })
      expect(await counts('Cell line', query)).toEqual({ 'U-87MG ATCC': 1 })
      expect((await ask(query)).total).toBe(1)
    })
    it('orders values by number and keeps chosen ones beyond the limit', async () => {
      const { facets } = await ask({ facetLimit: 1, facets: { Species: ['Rattus norvegicus'] } })
      expect(facets.find((f) => f.name === 'Species')).toEqual({
        name: 'Species',
        values: [
          { value: 'Mus musculus', count: 2 },
          { value: 'Rattus norvegicus', count: 1 },
        ],
        size: 2,
      })
      expect((await ask({ facetLimit: 0 })).facets).toEqual([])
    })
    it('shows a chosen value that nothing has, whether others have it or nobody', async () => {
      expect(await counts('Modality', { text: 'uptake', facets: { Modality: ['CT'] } })).toEqual({ PT: 1, CT: 0 })
      const query = { facets: { Modality: ['MR', 'unheard of'] } }
      expect(await counts('Modality', query)).toEqual({ CT: 3, PT: 2, MR: 0, 'unheard of': 0 })
    })
    it('looks up values of a facet', async () => {
      const query: SearchQuery = { keys: ['public'], limit: 20 }
      expect(await engine.facetValues(query, 'Species', '', 10)).toHaveLength(2)
      expect(await engine.facetValues(query, 'Species', 'nor', 10)).toEqual([{ value: 'Rattus norvegicus', count: 1 }])
      expect(await engine.facetValues(query, 'Species', 'sus', 10)).toEqual([])
    })
    it('refuses a facet that there is not', async () => {
      await expect(ask({ facets: { Colour: ['red'] } })).rejects.toThrow(SearchError)
      await expect(engine.facetValues({ keys: 'all', limit: 1 }, 'Colour', '', 1)).rejects.toThrow(/no facet "Colour"/)
    })
    it('serves a facet of more than a thousand values', async () => {
      const many = Array.from({ length: 1500 }, (_, n) =>
        document({ id: `many${n}`, scope: ['project:many'], facets: { Agent: [`Agent ${n}`, `Kind ${n % 3}`] } }),
      )
      await engine.replace([], many)
      const { facets, total } = await ask({ keys: ['project:many'], facetLimit: 3 })
      expect(total).toBe(1500)
      expect(facets).toEqual([
        { name: 'Agent', size: 1503, values: [0, 1, 2].map((n) => ({ value: `Kind ${n}`, count: 500 })) },
      ])
      const one = await engine.facetValues({ keys: ['project:many'], limit: 1 }, 'Agent', '1499', 5)
      expect(one).toEqual([{ value: 'Agent 1499', count: 1 }])
      await engine.replace(
        many.map((d) => d.record),
        [],
      )
      expect((await ask({ keys: ['project:many'] })).total).toBe(0)
    })
  })

  describe('filters, order and pages', () => {
    it('filters by type', async () => {
      expect(await ids({ types: ['dataset'] })).toEqual(['c'])
      expect(await ids({ types: ['dataset', 'study'] })).toEqual(['c'])
    })
    it('filters by ranges, both bounds included, without what has no value', async () => {
      expect(await ids({ dates: { date: { from: '2024' } } })).toEqual(['c', 'b'])
      expect(await ids({ dates: { date: { to: '2024-05-20' } } })).toEqual(['b', 'a'])
      expect(await ids({ dates: { date: { from: '2023-03-01', to: '2023-03-01' } } })).toEqual(['a'])
      expect(await ids({ numbers: { byteCount: { max: 2000 } } })).toEqual(['b', 'a'])
      expect(await ids({ numbers: { byteCount: { min: 2000, max: 2000 } } })).toEqual(['b'])
    })
    it('sorts', async () => {
      expect(await ids({ sort: { by: 'label' } })).toEqual(['a', 'c', 'b', 'd'])
      expect(await ids({ sort: { by: 'byteCount', descending: true } })).toEqual(['c', 'b', 'a', 'd'])
      expect(await ids({ text: 'glioma', sort: { by: 'date' } })).toEqual(['a', 'b', 'c'])
      await expect(ask({ sort: { by: 'colour' } })).rejects.toThrow(/no order by "colour"/)
    })
    it.each([
      ['relevance', { text: 'item' }],
      ['relevance without words', {}],
      ['label', { sort: { by: 'label' } }],
      ['date downwards', { sort: { by: 'date', descending: true } }],
      ['label downwards with words', { text: 'item', sort: { by: 'label', descending: true } }],
      ['a chosen facet', { facets: { Modality: ['PT'] }, sort: { by: 'byteCount' } }],
    ] satisfies [string, Partial<SearchQuery>][])('pages by %s without gaps and repetitions', async (_order, query) => {
      const items = Array.from({ length: 57 }, (_, n) =>
        document({
          id: `page${n}`,
          scope: ['project:pages'],
          label: `item ${n % 7}`,
          text: { 1: [`${'item '.repeat(n % 4)}word`] },
          facets: { Modality: n % 2 === 0 ? ['PT'] : ['PT', 'CT'] },
          dates: n % 5 === 0 ? {} : { date: `2024-01-${String(1 + (n % 9)).padStart(2, '0')}` },
          numbers: n % 3 === 0 ? {} : { byteCount: n % 11 },
        }),
      )
      await engine.replace([], items)
      const whole = await ids({ keys: ['project:pages'], limit: 100, ...query })
      expect(new Set(whole).size).toBe(57)
      const paged: string[] = []
      let cursor: string | undefined
      do {
        const page = await ask({ keys: ['project:pages'], limit: 10, ...query, ...(cursor && { cursor }) })
        expect(page.total).toBe(57)
        paged.push(...page.hits.map((hit) => hit.id))
        cursor = page.next ?? undefined
      } while (cursor)
      expect(paged).toEqual(whole)
      await engine.replace(
        items.map((d) => d.record),
        [],
      )
    })
    it('sorts numbers in labels by their value', async () => {
      const mice = ['M-10', 'M-9', 'M-100'].map((label) => document({ id: label, label, scope: ['project:mice'] }))
      await engine.replace([], mice)
      expect(await ids({ keys: ['project:mice'], sort: { by: 'label' } })).toEqual(['M-9', 'M-10', 'M-100'])
      await engine.replace(['M-9', 'M-10', 'M-100'], [])
    })
    it('refuses a cursor that is none, or of another order', async () => {
      const { next } = await ask({ limit: 1 })
      await expect(ask({ cursor: 'x' })).rejects.toThrow(SearchError)
      await expect(ask({ cursor: next ?? '', sort: { by: 'label' } })).rejects.toThrow(/not made by the same search/)
    })
  })

  describe('who may see what', () => {
    it('opens documents by any of their keys, and nothing without keys', async () => {
      expect(await ids({ keys: ['project:P'] })).toEqual(['p'])
      expect((await ids({ keys: ['private'] })).toSorted()).toEqual(['p', 'q'])
      expect(await ask({ keys: [] })).toMatchObject({ hits: [], total: 0, facets: [] })
      expect((await ids({ keys: 'all' })).length).toBe(6)
    })
    it('hides a document from those who see another one of the same thing', async () => {
      const both = [
        document({ id: 'outside', scope: ['public'], unless: ['project:W'], label: 'twofold' }),
        document({ id: 'inside', scope: ['project:W'], label: 'twofold' }),
      ]
      await engine.replace([], both)
      expect(await ids({ text: 'twofold' })).toEqual(['outside'])
      expect(await ask({ keys: ['public', 'project:W'], text: 'twofold' })).toMatchObject({ total: 1 })
      expect(await ids({ keys: ['public', 'project:W'], text: 'twofold' })).toEqual(['inside'])
      expect(await ids({ keys: ['public', 'project:V'], text: 'twofold' })).toEqual(['outside'])
      await engine.replace(['inside', 'outside'], [])
    })
    it('shows neither totals nor facet values of others', async () => {
      const result = await ask({ text: 'glioma', facets: { Species: ['Sus scrofa domesticus'] } })
      expect(JSON.stringify(result)).not.toMatch(/Secret|Hidden|MR/)
      expect(await counts('Modality')).not.toHaveProperty('MR')
      expect(await counts('Species')).not.toHaveProperty('Sus scrofa domesticus')
      expect(await engine.facetValues({ keys: ['public'], limit: 1 }, 'Species', 'sus', 5)).toEqual([])
    })
    it('holds against whatever is typed', async () => {
      const mine = new Set(published.map((d) => d.id))
      const typed = fc.oneof(
        fc.string({ unit: 'grapheme', maxLength: 60 }),
        fc
          .array(
            fc.constantFrom(
              '"',
              '*',
              '(',
              ')',
              'OR',
              'AND',
              'NOT',
              'NEAR(',
              ':',
              '-',
              '^',
              '{',
              "'",
              ';--',
              'glioma',
              'species:',
              'Secret',
              'date:',
              '..',
              '\0',
              '\\',
              '%',
              '_',
              'label :',
            ),
            { maxLength: 12 },
          )
          .map((parts) => parts.join(' ')),
      )
      await fc.assert(
        fc.asyncProperty(typed, fc.array(fc.string(), { maxLength: 3 }), async (text, values) => {
          const result = await ask({ text, facets: { Species: values }, types: ['series', 'dataset'] })
          expect(result.hits.every((hit) => mine.has(hit.id))).toBe(true)
          expect(result.total).toBeLessThanOrEqual(mine.size)
          await engine.facetValues({ keys: ['public'], limit: 1, text }, 'Species', text, 5)
        }),
        { numRuns: 300 },
      )
    }, 60_000)
  })

  describe('writing', () => {
    it('replaces all documents of a record in one step', async () => {
      const shared = { record: 'Subject:1', scope: ['project:W'] }
      const first = document({ ...shared, id: 'w1', label: 'first view' })
      await engine.replace(['Subject:1'], [first, document({ ...shared, id: 'w2', label: 'second view' })])
      expect((await ids({ keys: ['project:W'] })).toSorted()).toEqual(['w1', 'w2'])
      await engine.replace(['Subject:1'], [document({ ...shared, id: 'w2', label: 'second view, changed' })])
      expect(await ids({ keys: ['project:W'] })).toEqual(['w2'])
      expect(await ids({ keys: ['project:W'], text: 'first' })).toEqual([])
      expect(await ids({ keys: ['project:W'], text: 'changed' })).toEqual(['w2'])
      await engine.replace(['Subject:1'], [])
      expect(await ids({ keys: ['project:W'] })).toEqual([])
    })
    it('keeps one document for an id, the last', async () => {
      const twice = ['old', 'new'].map((label) => document({ id: 'same', label, scope: ['project:W'] }))
      await engine.replace([], twice)
      await engine.replace([], [document({ id: 'same', record: 'other', label: 'newest', scope: ['project:W'] })])
      expect(await ids({ keys: ['project:W'], text: 'new ' })).toEqual([])
      expect((await ask({ keys: ['project:W'], text: 'newest' })).total).toBe(1)
      await engine.replace(['other'], [])
    })
    it('takes any text', async () => {
      await fc.assert(
        fc.asyncProperty(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), async (text, value) => {
          const odd = document({
            id: 'odd',
            label: text,
            scope: ['project:W'],
            text: { 1: [value] },
            facets: { Agent: [value] },
          })
          await engine.replace(['odd'], [odd])
          expect(await ids({ keys: ['project:W'] })).toEqual(['odd'])
        }),
        { numRuns: 100 },
      )
      await engine.replace(['odd'], [])
    }, 60_000)
    it('finds a document by each of its words', async () => {
      const letters = fc.string({ unit: fc.constantFrom(...'abcXYZ019-/.éΩ漢'), minLength: 1, maxLength: 8 })
      const word = letters.filter((w) => /[\p{L}\p{N}]/u.test(w) && !w.startsWith('-'))
      await fc.assert(
        fc.asyncProperty(fc.array(word, { minLength: 1, maxLength: 6 }), async (words) => {
          await engine.replace(['f'], [document({ id: 'f', label: words.join(' '), scope: ['project:W'] })])
          for (const text of [...words, `"${words.join(' ')}"`]) {
            expect(await ids({ keys: ['project:W'], text }), text).toEqual(['f'])
          }
        }),
        { numRuns: 100 },
      )
      await engine.replace(['f'], [])
    }, 60_000)
    it('tells its size', async () => {
      const stats = await engine.stats()
      expect(stats.documents).toBe(6)
      expect(stats.byType).toEqual({ dataset: 1, series: 5 })
    })
    it('answers from the old index while a new one is built, and then from the new one', async () => {
      await engine.rebuild(async (put) => {
        await put([document({ id: 'fresh' })])
        expect((await ids()).length).toBe(4)
      })
      expect(await ids()).toEqual(['fresh'])
      await expect(
        engine.rebuild(async (put) => {
          await put([document({ id: 'half' })])
          throw new Error('stopped halfway')
        }),
      ).rejects.toThrow('stopped halfway')
      expect(await ids()).toEqual(['fresh'])
      await engine.rebuild((put) => put([...published, ...hidden]))
      expect((await ids()).length).toBe(4)
    })
  })

  describe('opening', () => {
    it('is ready again for the same settings and stale for others', async () => {
      const own = await mkdtemp(path.join(os.tmpdir(), 'vivarchive-search-'))
      let other = make(own)
      expect(await other.ensure(settings)).toBe('stale')
      await other.rebuild((put) => put(published))
      await other.close()
      other = make(own)
      expect(await other.ensure(settings)).toBe('ready')
      expect(await other.state()).toBe('ready')
      expect((await other.query({ keys: 'all', limit: 5 })).total).toBe(4)
      expect(await other.ensure({ ...settings, facets: [...settings.facets, 'New'] })).toBe('stale')
      expect(await other.state()).toBe('stale')
      expect((await other.query({ keys: 'all', limit: 5 })).total).toBe(0)
      await other.close()
      await forget(own)
    })
    it('serves what another process rebuilt, and lets one process write', async () => {
      const other = make(folder)
      expect(await other.ensure(settings)).toBe('ready')
      const unlock = await other.lock()
      expect(unlock).not.toBeNull()
      expect(await engine.lock()).toBeNull()
      await other.rebuild((put) => put([document({ id: 'elsewhere', facets: { Modality: ['XA'] } })]))
      await unlock?.()
      expect(await ids()).toEqual(['elsewhere'])
      expect(await counts('Modality')).toEqual({ XA: 1 })
      const again = await engine.lock()
      expect(again).not.toBeNull()
      await again?.()
      await other.close()
    })
  })
})

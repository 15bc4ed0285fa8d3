/**
 * How long the embedded search takes: `node test/bench/search.ts [documents ...]`. Documents are synthetic series with
 * the term lists' own values, spread over projects as in a facility. Prints p50 and p95 in milliseconds, without the
 * kept counts (each query is asked once with counts that nobody has asked for before) and with them.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { agentSeeds, synonymGroups, vocabularies } from '#ontology/terms.ts'
import type { SearchDocument, SearchQuery, SearchSettings } from '#search/engine.ts'
import { SqliteEngine } from '#search/sqlite.ts'

const sizes = process.argv.slice(2).map(Number)
const settings: SearchSettings = {
  weights: [3, 2, 1],
  facets: [
    'Species',
    'Strain',
    'Sex',
    'Disease',
    'Organ',
    'Cell line',
    'Modality',
    'Agent',
    'Route',
    'Anaesthetic',
    'Keyword',
    'Instrument',
    'Year',
    'Role',
    'Quality',
  ],
  dates: ['date'],
  numbers: ['byteCount'],
  synonyms: synonymGroups,
}

/** Small fast generator of known sequences (mulberry32), so that runs can be compared. */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

function* documents(count: number): Generator<SearchDocument> {
  const random = generator(count)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() ** 2 * list.length)] as T
  const term = (name: string) => pick(vocabularies.get(name)?.terms ?? []).label
  const syllables = ['ra', 'min', 'to', 'lu', 'ves', 'kor', 'an', 'di', 'pel', 'sho', 'gri', 'um']
  const invented = Array.from(
    { length: 20_000 },
    () => pick(syllables) + pick(syllables) + pick(syllables) + pick(syllables),
  )
  for (let n = 0; n < count; n++) {
    const project = Math.floor(random() * Math.max(3, count / 500))
    const isPublic = n % 10 < 3
    const species = term('species')
    const synonyms = vocabularies.get('species')?.terms.find((t) => t.label === species)?.synonyms ?? []
    const agent = pick(agentSeeds)
    const disease = term('diseases')
    const year = 2012 + Math.floor(random() * 14)
    const date = `${year}-${String(1 + Math.floor(random() * 12)).padStart(2, '0')}-15T10:00:00.000Z`
    const text = Array.from({ length: 25 }, () => pick(invented)).join(' ')
    yield {
      id: `series:${n}`,
      record: `ImageSeries:${n}`,
      type: n % 20 === 0 ? 'dataset' : 'series',
      scope: isPublic ? ['public'] : [`project:${project}`, 'private'],
      label: `${agent.name} ${pick(['static', 'dynamic', 'day 7', 'day 14'])} M-${n}`,
      text: {
        3: [`study ${project} ${disease}`],
        2: [species, term('strains'), disease],
        1: [...synonyms, ...(agent.synonyms ?? []), text],
      },
      facets: {
        Species: [species],
        Strain: [term('strains')],
        Sex: [pick(['M', 'F'])],
        Disease: [disease],
        Organ: [term('anatomy')],
        'Cell line': [term('cellLines')],
        Modality: [pick(['PT', 'CT', 'MR', 'US', 'OI', 'NM'])],
        Agent: [agent.name],
        Route: [term('routes')],
        Anaesthetic: [term('anaesthetics')],
        Keyword: [term('keywords'), term('keywords')],
        Instrument: [`Scanner ${Math.floor(random() * 200)}`],
        Year: [String(year)],
        Role: [pick(['reconstructed', 'raw', 'derived'])],
        Quality: [pick(['good', 'usable', 'excluded'])],
      },
      dates: { date },
      numbers: { byteCount: Math.floor(random() * 1e9) },
      payload: { title: `${agent.name} M-${n}`, subtitle: species, description: text },
    }
  }
}

const queries: Record<string, Omit<SearchQuery, 'keys' | 'limit'>> = {
  'browse, no words': {},
  'browse, two facets chosen': { facets: { Species: ['Mus musculus'], Modality: ['PT', 'CT'] } },
  'common word (mouse)': { text: 'mouse ' },
  'rare word': { text: 'glioblastoma ' },
  'two words': { text: 'mouse melanoma ' },
  'typing (mel)': { text: 'mel' },
  'typing error (melanmoa)': { text: 'melanmoa ' },
  'field and word': { text: 'species:rat fdg ' },
  'word, facet, range': { text: 'mouse ', facets: { Sex: ['F'] }, dates: { date: { from: '2020', to: '2022' } } },
  'word sorted by label': { text: 'mouse ', sort: { by: 'label' } },
}

const percentile = (times: number[], p: number): string => {
  const order = times.toSorted((a, b) => a - b)
  return (order[Math.min(order.length - 1, Math.floor(order.length * p))] ?? 0).toFixed(1).padStart(8)
}

for (const size of sizes.length > 0 ? sizes : [1_000, 10_000, 100_000]) {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'vivarchive-bench-'))
  const engine = new SqliteEngine(path.join(folder, 'search.sqlite'))
  await engine.ensure(settings)
  const started = performance.now()
  await engine.rebuild(async (put) => {
    let batch: SearchDocument[] = []
    for (const document of documents(size)) {
      batch.push(document)
      if (batch.length === 1000) {
        await put(batch)
        batch = []
      }
    }
    await put(batch)
  })
  const seconds = (performance.now() - started) / 1000
  const { byteCount } = await engine.stats()
  console.log(`\n${size} documents: built in ${seconds.toFixed(1)} s, ${((byteCount ?? 0) / 1e6).toFixed(0)} MB`)
  console.log(`${'query'.padEnd(28)} ${'hits'.padStart(7)}   p50 ms   p95 ms  again p50`)
  for (const [name, query] of Object.entries(queries)) {
    const fresh: number[] = []
    const again: number[] = []
    let total = 0
    for (let run = 0; run < 15; run++) {
      // A bound that changes nothing makes the query one that was never counted.
      const numbers = { byteCount: { max: 2e9 + run } }
      const keys = run % 2 === 0 ? ['public'] : ['public', 'private']
      for (const times of [fresh, again]) {
        const at = performance.now()
        ;({ total } = await engine.query({ ...query, numbers, keys, limit: 25 }))
        times.push(performance.now() - at)
      }
    }
    console.log(
      `${name.padEnd(28)} ${String(total).padStart(7)} ${percentile(fresh, 0.5)} ${percentile(fresh, 0.95)}   ${percentile(again, 0.5)}`,
    )
  }
  await engine.close()
  await rm(folder, { recursive: true })
}

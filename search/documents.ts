/**
 * Records become search documents. Private documents are made for one project each, from records that its members see;
 * public ones from the snapshot of a published dataset and from nothing else.
 */
import type { Entity } from '#ontology/entity.ts'
import { Dataset } from '#ontology/entities/dataset.ts'
import type { Node } from '#ontology/vocabulary.ts'
import type { SearchDocument, SearchSettings } from './engine.ts'
import { codeWeight, factsOf, type Facts } from './facts.ts'
import type { Graph, Rec, Step } from './graph.ts'
import { personName, wordsAbout, type HitPayload, type Related } from './payload.ts'
import { rangesOf } from './ranges.ts'
import { creatorFacet, dateName, modalityFacet, yearFacet } from './settings.ts'
import { Synonyms } from './synonyms.ts'
import { seriesView, type View } from './views.ts'

/** Key of everything that the public may see. */
export const publicKey = 'public'
/** Key of every private document; for those who may see all projects. */
export const privateKey = 'private'
export const projectKey = (projectId: string): string => `project:${projectId}`

export type PublishedDataset = Rec & { projectId: string; publishedAt?: string }

/** Longest text that a document takes from others: a study of thousands of series stays one document. */
const longestContext = 20_000

/** Facts of a record that belongs to the one a document is made for. */
interface Other {
  entity: string
  facts: Facts
  inside: boolean
}

interface Given {
  id: string
  record: string
  scope: string[]
  unless?: string[]
  type: string
  root: Rec
  schema: Node
  label: string
  steps: readonly Step[]
  related: Related
  /** What it is public with: its own facets stand for those of the same name. */
  publication?: Facts
  place: Pick<HitPayload, 'projectId' | 'studyId' | 'datasetId'>
}

export class DocumentBuilder {
  readonly #entities: ReadonlyMap<string, Entity>
  readonly #settings: SearchSettings
  readonly #synonyms: Synonyms

  constructor(entities: readonly Entity[], settings: SearchSettings) {
    this.#entities = new Map(entities.map((entity) => [entity.name, entity]))
    this.#settings = settings
    this.#synonyms = new Synonyms(settings.synonyms)
  }

  /**
   * The document of a record in one project.
   * @param graph records of that project alone, and the catalogue entries that they name
   */
  ofProject(view: View, root: Rec, graph: Graph, projectId: string): SearchDocument {
    const related = graph.related(view.root, root, view.steps)
    const studyId = view.root === 'Study' ? root.id : view === seriesView ? related.get('Study')?.[0]?.id : undefined
    return this.#build({
      id: `${view.root}:${root.id}@${projectId}`,
      record: `${view.root}:${root.id}`,
      scope: [projectKey(projectId), privateKey],
      ...this.#about(view, root, related),
      place: { projectId, ...(studyId !== undefined && { studyId }) },
    })
  }

  /** A public series. @param graph the snapshot of the dataset that it is public with */
  ofPublicSeries(root: Rec, graph: Graph, dataset: PublishedDataset): SearchDocument {
    const record = publicSeriesRecord(root.id)
    return this.#build({
      id: record,
      record,
      scope: [publicKey],
      // Members find the series as it is now in its project.
      unless: [projectKey(dataset.projectId), privateKey],
      ...this.#about(seriesView, root, graph.related(seriesView.root, root, seriesView.steps)),
      publication: factsOf(Dataset, dataset),
      place: { datasetId: dataset.id },
    })
  }

  /** A published dataset. @param graph its snapshot */
  ofDataset(dataset: PublishedDataset, graph: Graph): SearchDocument {
    const names = [...this.#entities.keys()]
    return this.#build({
      id: datasetRecord(dataset.id),
      record: datasetRecord(dataset.id),
      scope: [publicKey],
      type: 'dataset',
      root: dataset,
      schema: Dataset,
      label: 'title',
      related: new Map(names.map((name) => [name, graph.all(name)])),
      // It speaks for its project and studies with all their text, and for what is in them with their facets.
      steps: names
        .filter((name) => name !== 'Project' && name !== 'Study')
        .map((to) => ({ from: 'Dataset', to, direction: 'refers', inside: true })),
      publication: factsOf(Dataset, dataset),
      place: { datasetId: dataset.id },
    })
  }

  #about(
    view: View,
    root: Rec,
    related: Related,
  ): Pick<Given, 'type' | 'root' | 'schema' | 'label' | 'steps' | 'related'> {
    const entity = this.#entities.get(view.root)
    if (!entity) throw new Error(`there is no entity ${view.root}`)
    return { type: view.type, root, schema: entity.record, label: entity.label, steps: view.steps, related }
  }

  #build(given: Given): SearchDocument {
    const { root, related, publication } = given
    const label = String(root[given.label] ?? root.id)
    const own = factsOf(given.schema, root)
    const others = this.#others(given)
    const date = dateOf(own, others)
    const facets = facetsOf([own, ...others.map((other) => other.facts)])
    Object.assign(facets, publication && facetsOf([publication]))
    if (date !== null) facets[yearFacet] = [date.slice(0, 4)]
    if (!publication) facets[creatorFacet] = (related.get('Person') ?? []).map(personName)
    const contexts = publication && own !== publication ? [...others, asContext(publication)] : others
    const payload: HitPayload = {
      id: root.id,
      title: label,
      ...wordsAbout(this.#entities, given.type, root, related),
      modalities: facets[modalityFacet] ?? [],
      date,
      ...given.place,
    }
    return {
      id: given.id,
      record: given.record,
      type: given.type,
      scope: given.scope,
      ...(given.unless && { unless: given.unless }),
      label,
      text: this.#texts(label, own, contexts, Object.values(facets).flat()),
      facets,
      dates: { ...Object.fromEntries(own.dates), ...(date !== null && { [dateName]: date }) },
      numbers: { ...Object.fromEntries(own.numbers), ...(given.type === 'series' && rangesOf(related)) },
      payload,
    }
  }

  #others({ root, related, steps }: Given): Other[] {
    const within = new Set(steps.filter((step) => step.inside).map((step) => step.to))
    return [...related].flatMap(([name, records]) => {
      const entity = this.#entities.get(name)
      if (!entity) return []
      return records
        .filter((record) => record !== root)
        .map((record) => ({ entity: name, facts: factsOf(entity.record, record), inside: within.has(name) }))
    })
  }

  /** Own texts by their weight; what others say counts least, and so do other names of terms. */
  #texts(label: string, own: Facts, others: readonly Other[], facetValues: string[]): Record<number, string[]> {
    const { weights } = this.#settings
    const byWeight = new Map<number, Set<string>>(weights.map((weight) => [weight, new Set()]))
    const least = byWeight.get(weights.at(-1) ?? codeWeight) ?? new Set()
    for (const { value, weight } of own.texts) if (value !== label) byWeight.get(weight)?.add(value)
    let length = 0
    const addContext = (value: string) => {
      if (length > longestContext || least.has(value)) return
      length += value.length
      least.add(value)
    }
    for (const { facts, inside } of others) {
      for (const { value, faceted } of facts.texts) if (!inside || faceted) addContext(value)
    }
    for (const value of new Set(facetValues)) for (const name of this.#synonyms.of(value)) addContext(name)
    return Object.fromEntries([...byWeight].map(([weight, values]) => [weight, [...values]]))
  }
}

export const publicSeriesRecord = (seriesId: string): string => `PublicSeries:${seriesId}`
export const datasetRecord = (datasetId: string): string => `Dataset:${datasetId}`

const asContext = (facts: Facts): Other => ({ entity: 'Dataset', facts, inside: false })

/** When it was made public or taken: by its own fields, else by its imaging session. */
function dateOf(own: Facts, others: readonly Other[]): string | null {
  const published = own.dates.find(([name]) => name === 'publishedAt')
  const session = others.find(
    (other) => other.entity === 'ImagingSession' && !other.inside && other.facts.when !== null,
  )
  return published?.[1] ?? own.when ?? session?.facts.when ?? null
}

function facetsOf(all: readonly Facts[]): Record<string, string[]> {
  const facets = new Map<string, Set<string>>()
  for (const [name, value] of all.flatMap((facts) => facts.facets)) {
    const values = facets.get(name) ?? new Set()
    facets.set(name, values)
    values.add(value)
  }
  return Object.fromEntries([...facets].map(([name, values]) => [name, [...values]]))
}

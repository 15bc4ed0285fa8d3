/** Makes the documents of changed records and of everything, and hands them to the engine. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Logger } from 'pino'
import { recordModel } from '#api/db/recordModels.ts'
import { entities } from '#ontology/index.ts'
import { datasetRecord, DocumentBuilder, publicSeriesRecord } from '#search/documents.ts'
import type { SearchDocument, SearchEngine, SearchSettings } from '#search/engine.ts'
import { Graph } from '#search/graph.ts'
import { views, type View } from '#search/views.ts'
import {
  loadPublication,
  newestDatasets,
  publishedDatasets,
  seriesOfDatasets,
  type Publication,
} from './publicSource.ts'
import { batches, loadView, projectsOf, rootsIn, rootsOf } from './source.ts'

/** Changed records by the name of their entity. */
export type Changes = ReadonlyMap<string, ReadonlySet<string>>

/** Records whose documents are made together: those of studies and projects read all that is in them. */
const together: Record<View['type'], number> = { series: 100, subject: 50, study: 5, project: 1 }

/** Documents that are made before other work gets its turn. */
const inOneGo = 50

export class Indexer {
  readonly #engine: SearchEngine
  readonly #builder: DocumentBuilder
  readonly #log: Logger
  #stopped = false

  constructor(engine: SearchEngine, settings: SearchSettings, log: Logger) {
    this.#engine = engine
    this.#builder = new DocumentBuilder(entities, settings)
    this.#log = log
  }

  /** Ends what is under way at the next step; what was not done is done again after the next start. */
  stop(): void {
    this.#stopped = true
  }

  /** Brings the documents of changed records, and of all records that these speak for, up to date. */
  async update(changes: Changes): Promise<void> {
    for (const view of views) {
      const roots = new Set<string>()
      for (const [entity, ids] of changes) {
        if (entity === 'Dataset') continue
        for (const id of await rootsOf(view, entity, ids)) roots.add(id)
      }
      for (const batch of batches(roots, together[view.type])) {
        this.#check()
        const documents = await this.#documentsOf(view, new Set(batch))
        await this.#engine.replace(
          batch.map((id) => `${view.root}:${id}`),
          documents,
        )
      }
    }
    for (const id of changes.get('Dataset') ?? []) await this.#updateDataset(id)
  }

  /** All documents, in pieces. */
  async everything(put: (documents: readonly SearchDocument[]) => Promise<void>): Promise<void> {
    const projects = await recordModel({ name: 'Project' }).findAll({
      attributes: ['id'],
      where: { deletedAt: null } as never,
    })
    for (const { id: projectId } of projects) {
      for (const view of views) {
        for await (const roots of rootsIn(view, projectId)) {
          for (const batch of batches(roots, together[view.type])) {
            this.#check()
            await put(await this.#documentsIn(view, new Set(batch), projectId))
          }
        }
      }
    }
    for (const id of await publishedDatasets()) {
      this.#check()
      const publication = await loadPublication(id)
      if (!publication) continue
      await put(await this.#datasetDocument(publication))
      for (const batch of batches(await seriesOfDatasets([id]))) {
        const newest = await newestDatasets(batch)
        const own = batch.filter((seriesId) => newest.get(seriesId) === id)
        await put(await this.#publicSeries(own, publication))
      }
    }
  }

  /** Documents of these records in each of their projects. */
  async #documentsOf(view: View, roots: ReadonlySet<string>): Promise<SearchDocument[]> {
    const byProject = new Map<string, Set<string>>()
    for (const [id, projects] of await projectsOf(view.root, roots)) {
      for (const project of projects) byProject.set(project, (byProject.get(project) ?? new Set()).add(id))
    }
    const documents: SearchDocument[] = []
    for (const [projectId, ids] of byProject) documents.push(...(await this.#documentsIn(view, ids, projectId)))
    return documents
  }

  async #documentsIn(view: View, ids: ReadonlySet<string>, projectId: string): Promise<SearchDocument[]> {
    const graph = new Graph(entities, await loadView(view, ids, projectId))
    // A deleted project takes its animals out of sight, although they are still there for others.
    if (graph.all('Project').length === 0) return []
    const roots = graph.all(view.root).filter((root) => ids.has(root.id))
    return this.#build(roots, (root) => this.#builder.ofProject(view, root, graph, projectId))
  }

  /** A dataset that was published, corrected or withdrawn; its series may be public with another one. */
  async #updateDataset(id: string): Promise<void> {
    this.#check()
    const publication = await loadPublication(id)
    await this.#engine.replace([datasetRecord(id)], publication ? await this.#datasetDocument(publication) : [])
    for (const batch of batches(await seriesOfDatasets([id]))) {
      const newest = [...(await newestDatasets(batch))]
      const documents: SearchDocument[] = []
      for (const [datasetId, pairs] of Map.groupBy(newest, ([, of]) => of)) {
        const holder = datasetId === id ? publication : await loadPublication(datasetId)
        const seriesIds = pairs.map(([seriesId]) => seriesId)
        if (holder) documents.push(...(await this.#publicSeries(seriesIds, holder)))
      }
      await this.#engine.replace(batch.map(publicSeriesRecord), documents)
    }
  }

  #datasetDocument({ dataset, graph }: Publication): Promise<SearchDocument[]> {
    return this.#build([dataset], (root) => this.#builder.ofDataset(root, graph))
  }

  #publicSeries(seriesIds: readonly string[], { dataset, graph }: Publication): Promise<SearchDocument[]> {
    const roots = seriesIds.flatMap((id) => graph.get('ImageSeries', id) ?? [])
    return this.#build(roots, (root) => this.#builder.ofPublicSeries(root, graph, dataset))
  }

  /** One broken record must not keep all others from being found. */
  async #build<T>(things: readonly T[], make: (thing: T) => SearchDocument): Promise<SearchDocument[]> {
    const documents: SearchDocument[] = []
    for (const [n, thing] of things.entries()) {
      if (n > 0 && n % inOneGo === 0) await nextTurn()
      try {
        documents.push(make(thing))
      } catch (error) {
        this.#log.error({ err: error }, 'a record cannot be searched')
      }
    }
    return documents
  }

  #check(): void {
    if (this.#stopped) throw new Stopped()
  }
}

/** The process ends while documents are being made. */
export class Stopped extends Error {}

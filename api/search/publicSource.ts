/** What is public, for the search: snapshots of published datasets and nothing else. */
import { Op } from 'sequelize'
import { Dataset, DatasetSeries, DatasetVersion } from '#api/db/models.ts'
import type { Snapshot } from '#ontology/entities/dataset.ts'
import { entities } from '#ontology/index.ts'
import type { PublishedDataset } from '#search/documents.ts'
import { Graph, type Rec } from '#search/graph.ts'

export interface Publication {
  dataset: PublishedDataset
  graph: Graph
}

/** A published dataset with its newest snapshot; null when it is not public. */
export async function loadPublication(datasetId: string): Promise<Publication | null> {
  const row = await Dataset.findOne({ where: { id: datasetId, state: 'published' } })
  if (!row) return null
  const version = await DatasetVersion.findOne({ where: { datasetId, number: row.versionNumber } })
  if (!version) return null
  const snapshot = JSON.parse(version.snapshot) as Snapshot
  const records = new Map(entities.map((entity) => [entity.name, (snapshot[entity.plural] ?? []) as Rec[]]))
  return {
    dataset: {
      ...row.body,
      id: row.id,
      projectId: row.projectId,
      title: row.title,
      ...(row.publishedAt && { publishedAt: row.publishedAt.toISOString() }),
    },
    graph: new Graph(entities, records),
  }
}

/** Series that a dataset was ever made of. */
export async function seriesOfDatasets(datasetIds: readonly string[]): Promise<Set<string>> {
  const rows = await DatasetSeries.findAll({ where: { datasetId: { [Op.in]: [...datasetIds] } } })
  return new Set(rows.map((row) => row.seriesId))
}

/** For each series that is public: the dataset that was published last with it. */
export async function newestDatasets(seriesIds: readonly string[]): Promise<Map<string, string>> {
  const held = await DatasetSeries.findAll({ where: { seriesId: { [Op.in]: [...seriesIds] } } })
  const ids = [...new Set(held.map((row) => row.datasetId))]
  const published = await Dataset.findAll({
    attributes: ['id', 'publishedAt'],
    where: { id: { [Op.in]: ids }, state: 'published' },
    order: [
      ['publishedAt', 'ASC'],
      ['id', 'ASC'],
    ],
  })
  const newest = new Map<string, string>()
  for (const { id } of published) {
    for (const row of held) if (row.datasetId === id) newest.set(row.seriesId, id)
  }
  return newest
}

/** Identifiers of all published datasets. */
export async function publishedDatasets(): Promise<string[]> {
  const rows = await Dataset.findAll({ attributes: ['id'], where: { state: 'published' }, order: [['id', 'ASC']] })
  return rows.map((row) => row.id)
}

/**
 * Image series as items of a dataset for machine learning. Members of a project get its records as they are; everybody
 * else the newest published snapshot and nothing besides, as in the search.
 */
import { Op } from 'sequelize'
import { mayHaveBytes, statesOfSeries } from '#api/access/bytes.ts'
import type { Caller } from '#api/access/caller.ts'
import { can } from '#api/access/rights.ts'
import { recordModel } from '#api/db/recordModels.ts'
import { gather } from '#api/modules/datasets/snapshot.ts'
import { loadPublication, newestDatasets, type Publication } from '#api/search/publicSource.ts'
import { entities } from '#ontology/index.ts'
import { DocumentBuilder } from '#search/documents.ts'
import { Graph, type Rec } from '#search/graph.ts'
import { settingsOf } from '#search/settings.ts'
import { seriesView } from '#search/views.ts'
import type { Item } from './types.ts'

/** Facets that a label may be taken from. */
export const labelFacets = settingsOf(entities).facets
const builder = new DocumentBuilder(entities, settingsOf(entities))

export interface Gathered {
  items: Omit<Item, 'split' | 'files'>[]
  publications: Publication[]
}

/** Items of those series that the caller may have, in the order asked for; others are as if they were not there. */
export async function gatherItems(
  caller: Caller,
  seriesIds: readonly string[],
  labelFacet: string | undefined,
): Promise<Gathered> {
  const [rows, states, newest] = await Promise.all([
    recordModel({ name: 'ImageSeries' }).findAll({
      where: { id: { [Op.in]: [...seriesIds] }, deletedAt: null } as never,
    }),
    statesOfSeries(seriesIds),
    newestDatasets(seriesIds),
  ])
  const projects = new Map(rows.map((row) => [row.id, row.get('projectId' as never) as string]))
  const mine = seriesIds.filter((id) => can(caller, 'read', projects.get(id) ?? ''))
  const open = seriesIds.filter((id) => {
    const standing = { projectId: projects.get(id) ?? '', datasets: states.get(id) ?? new Set<never>() }
    return projects.has(id) && !mine.includes(id) && mayHaveBytes(caller, standing)
  })
  const publications = new Map<string, Publication>()
  for (const datasetId of new Set(newest.values())) {
    const publication = await loadPublication(datasetId)
    if (publication) publications.set(datasetId, publication)
  }
  const found = new Map<string, Omit<Item, 'split' | 'files'>>()
  for (const [projectId, ids] of Map.groupBy(mine, (id) => projects.get(id) as string)) {
    const graph = new Graph(entities, (await gather(caller, ids)) as never)
    for (const id of ids) {
      const root = graph.get('ImageSeries', id)
      if (!root) continue
      const { facets } = builder.ofProject(seriesView, root, graph, projectId)
      found.set(id, itemOf(root, graph, facets, labelFacet, false))
    }
  }
  for (const id of open) {
    const publication = publications.get(newest.get(id) ?? '')
    const root = publication?.graph.get('ImageSeries', id)
    if (!publication || !root) continue
    const { facets } = builder.ofPublicSeries(root, publication.graph, publication.dataset)
    found.set(id, itemOf(root, publication.graph, facets, labelFacet, true))
  }
  return { items: seriesIds.flatMap((id) => found.get(id) ?? []), publications: [...publications.values()] }
}

function itemOf(
  root: Rec,
  graph: Graph,
  facets: Readonly<Record<string, readonly string[]>>,
  labelFacet: string | undefined,
  isPublic: boolean,
): Omit<Item, 'split' | 'files'> {
  const subjects = graph.referred('ImageSeries', root.id, 'Subject')
  const [session] = graph.referred('ImageSeries', root.id, 'ImagingSession')
  const acquiredAt = (root.acquiredAt as { dateTime?: string } | undefined)?.dateTime
  const animals = subjects.map((subject) => subject.id).toSorted()
  const of = (subject: Rec, name: string) => (subject.animal as Record<string, unknown> | undefined)?.[name]
  const sameAnimals = (other: Rec) =>
    JSON.stringify(graph.referred('ImageSeries', other.id, 'Subject').map(({ id }) => id).toSorted()) === JSON.stringify(animals) // prettier-ignore
  return {
    seriesId: root.id,
    name: String(root.label ?? root.id),
    modality: (root.modality as string | undefined) ?? null,
    date: acquiredAt?.slice(0, 10) ?? null,
    label: labelFacet === undefined ? null : facets[labelFacet]?.toSorted().join('; ') || null,
    animals,
    // Reconstructions of one scan have its session, its animals, its modality and its time.
    acquisition: [session?.id, root.modality, acquiredAt ?? root.id, ...animals].join(' '),
    lineage: [root.id, ...((root.sourceSeriesIds as string[] | undefined) ?? [])],
    groups: {
      litter: distinct(subjects.map((subject) => text(of(subject, 'litter')))),
      cage: distinct(subjects.flatMap((subject) => [text(of(subject, 'cage')), ...cageMarks(subject)])),
      bed: distinct([session?.id]),
      instrument: distinct([text(session?.instrumentId)]),
    },
    bytes: graph.referring('ImageSeries', root.id, 'File').map((file) => String(file.sha256)),
    segmentations: (session ? graph.referring('ImagingSession', session.id, 'ImageSeries') : [])
      .filter((other) => other.role === 'segmentation' && other.id !== root.id && sameAnimals(other))
      .map(({ id }) => id),
    isPublic,
  }
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)
const distinct = (values: readonly (string | undefined)[]): string[] => [
  ...new Set(values.filter((v) => v !== undefined)),
]
const cageMarks = (subject: Rec): string[] =>
  ((subject.otherIds as { type: string; value: string }[] | undefined) ?? [])
    .filter(({ type }) => type === 'cage-mark')
    .map(({ value }) => value)

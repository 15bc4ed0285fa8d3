/** Search for callers: their keys, and a second look at each hit before it leaves. */
import { Op } from 'sequelize'
import type { Context } from '#api/context.ts'
import type { Caller } from '#api/access/caller.ts'
import { stateOf } from '#api/access/bytes.ts'
import { readableProjects, visible } from '#api/access/rights.ts'
import { recordModel } from '#api/db/recordModels.ts'
import { Dataset, DatasetSeries } from '#api/db/models.ts'
import { AppError, invalidField } from '#api/errors.ts'
import { privateKey, projectKey, publicKey } from '#search/documents.ts'
import { SearchError, SearchUnavailable, type FacetCount, type SearchHit, type SearchQuery } from '#search/engine.ts'
import { excerpt, highlight, type Segment } from '#search/highlight.ts'
import type { HitPayload } from '#search/payload.ts'
import type { DatasetState } from '#ontology/entities/dataset.ts'
import { ranges } from '#search/ranges.ts'
import { dateName } from '#search/settings.ts'

export interface Asked {
  q?: string
  scope: 'public' | 'mine'
  type?: string[]
  facets: Record<string, string[]>
  ranges: Record<string, { min?: number; max?: number }>
  from?: string
  to?: string
  sort?: string
  limit: number
  cursor?: string
}

type State = DatasetState

export interface Item {
  type: string
  id: string
  url: string
  title: string
  subtitle: string
  description: string
  /** Where the words were found. */
  highlights: { field: 'title' | 'subtitle' | 'description'; segments: Segment[] }[]
  modalities: string[]
  date: string | null
  thumbnail: string | null
  /** The same in motion; null when it is a single picture. */
  animation: string | null
  datasetId?: string
  projectId?: string
  state: State
}

/** What opens documents for the caller. */
function keysOf(caller: Caller, scope: Asked['scope']): string[] {
  if (scope === 'public') return [publicKey]
  if (caller.kind === 'anonymous') throw new AppError('signInNeeded', 'Sign in to search what you may see.')
  const projects = readableProjects(caller)
  return [publicKey, ...(projects === 'all' ? [privateKey] : projects.map(projectKey))]
}

function queryOf(caller: Caller, asked: Asked): SearchQuery {
  for (const name of Object.keys(asked.ranges)) {
    if (!ranges.some((range) => range.name === name)) throw invalidField(`?range.${name}`, unknownRange(name), name)
  }
  const by = asked.sort?.replace(/^-/, '')
  const bounds = { ...(asked.from && { from: asked.from }), ...(asked.to && { to: asked.to }) }
  return {
    keys: keysOf(caller, asked.scope),
    limit: asked.limit,
    facets: asked.facets,
    dates: { [dateName]: bounds },
    numbers: asked.ranges,
    ...(asked.q && { text: asked.q }),
    ...(asked.type && { types: asked.type }),
    ...(by && { sort: { by, descending: asked.sort?.startsWith('-') ?? false } }),
    ...(asked.cursor && { cursor: asked.cursor }),
  }
}

const unknownRange = (name: string): string =>
  `There is no range "${name}". Known are: ${ranges.map((range) => range.name).join(', ')}.`

/** @throws AppError invalid for an unknown facet, order or cursor; signInNeeded for one's own things without an account */
export async function search(ctx: Context, caller: Caller, asked: Asked) {
  const found = await understood(() => ctx.search.engine.query(queryOf(caller, asked)))
  const seen = await stillVisible(caller, found.hits)
  return {
    items: seen.map(({ hit, state }) => itemOf(hit, state, found.words)),
    facets: found.facets,
    ranges: ranges.map(({ name, title, unit }) => ({ name, title, unit })),
    total: found.total,
    next: found.next,
    suggestion: found.suggestion,
  }
}

/** Values of one facet that start with `text`. */
export async function searchFacet(
  ctx: Context,
  caller: Caller,
  asked: Asked,
  facet: string,
  text: string,
): Promise<FacetCount[]> {
  const query = queryOf(caller, asked)
  return understood(() => ctx.search.engine.facetValues(query, facet, text, asked.limit))
}

async function understood<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof SearchError) throw invalidField(`?${error.part}`, error.message)
    if (error instanceof SearchUnavailable)
      throw new AppError('busy', 'The search does not answer at the moment. Try again in a minute.')
    throw error
  }
}

/** Entity that each private type of hit stands for. */
const entityOf: Record<string, string> = {
  project: 'Project',
  study: 'Study',
  subject: 'Subject',
  series: 'ImageSeries',
}

/**
 * Hits that the caller may still see: the index may be behind a withdrawal, a deletion or a lost membership. With each
 * goes the state that it has in the registry.
 */
async function stillVisible(
  caller: Caller,
  hits: readonly SearchHit[],
): Promise<{ hit: SearchHit & { payload: HitPayload }; state: State }[]> {
  const known = hits as readonly (SearchHit & { payload: HitPayload })[]
  const published = await publishedAmong(known.flatMap(({ payload }) => payload.datasetId ?? []))
  const own = known.filter(({ payload }) => payload.datasetId === undefined)
  const projects = readableProjects(caller)
  const alive = new Map<string, Set<string>>()
  for (const [type, group] of Map.groupBy(own, (hit) => hit.type)) {
    const name = entityOf[type]
    if (!name) continue
    const ids = group.map(({ payload }) => payload.id)
    const where = { [Op.and]: [visible(caller, name), { deletedAt: null, id: { [Op.in]: ids } }] }
    const rows = await recordModel({ name }).findAll({ attributes: ['id'], where })
    alive.set(type, new Set(rows.map((row) => row.id)))
  }
  const states = await statesOf(own)
  return known.flatMap((hit) => {
    const { id, datasetId, projectId } = hit.payload
    if (datasetId !== undefined) return published.has(datasetId) ? [{ hit, state: 'published' as const }] : []
    const mayRead = projects === 'all' || (projectId !== undefined && projects.includes(projectId))
    return mayRead && alive.get(hit.type)?.has(id) ? [{ hit, state: states.get(id) ?? ('draft' as const) }] : []
  })
}

async function publishedAmong(ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set()
  const rows = await Dataset.findAll({ attributes: ['id'], where: { id: { [Op.in]: [...ids] }, state: 'published' } })
  return new Set(rows.map((row) => row.id))
}

/** The state that says most, when something is part of several datasets. */
const rank: State[] = ['draft', 'withdrawn', 'submitted', 'embargoed', 'published']

/** How series and studies stand in the registry. */
async function statesOf(hits: readonly { type: string; payload: HitPayload }[]): Promise<Map<string, State>> {
  const ids = (type: string) => hits.filter((hit) => hit.type === type).map(({ payload }) => payload.id)
  const [series, studies] = [ids('series'), ids('study')]
  const states = new Map<string, State>()
  if (series.length + studies.length === 0) return states
  const held = await DatasetSeries.findAll({ where: { seriesId: { [Op.in]: series } } })
  const datasets = await Dataset.findAll({
    attributes: ['id', 'studyId', 'state', 'embargoUntil'],
    where: { [Op.or]: [{ id: { [Op.in]: held.map((row) => row.datasetId) } }, { studyId: { [Op.in]: studies } }] },
  })
  const raise = (id: string, state: State) => {
    if (rank.indexOf(state) >= rank.indexOf(states.get(id) ?? 'draft')) states.set(id, state)
  }
  for (const dataset of datasets) {
    const { id, studyId } = dataset
    const state = stateOf(dataset)
    if (studyId !== null && studies.includes(studyId)) raise(studyId, state)
    for (const row of held) if (row.datasetId === id) raise(row.seriesId, state)
  }
  return states
}

function itemOf(hit: SearchHit & { payload: HitPayload }, state: State, words: Parameters<typeof highlight>[1]): Item {
  const { id, title, subtitle, description, modalities, date, pictureSeriesId, datasetId, projectId } = hit.payload
  const picture = pictureSeriesId === null ? null : `/api/v1/series/${pictureSeriesId}`
  const marked = [
    { field: 'title' as const, segments: highlight(title, words) },
    { field: 'subtitle' as const, segments: highlight(subtitle, words) },
    { field: 'description' as const, segments: excerpt(description, words) },
  ]
  return {
    type: hit.type,
    id,
    url: addressOf(hit.type, hit.payload),
    title,
    subtitle,
    description,
    highlights: marked.filter(({ segments }) => segments.some((segment) => segment.hit)),
    modalities,
    date,
    thumbnail: picture && `${picture}/thumbnail?size=256`,
    animation: picture && hit.payload.pictureMoves ? `${picture}/animation` : null,
    ...(datasetId !== undefined && { datasetId }),
    ...(projectId !== undefined && { projectId }),
    state,
  }
}

/** Page of the portal. */
function addressOf(type: string, { id, datasetId, studyId }: HitPayload): string {
  switch (type) {
    case 'dataset':
      return `/datasets/${id}`
    case 'study':
      return `/studies/${id}`
    case 'subject':
      return `/subjects/${id}`
    case 'project':
      return `/projects/${id}`
    default:
      return datasetId === undefined && studyId !== undefined ? `/studies/${studyId}?series=${id}` : `/series/${id}`
  }
}

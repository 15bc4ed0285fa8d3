/** Who may have the bytes of a series: its planes, its thumbnail, its header entries and its files. */
import { Op, Sequelize } from 'sequelize'
import { Dataset, DatasetSeries } from '#api/db/models.ts'
import type { DatasetState } from '#ontology/entities/dataset.ts'
import { AppError, notFound } from '#api/errors.ts'
import { isCurator, type Caller } from './caller.ts'
import { can } from './rights.ts'

/** What rights over the bytes of a series depend on. */
export interface Standing {
  projectId: string
  /** States of the datasets that hold the series. */
  datasets: ReadonlySet<DatasetState> & { opensAt?: Date }
}

/** States of the datasets of one series, and the day on which the first embargo on it ends. */
class States extends Set<DatasetState> {
  opensAt?: Date

  take(row: Pick<Dataset, 'state' | 'embargoUntil'>): void {
    const state = stateOf(row)
    this.add(state)
    const day = row.embargoUntil
    if (state === 'embargoed' && day && !(this.opensAt && this.opensAt <= day)) this.opensAt = day
  }
}

/** @param opensOn YYYY-MM-DD */
export const closedUntil = (opensOn = 'a later day'): AppError =>
  new AppError('forbidden', `This is under embargo until ${opensOn}; its files open on that day.`, {
    details: { opensOn },
  })

/** The state that people see. */
export const stateOf = ({ state, embargoUntil }: Pick<Dataset, 'state' | 'embargoUntil'>): DatasetState =>
  state === 'submitted' && embargoUntil !== null ? 'embargoed' : state

/** public: everybody may have them, so may shared caches; private: this caller may. */
export type BytesAccess = 'public' | 'private'

/** The states of the datasets that hold a series. `seriesId` is checked by the route; it goes into a subquery. */
export async function datasetStates(seriesId: string): Promise<States> {
  if (!/^[0-9A-Z]{26}$/.test(seriesId)) throw new Error('a series id is no ULID')
  const holding = Sequelize.literal(`(SELECT dataset_id FROM dataset_series WHERE series_id = '${seriesId}')`)
  const rows = await Dataset.findAll({ attributes: ['state', 'embargoUntil'], where: { id: { [Op.in]: holding } } })
  const states = new States()
  for (const row of rows) states.take(row)
  return states
}

/** The states of the datasets that hold each of these series. */
export async function statesOfSeries(seriesIds: readonly string[]): Promise<Map<string, States>> {
  const held = await DatasetSeries.findAll({ where: { seriesId: { [Op.in]: [...seriesIds] } } })
  const ids = [...new Set(held.map((row) => row.datasetId))]
  const rows = await Dataset.findAll({ attributes: ['id', 'state', 'embargoUntil'], where: { id: { [Op.in]: ids } } })
  const states = new Map(rows.map((row) => [row.id, row]))
  const found = new Map(seriesIds.map((id) => [id, new States()]))
  for (const { datasetId, seriesId } of held) {
    const dataset = states.get(datasetId)
    if (dataset) found.get(seriesId)?.take(dataset)
  }
  return found
}

/** Whether `demandBytes` would let the caller have them. */
export const mayHaveBytes = (caller: Caller, { projectId, datasets }: Standing): boolean =>
  datasets.has('published') || can(caller, 'read', projectId) || (datasets.has('submitted') && isCurator(caller))

/**
 * Decides for one caller.
 * @throws AppError notFound, forbidden before the end of an embargo, or gone when the series was public and is withdrawn
 */
export function demandBytes(
  caller: Caller,
  { title, id }: { title: string; id: string },
  { projectId, datasets }: Standing,
): BytesAccess {
  if (datasets.has('published')) return 'public'
  if (can(caller, 'read', projectId)) return 'private'
  if (datasets.has('submitted') && isCurator(caller)) return 'private'
  if (datasets.has('embargoed') && datasets.opensAt) {
    throw closedUntil(datasets.opensAt.toISOString().slice(0, 10))
  }
  if (datasets.has('withdrawn')) {
    throw new AppError('gone', 'This image was public and has been withdrawn; its landing page says why.')
  }
  throw notFound(title, id)
}

/** Who may have the bytes of a series: its planes, its thumbnail, its header entries and its files. */
import { Op, Sequelize } from 'sequelize'
import { Dataset, DatasetSeries } from '#api/db/models.ts'
import { AppError, notFound } from '#api/errors.ts'
import { isCurator, type Caller } from './caller.ts'
import { can } from './rights.ts'

/** What rights over the bytes of a series depend on. */
export interface Standing {
  projectId: string
  /** States of the datasets that hold the series. */
  datasets: ReadonlySet<Dataset['state']>
}

/** public: everybody may have them, so may shared caches; private: this caller may. */
export type BytesAccess = 'public' | 'private'

/** The states of the datasets that hold a series. `seriesId` is checked by the route; it goes into a subquery. */
export async function datasetStates(seriesId: string): Promise<Set<Dataset['state']>> {
  if (!/^[0-9A-Z]{26}$/.test(seriesId)) throw new Error('a series id is no ULID')
  const holding = Sequelize.literal(`(SELECT dataset_id FROM dataset_series WHERE series_id = '${seriesId}')`)
  const rows = await Dataset.findAll({ attributes: ['state'], where: { id: { [Op.in]: holding } } })
  return new Set(rows.map((row) => row.state))
}

/** The states of the datasets that hold each of these series. */
export async function statesOfSeries(seriesIds: readonly string[]): Promise<Map<string, Set<Dataset['state']>>> {
  const held = await DatasetSeries.findAll({ where: { seriesId: { [Op.in]: [...seriesIds] } } })
  const ids = [...new Set(held.map((row) => row.datasetId))]
  const rows = await Dataset.findAll({ attributes: ['id', 'state'], where: { id: { [Op.in]: ids } } })
  const states = new Map(rows.map((row) => [row.id, row.state]))
  const found = new Map<string, Set<Dataset['state']>>(seriesIds.map((id) => [id, new Set()]))
  for (const { datasetId, seriesId } of held) {
    const state = states.get(datasetId)
    if (state) found.get(seriesId)?.add(state)
  }
  return found
}

/** Whether `demandBytes` would let the caller have them. */
export const mayHaveBytes = (caller: Caller, { projectId, datasets }: Standing): boolean =>
  datasets.has('published') || can(caller, 'read', projectId) || (datasets.has('submitted') && isCurator(caller))

/**
 * Decides for one caller.
 * @throws AppError notFound, or gone when the series was public and is withdrawn
 */
export function demandBytes(
  caller: Caller,
  { title, id }: { title: string; id: string },
  { projectId, datasets }: Standing,
): BytesAccess {
  if (datasets.has('published')) return 'public'
  if (can(caller, 'read', projectId)) return 'private'
  if (datasets.has('submitted') && isCurator(caller)) return 'private'
  if (datasets.has('withdrawn')) {
    throw new AppError('gone', 'This image was public and has been withdrawn; its landing page says why.')
  }
  throw notFound(title, id)
}

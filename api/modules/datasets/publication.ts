/** Where the series of a study stand on their way to the public. */
import { Op } from 'sequelize'
import type { Caller } from '#api/access/caller.ts'
import { stateOf } from '#api/access/bytes.ts'
import { visible } from '#api/access/rights.ts'
import type { DatasetState } from '#ontology/entities/dataset.ts'
import { Dataset, DatasetSeries } from '#api/db/models.ts'
import { recordModel } from '#api/db/recordModels.ts'
import { entityNamed, findRow } from '#api/records/read.ts'

export interface SeriesPublication {
  seriesId: string
  datasetId: string
  state: DatasetState
}

/** A series in several datasets stands where the most public of them stands; of equals the newest counts. */
const order: DatasetState[] = ['withdrawn', 'draft', 'submitted', 'embargoed', 'published']

/**
 * The dataset of each series of a study that is part of one.
 * @throws AppError notFound
 */
export async function publicationOfStudy(caller: Caller, studyId: string): Promise<SeriesPublication[]> {
  const study = await findRow(caller, entityNamed('Study'), studyId)
  const projectId = study.get('projectId' as never) as string
  const datasets = await Dataset.findAll({
    attributes: ['id', 'state', 'embargoUntil'],
    where: { [Op.and]: [visible(caller, 'Dataset'), { projectId }] },
    order: [['id', 'ASC']],
  })
  const states = new Map(datasets.map((dataset) => [dataset.id, stateOf(dataset)]))
  const series = await recordModel({ name: 'ImageSeries' }).findAll({
    attributes: ['id'],
    where: { [Op.and]: [visible(caller, 'ImageSeries'), { studyId, deletedAt: null }] } as never,
  })
  const own = new Set(series.map(({ id }) => id))
  const held = await DatasetSeries.findAll({
    where: { datasetId: { [Op.in]: [...states.keys()] } },
    order: [['datasetId', 'ASC']],
  })
  const found = new Map<string, SeriesPublication>()
  for (const { datasetId, seriesId } of held) {
    const state = states.get(datasetId)
    if (!state || !own.has(seriesId)) continue
    const before = found.get(seriesId)
    if (!before || order.indexOf(state) >= order.indexOf(before.state))
      found.set(seriesId, { seriesId, datasetId, state })
  }
  return [...found.values()]
}

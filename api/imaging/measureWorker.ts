/** Entry of the threads that measure and look at planes that are there; apart from the readers of formats, so that it starts in no time. */
import { findBodies, type Bodies } from '#imaging/measure/bodies.ts'
import { regionCurve } from '#imaging/measure/curve.ts'
import type { RegionCurve } from '#imaging/measure/curve.ts'
import { regionProjection } from '#imaging/measure/projection.ts'
import { regionStatistics } from '#imaging/measure/statistics.ts'
import type { RegionStatistics } from '#imaging/measure/statistics.ts'
import { animate } from './animate.ts'
import type { BodiesInput, MeasureInput, ProjectionInput, StatisticsInput } from './measuring.ts'
import { withRows } from './regionRows.ts'
import { serveTasks } from './threadTasks.ts'

serveTasks({
  animate,
  statistics: async ({ planes, header, region, histogram }: StatisticsInput, { beat }): Promise<RegionStatistics> =>
    withRows(planes, header, region, beat, (rows) => regionStatistics(header, region, rows, histogram)),
  curve: async ({ planes, header, region }: MeasureInput, { beat }): Promise<RegionCurve> =>
    withRows(planes, header, region, beat, (rows) => regionCurve(header, region, rows)),
  bodies: async ({ planes, header, region, search }: BodiesInput, { beat }): Promise<Bodies> =>
    withRows(planes, header, region, beat, (rows) => findBodies(header, region, rows, search)),
  projection: async ({ planes, header, region, along, kind }: ProjectionInput, { beat }): Promise<Float32Array> =>
    withRows(planes, header, region, beat, (rows) => regionProjection(header, region, rows, { along, kind })),
})

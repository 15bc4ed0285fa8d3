/** Entry of the threads that measure regions; apart from the readers of formats, so that it starts in no time. */
import { regionCurve } from '#imaging/measure/curve.ts'
import type { RegionCurve } from '#imaging/measure/curve.ts'
import { regionStatistics } from '#imaging/measure/statistics.ts'
import type { RegionStatistics } from '#imaging/measure/statistics.ts'
import type { MeasureInput, StatisticsInput } from './measuring.ts'
import { withRows } from './regionRows.ts'
import { serveTasks } from './threadTasks.ts'

serveTasks({
  statistics: async ({ planes, header, region, histogram }: StatisticsInput, { beat }): Promise<RegionStatistics> =>
    withRows(planes, header, region, beat, (rows) => regionStatistics(header, region, rows, histogram)),
  curve: async ({ planes, header, region }: MeasureInput, { beat }): Promise<RegionCurve> =>
    withRows(planes, header, region, beat, (rows) => regionCurve(header, region, rows)),
})

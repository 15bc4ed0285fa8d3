/** Entry of the threads that write the scans of the demo facility. */
import { serveTasks } from '#api/imaging/threadTasks.ts'
import { writeScan } from './writeScan.ts'
import type { ScanContext } from './writeScan.ts'
import type { DemoScan } from './content/types.ts'

serveTasks({
  writeScan: ({ scan, context }: { scan: DemoScan; context: ScanContext }) => writeScan(scan, context),
})

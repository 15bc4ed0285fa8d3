/** All background tasks. A new one is one file and one line here. */
import type { Task } from '#api/jobs/task.ts'
import { buildAiDataset } from './buildAiDataset.ts'
import { commitImport } from './commitImport.ts'
import { deriveSeries } from './deriveSeries.ts'
import { evict } from './evict.ts'
import { inspectImport } from './inspectImport.ts'
import { openEmbargoes } from './openEmbargoes.ts'
import { sweep } from './sweep.ts'
import { planTable, undoTable, writeTable } from './tableImport.ts'

export const tasks: readonly Task[] = [
  inspectImport,
  commitImport,
  deriveSeries,
  buildAiDataset,
  evict,
  openEmbargoes,
  planTable,
  writeTable,
  undoTable,
  sweep,
]

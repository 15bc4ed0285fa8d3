/** Entry of the threads that read image files. */
import { workerData } from 'node:worker_threads'
import { limitCodecMemory } from '#imaging/codecs/decode.ts'
import { ImagingError } from '#imaging/errors.ts'
import type { Fact } from '#imaging/format.ts'
import { formatById } from '#imaging/formats/index.ts'
import type { Recognition } from '#imaging/grouping.ts'
import type { Header } from '#imaging/header.ts'
import { recognise } from '#imaging/recognise.ts'
import { derive } from './derive.ts'
import type { DeriveInput, Derived } from './derive.ts'
import { fileSources } from './fileSource.ts'
import type { StoredFile } from './fileSource.ts'
import { serveTasks } from './threadTasks.ts'
import type { TaskTools } from './threadTasks.ts'

export interface RecogniseInput {
  files: StoredFile[]
  /** Sentences for files that are not to be read again, by their number. */
  refused: Map<number, string>
}

export interface DescribeInput {
  files: StoredFile[]
  format: string
  /** `Part.id` when the files hold several images. */
  part?: string | undefined
}

/** What a plan shows of a series before it is taken in. */
export interface Description {
  header: Pick<Header, 'shape' | 'spacing' | 'sampleType' | 'modality' | 'warnings'>
  facts: Fact[]
}

const progressMilliseconds = 250

const { blobFolder, memoryMebibytes } = workerData as { blobFolder: string; memoryMebibytes: number }
limitCodecMemory(memoryMebibytes * 2 ** 20)
const sources = fileSources(blobFolder)

/** Closes the files of a task when it ends. */
const closing =
  <I, O>(work: (input: I, tools: TaskTools) => Promise<O>) =>
  async (input: I, tools: TaskTools): Promise<O> => {
    try {
      return await work(input, tools)
    } finally {
      sources.close()
    }
  }

serveTasks({
  recognise: closing(async ({ files, refused }: RecogniseInput, tools): Promise<Recognition> => {
    let told = Date.now()
    tools.beat(0)
    const entries = files.map((file, i) => {
      const sentence = refused.get(i)
      if (sentence === undefined) return { path: file.path, source: sources.source(file) }
      const read = async () => {
        throw new ImagingError('unsupported', sentence)
      }
      return { path: file.path, source: { size: file.byteCount, read } }
    })
    return recognise(entries, undefined, (done) => {
      tools.beat(done)
      if (Date.now() - told < progressMilliseconds) return
      told = Date.now()
      tools.send(done / files.length)
    })
  }),

  describe: closing(async ({ files, format, part }: DescribeInput): Promise<Description> => {
    const reader = await formatById(format)!.open(
      files.map((file) => ({ path: file.path, source: sources.source(file) })),
      part,
    )
    const { shape, spacing, sampleType, modality, warnings } = reader.header
    return { header: { shape, spacing, sampleType, modality, warnings }, facts: reader.facts }
  }),

  derive: closing((input: DeriveInput, tools): Promise<Derived> => derive(input, sources, tools)),
})

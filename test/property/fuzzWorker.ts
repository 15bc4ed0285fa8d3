/** The threads of fuzz.ts: they damage files and use them. */
import * as fc from 'fast-check'
import { isGzip } from '#imaging/gunzip.ts'
import { serveTasks } from '#api/imaging/threadTasks.ts'
import { mostReads, useFiles } from './fuzzCase.ts'
import type { Bytes } from './fuzzCase.ts'
import { generatedTargets, insideGzip, sampleTargets } from './fuzzTargets.ts'
import { mutate, mutation } from './mutation.ts'

export interface Round {
  /** Index into generated and sample targets together. */
  target: number
  seed: number
  cases: number
}

export interface RoundResult {
  cases: number
  opened: number
  /** What went wrong, with the smallest change that shows it. */
  failure?: string
}

/** Of processor time: a busy machine makes no case slower. What never ends is ended by the limits in fuzz.ts. */
const secondsOfCase = 5

const targets = [...generatedTargets, ...sampleTargets()]
const files = new Map<number, Promise<Bytes[]>>()
const filesOf = (target: number): Promise<Bytes[]> => {
  const known = files.get(target) ?? targets[target]!.files()
  files.set(target, known)
  return known
}

serveTasks({
  async round({ target, seed, cases }: Round, tools): Promise<RoundResult> {
    const whole = await filesOf(target)
    let run = 0
    let opened = 0
    const property = fc.asyncProperty(
      fc.nat(),
      fc.array(mutation, { minLength: 1, maxLength: 4 }),
      fc.boolean(),
      fc.option(fc.nat(), { freq: 20 }),
      async (which, changes, inside, lost) => {
        tools.beat(run++)
        const changed = (bytes: Uint8Array) => changes.reduce(mutate, bytes)
        const damaged = whole.map(({ path, bytes }, i) => {
          if (i !== which % whole.length) return { path, bytes }
          return { path, bytes: inside && isGzip(bytes) ? insideGzip(bytes, changed) : changed(bytes) }
        })
        if (lost !== null && damaged.length > 1) damaged.splice(lost % damaged.length, 1)
        const from = process.threadCpuUsage()
        const { opened: open, reads } = await useFiles(damaged)
        opened += open > 0 ? 1 : 0
        const { user, system } = process.threadCpuUsage(from)
        const seconds = (user + system) / 1e6
        if (seconds > secondsOfCase) throw new Error(`The case took ${seconds} s of this thread.`)
        const size = damaged.reduce((sum, { bytes }) => sum + bytes.length, 0)
        if (reads.bytes > mostReads(size)) throw new Error(`${reads.bytes} bytes were read of files of ${size}.`)
      },
    )
    const result = await fc.check(property, { seed, numRuns: cases })
    const message = result.errorInstance instanceof Error ? result.errorInstance.stack : ''
    return {
      cases: run,
      opened,
      ...(result.failed ? { failure: `${message}\n${fc.defaultReportMessage(result) ?? ''}` } : {}),
    }
  },
})

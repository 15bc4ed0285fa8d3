/**
 * The long fuzz run: damages real files (where the samples are) and generated ones, and opens what comes out of it with
 * every format. Each case has a limit of time and memory; a case that breaks it, throws anything but an ImagingError, or
 * reads nonsense is printed with the numbers that repeat it, and the exit code is 1.
 *
 * node test/property/fuzz.ts [cases=200000] [seed=random] [minutes=8] [only=part of a name] [threads=2] [even=time|cases]
 */
import { TaskEnded, threadPool } from '#api/imaging/threads.ts'
import { generatedTargets, sampleTargets } from './fuzzTargets.ts'
import type { Round, RoundResult } from './fuzzWorker.ts'

const given = new Map(process.argv.slice(2).map((word) => word.split('=') as [string, string]))
const option = (name: string, absent: number): number => Number(given.get(name) ?? absent)
const wanted = option('cases', 200_000)
const seed = option('seed', Math.floor(Math.random() * 2 ** 31))
const deadline = Date.now() + option('minutes', 8) * 60_000
const threads = option('threads', 2)
/** What every format gets the same of. The time, in a short run; the cases, in a long one: slow formats have as many ways to fail. */
const evenly = given.get('even') === 'cases' ? 'cases' : 'time'

/** Cases of one round: enough to be worth a message, few enough to lose little when a thread has to be ended. */
const roundCases = option('round', 100)
/** For what never ends. A case may take 5 s of its thread, which fuzzWorker.ts measures; others use this machine, too. */
const limits = { silenceSeconds: 60, totalSeconds: 600 }
const memoryMebibytes = 1024

const pool = threadPool({
  entry: new URL('./fuzzWorker.ts', import.meta.url),
  size: threads,
  memoryMebibytes,
  // geotiff's worker shim takes workerData apart, whatever it is.
  workerData: {},
})
const names = [...generatedTargets, ...sampleTargets()].map(({ name }) => name)
const only = given.get('only') ?? ''
const targets = names
  .map((_, i) => i)
  .filter((i) => (names.includes(only) ? names[i] === only : names[i]!.includes(only)))
if (names.length === generatedTargets.length) console.warn('skipped: no sample files; generated files only')

let ran = 0
let opened = 0
const failures: string[] = []

/** "nifti" of "nifti gzip" and of "nifti/anatomical.nii". */
const formatOf = (target: number): string => /^[^ /]+/.exec(names[target]!)![0]

/**
 * Milliseconds or cases spent on each target and each format. The next round goes to the format that had least, and in it
 * to the target that had least, so that neither large files nor a format with many samples take it all.
 */
const spent = new Map(targets.map((target) => [target, 0]))
const spentOnFormat = new Map(targets.map((target) => [formatOf(target), 0]))
const casesOfFormat = new Map(targets.map((target) => [formatOf(target), 0]))
const spend = (target: number, amount: number) => {
  spent.set(target, spent.get(target)! + amount)
  spentOnFormat.set(formatOf(target), spentOnFormat.get(formatOf(target))! + amount)
}
const count = (target: number, cases: number) => {
  ran += cases
  casesOfFormat.set(formatOf(target), casesOfFormat.get(formatOf(target))! + cases)
  if (evenly === 'cases') spend(target, cases)
}

async function one(round: Round): Promise<void> {
  const from = performance.now()
  const repeat = `${names[round.target]}: node test/property/fuzz.ts only='${names[round.target]}' seed=${round.seed} cases=${round.cases} round=${round.cases}`
  try {
    const result = (await pool.run('round', round, limits)) as RoundResult
    count(round.target, result.cases)
    opened += result.opened
    if (result.failure !== undefined) failures.push(`${repeat}\n${result.failure}`)
  } catch (error) {
    const item = error instanceof TaskEnded ? error.item : -1
    count(round.target, item + 1)
    failures.push(`${repeat}\ncase ${item}: ${error instanceof Error ? error.message : String(error)}`)
  }
  if (evenly === 'time') spend(round.target, performance.now() - from)
}

console.log(`seed ${seed}, ${targets.length} targets, ${wanted} cases`)
const started = Date.now()
let planned = 0
let rounds = 0
const running = new Set<number>()
async function work(): Promise<void> {
  while (planned < wanted && Date.now() < deadline) {
    const cases = Math.min(roundCases, wanted - planned)
    planned += cases
    const free = [...spent].filter(([target]) => !running.has(target))
    const [target] = (free.length > 0 ? free : [...spent]).reduce((a, b) => {
      const formats = spentOnFormat.get(formatOf(b[0]))! - spentOnFormat.get(formatOf(a[0]))!
      return (formats || b[1] - a[1]) < 0 ? b : a
    })
    running.add(target)
    // Each round is repeatable by itself: its seed is that of the run plus its number.
    await one({ target, seed: seed + rounds++, cases })
    running.delete(target)
  }
}
await Promise.all(Array.from({ length: threads }, work))
await pool.close()

for (const failure of failures) console.error(`\nFAILED ${failure}`)
console.log([...casesOfFormat].map(([format, cases]) => `${format} ${cases}`).join(', '))
const seconds = Math.round((Date.now() - started) / 1000)
console.log(`${ran} cases in ${seconds} s, ${opened} still opened, ${failures.length} failures`)
process.exitCode = failures.length === 0 && ran >= Math.min(wanted, 1) ? 0 : 1

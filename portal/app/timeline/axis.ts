/** Layout of a timeline: lanes by kind, marks by time, ticks at round times. Pure; positions are percentages. */

export interface TimedEntry {
  id: string
  kind: string
  title: string
  /** RFC 3339. */
  at: string
}

export interface Mark {
  percent: number
  /** Entries that are too close to each other to be told apart. */
  entries: TimedEntry[]
}

export interface Axis {
  ticks: { percent: number; label: string }[]
  lanes: { kind: string; marks: Mark[] }[]
}

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const steps = [minute, 5 * minute, 15 * minute, 30 * minute, hour, 3 * hour, 6 * hour, 12 * hour, day, 2 * day, 7 * day]
const longSteps = [14 * day, 28 * day, 91 * day, 182 * day, 364 * day, 1820 * day]
const tooClose = 1.4
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/**
 * @param zoneOffset minutes east of UTC in which days begin
 * @param mostTicks ticks that fit beside each other
 */
export function timelineAxis(entries: readonly TimedEntry[], zoneOffset: number, mostTicks = 7): Axis {
  const times = entries.map(({ at }) => Date.parse(at))
  if (times.length === 0) return { ticks: [], lanes: [] }
  const [first, last] = [Math.min(...times), Math.max(...times)]
  const margin = Math.max((last - first) * 0.04, 10 * minute)
  const [from, to] = [first - margin, last + margin]
  const percentOf = (time: number) => ((time - from) / (to - from)) * 100
  const lanes = [...Map.groupBy(entries, ({ kind }) => kind)].map(([kind, own]) => ({
    kind,
    marks: marksOf(own.map((entry) => ({ entry, percent: percentOf(Date.parse(entry.at)) }))),
  }))
  const ticks = ticksBetween(from, to, zoneOffset * minute, mostTicks).map(({ time, label }) => ({
    percent: percentOf(time),
    label,
  }))
  return { ticks, lanes }
}

function marksOf(placed: { entry: TimedEntry; percent: number }[]): Mark[] {
  const marks: Mark[] = []
  for (const { entry, percent } of placed.toSorted((a, b) => a.percent - b.percent)) {
    const before = marks.at(-1)
    if (before && percent - before.percent < tooClose) before.entries.push(entry)
    else marks.push({ percent, entries: [entry] })
  }
  return marks
}

function ticksBetween(from: number, to: number, offset: number, most: number) {
  const step = [...steps, ...longSteps].find((one) => (to - from) / one <= most) ?? (to - from) / most
  const ticks: { time: number; label: string }[] = []
  let dayBefore = ''
  for (let time = Math.ceil((from + offset) / step) * step - offset; time <= to; time += step) {
    const local = new Date(time + offset)
    const date = `${local.getUTCDate()} ${months[local.getUTCMonth()]}${step >= 28 * day ? ` ${local.getUTCFullYear()}` : ''}`
    const clock = local.toISOString().slice(11, 16)
    // The date stands at its first tick; after that the time of day is enough.
    ticks.push({ time, label: step >= day ? date : date === dayBefore ? clock : `${date} ${clock}` })
    dayBefore = date
  }
  return ticks
}

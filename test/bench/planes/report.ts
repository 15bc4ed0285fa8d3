/** What was found beside what is wanted (design, section 11), printed at the end of a run. */

interface Ratio {
  bar: string
  what: string
  found: number
}

export interface Bar {
  title: string
  /** Lower, or upper, limit. */
  least?: number
  most?: number
}

export function report(bars: Record<string, Bar>) {
  const all: Ratio[] = []
  return {
    /** Keeps what was found for a bar; a mark for the line that shows it. */
    note(bar: string, what: string, found: number): string {
      all.push({ bar, what, found })
      return isMet(bars[bar]!, found) ? '' : ' *'
    },
    print(): void {
      console.log('\nbars')
      for (const [bar, { title, least, most }] of Object.entries(bars)) {
        const own = all.filter((each) => each.bar === bar)
        if (own.length === 0) continue
        const missed = own.filter(({ found }) => !isMet(bars[bar]!, found))
        const values = own.map(({ found }) => found).toSorted((a, b) => a - b)
        const wanted = least === undefined ? `at most ${most}` : `at least ${least}`
        const range = `${short(values[0]!)} to ${short(values.at(-1)!)}, median ${short(values[values.length >> 1]!)}`
        console.log(`  ${title}, ${wanted}: ${range}; ${own.length - missed.length} of ${own.length} met`)
        for (const { what, found } of missed) console.log(`    * ${what}: ${short(found)}`)
      }
    },
  }
}

const isMet = ({ least = -Infinity, most = Infinity }: Bar, found: number): boolean => found >= least && found <= most

const short = (value: number): string => value.toFixed(value < 10 ? 2 : 0)

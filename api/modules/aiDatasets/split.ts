/**
 * Train, validation and test without leakage: what hangs together goes together. Items that share an animal, a chosen
 * group (litter, cage, bed, instrument), an acquisition or equal bytes make one group; groups are dealt out whole.
 */
import type { Grouping, Item, Split, SplitName } from './types.ts'
import { splitNames } from './types.ts'

/** What two items share when they must not be apart. */
export function keysOf(item: Item, groupBy: readonly Grouping[]): string[] {
  return [
    ...item.lineage.map((id) => `series ${id}`),
    `acquisition ${item.acquisition}`,
    ...item.animals.map((id) => `animal ${id}`),
    ...item.bytes.map((sha256) => `bytes ${sha256}`),
    ...groupBy.flatMap((name) => item.groups[name].map((value) => `${name} ${value}`)),
  ]
}

/** Items that hang together, directly or through others. */
export function groupsOf(items: readonly Item[], groupBy: readonly Grouping[]): Item[][] {
  const parents = items.map((_, n) => n)
  const root = (n: number): number => {
    while (parents[n] !== n) {
      parents[n] = parents[parents[n] as number] as number
      n = parents[n] as number
    }
    return n
  }
  const holders = new Map<string, number>()
  for (const [n, item] of items.entries()) {
    for (const key of keysOf(item, groupBy)) {
      const holder = holders.get(key)
      if (holder === undefined) holders.set(key, n)
      else parents[root(n)] = root(holder)
    }
  }
  return [...Map.groupBy(items, (_, n) => root(n)).values()]
}

/**
 * Deals groups out so that each part gets its share of every label.
 * @param before   parts of series in the version before, by series and by animal: they stay where they were
 * @param shares   wanted share of each part; they add up to 1
 */
export function splitItems(
  items: readonly Item[],
  { groupBy, shares, seed }: Split,
  before: ReadonlyMap<string, SplitName> = new Map(),
): Map<string, SplitName> {
  const random = generator(seed)
  const shuffled = groupsOf(items, groupBy)
    .map((group) => ({ group, at: random() }))
    .toSorted((a, b) => b.group.length - a.group.length || a.at - b.at)
    .map(({ group }) => group)
  const totals = countLabels(items)
  const held = new Map(splitNames.map((name) => [name, new Map<string, number>()]))
  const result = new Map<string, SplitName>()
  const put = (group: Item[], name: SplitName) => {
    const counts = held.get(name) as Map<string, number>
    for (const item of group) {
      result.set(item.seriesId, name)
      counts.set(item.label ?? '', (counts.get(item.label ?? '') ?? 0) + 1)
    }
  }
  const rest: Item[][] = []
  for (const group of shuffled) {
    const known = group.flatMap((item) => [item.seriesId, ...item.animals].flatMap((id) => before.get(id) ?? []))
    // Groups that grew together across parts go to the part that is trained on: a test must stay unseen.
    const kept = known.length === 0 ? undefined : known.every((name) => name === known[0]) ? known[0] : 'train'
    if (kept) put(group, kept)
    else rest.push(group)
  }
  for (const group of rest) {
    const labels = countLabels(group)
    /** How much the part still lacks of what the group brings; parts that want nothing get nothing. */
    const need = (name: SplitName): number => {
      if (shares[name] <= 0) return -Infinity
      let sum = 0
      for (const [label, count] of labels) {
        const wanted = (totals.get(label) ?? 0) * shares[name]
        sum += (count * (wanted - (held.get(name)?.get(label) ?? 0))) / Math.max(wanted, 1e-9)
      }
      return sum
    }
    put(
      group,
      splitNames.reduce((best, name) => (need(name) > need(best) ? name : best)),
    )
  }
  return result
}

function countLabels(items: readonly Item[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { label } of items) counts.set(label ?? '', (counts.get(label ?? '') ?? 0) + 1)
  return counts
}

/** Small fast generator of known sequences (mulberry32): the same seed gives the same parts. */
function generator(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

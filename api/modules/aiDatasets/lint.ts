/** Finds what makes a result look better than it is: the same thing in two parts, parts and labels that are missing. */
import { groupings, splitNames, type Finding, type Grouping, type Item } from './types.ts'

/** Leaks that spoil a test, and likenesses that may. */
const rules: [
  rule: 'animal' | 'acquisition' | 'lineage' | 'bytes' | Grouping,
  severity: Finding['severity'],
  words: string,
][] = [
  ['animal', 'error', 'the same animal'],
  ['acquisition', 'error', 'reconstructions of one scan'],
  ['lineage', 'error', 'a scan and what was made of it'],
  ['bytes', 'error', 'equal files'],
  ['bed', 'error', 'images of one session, whose animals may lie in one bed,'],
  ['litter', 'warning', 'animals of one litter'],
  ['cage', 'warning', 'animals of one cage'],
  ['instrument', 'warning', 'images of one instrument'],
]
const mostNamed = 20

function valuesOf(item: Item, rule: (typeof rules)[number][0]): string[] {
  switch (rule) {
    case 'animal':
      return item.animals
    case 'acquisition':
      return [item.acquisition]
    case 'lineage':
    case 'bytes':
      return item[rule]
    default:
      return item.groups[rule]
  }
}

/** Errors first. Looks at the parts as they are, whoever made them. */
export function lint(items: readonly Item[], { labelled }: { labelled: boolean }): Finding[] {
  const findings: Finding[] = []
  for (const [rule, severity, words] of rules) {
    const holders = new Map<string, Item[]>()
    for (const item of items)
      for (const value of valuesOf(item, rule)) holders.set(value, [...(holders.get(value) ?? []), item])
    const apart = [...holders.values()].filter((held) => new Set(held.map(({ split }) => split)).size > 1)
    if (apart.length === 0) continue
    const parts = splitNames.filter((name) => apart.some((held) => held.some(({ split }) => split === name)))
    findings.push({
      severity,
      rule,
      message: `${apart.length === 1 ? 'Once' : `${apart.length} times`} ${words} are in more than one of ${parts.join(', ')}.`,
      seriesIds: [...new Set(apart.flat().map(({ seriesId }) => seriesId))].slice(0, mostNamed),
    })
  }
  for (const name of groupings.filter((one) => one === 'litter' || one === 'cage')) {
    const unknown = items.filter((item) => item.animals.length > 0 && item.groups[name].length === 0)
    if (unknown.length === 0) continue
    findings.push({
      severity: 'warning',
      rule: 'unknown',
      message: `The ${name} of the animals is not recorded for ${unknown.length} of ${items.length} images, so nobody can tell whether it leaks.`,
      seriesIds: unknown.map(({ seriesId }) => seriesId).slice(0, mostNamed),
    })
  }
  if (labelled) findings.push(...labelFindings(items))
  return findings.toSorted((a, b) => Number(a.severity === 'warning') - Number(b.severity === 'warning'))
}

function labelFindings(items: readonly Item[]): Finding[] {
  const findings: Finding[] = []
  const bare = items.filter(({ label }) => label === null)
  if (bare.length > 0) {
    findings.push({
      severity: 'warning',
      rule: 'label',
      message: `${bare.length} of ${items.length} images have no label.`,
      seriesIds: bare.map(({ seriesId }) => seriesId).slice(0, mostNamed),
    })
  }
  for (const [label, held] of Map.groupBy(
    items.filter((item) => item.label !== null),
    (item) => item.label as string,
  )) {
    const there = new Set(held.map(({ split }) => split))
    const lacking = splitNames.filter((name) => !there.has(name) && items.some(({ split }) => split === name))
    if (lacking.length === 0) continue
    findings.push({
      severity: 'warning',
      rule: 'empty',
      message: `“${label}” is not in ${lacking.join(' and ')}: its ${held.length} images hang together too closely to be shared out.`,
      seriesIds: held.map(({ seriesId }) => seriesId).slice(0, mostNamed),
    })
  }
  return findings
}

import type { ImagingError, ImagingErrorCode } from './errors.ts'
import type { Fact, FactKey, FileScan, Format, GroupMember, Part } from './format.ts'

/** Why a series cannot be opened as it is. */
export interface SeriesProblem {
  code: ImagingErrorCode
  message: string
  offset?: number
}

/** Values of one key that differ from the one in `facts`; at most `shownConflicts` of them are kept. */
interface FactConflict {
  key: FactKey
  others: Fact[]
}

/** Files of a batch that make one image series. */
export interface SeriesCandidate {
  /** `Format.id`. */
  format: string
  seriesKey: string
  /** `Part.id` when the same files hold several images, each of which is a series. */
  part?: string
  /** Batch paths, companions included, in the order of the batch. */
  files: string[]
  /** Batch paths of measured data that the image was made from; other images of the measurement have the same. */
  raw?: string[]
  /** One fact per key: the first value met, except `series.acquiredAt`, which is the earliest. */
  facts: Fact[]
  conflicts: FactConflict[]
  /** The subjects, where a header names several. */
  group?: readonly GroupMember[]
  problem?: SeriesProblem
}

/** A file that belongs to no series and is kept beside them. */
interface Attachment {
  path: string
  /** Sentence for people. */
  reason: string
  /** Measured data of which no image is here. */
  isRaw?: true
}

export interface Recognition {
  series: SeriesCandidate[]
  attachments: Attachment[]
}

const shownConflicts = 5

/** A file that a format has looked at. */
export interface Found {
  path: string
  format: Format
  scan: FileScan
}

interface Group {
  format: string
  seriesKey: string
  files: Set<string>
  facts: Map<FactKey, Fact>
  conflicts: Map<FactKey, Fact[]>
  parts: Map<string, Part>
  raw: Set<string>
  experiments: Set<string>
  /** By name. */
  members: Map<string, GroupMember>
  problem?: SeriesProblem
}

/** Where files of one batch go: into series, or beside them. */
export interface Grouping {
  add(found: Found): void
  /** Keeps a file beside the series, unless one needs it. */
  leave(path: string, reason: string): void
  /** @param positions of the paths in the batch */
  result(positions: ReadonlyMap<string, number>): Recognition
}

/** @param find the path of the batch for a name in any case */
export function createGrouping(find: (path: string) => string | undefined): Grouping {
  const groups = new Map<string, Group>()
  const unplaced = new Map<string, string>()
  const claimed = new Map<string, string>()
  const measured: Found[] = []
  return {
    add(found) {
      if (found.scan.role === 'raw') measured.push(found)
      else if (found.scan.role === 'index') setAside(found, unplaced, claimed, find)
      else place(found, groups, find)
    },
    leave: (path, reason) => unplaced.set(path, reason),
    result(positions) {
      const raw = placeRaw(measured, groups, find)
      for (const [path, reason] of raw) unplaced.set(path, reason)
      const placed = new Set([...groups.values()].flatMap((group) => [...group.files, ...group.raw]))
      return {
        series: [...groups.values()].flatMap((group) => finish(group, positions)),
        attachments: [...unplaced]
          .filter(([path]) => !placed.has(path))
          .toSorted(([a], [b]) => positions.get(a)! - positions.get(b)!)
          .map(([path, reason]) => ({
            path,
            reason: claimed.get(path) ?? reason,
            ...(raw.has(path) && { isRaw: true }),
          })),
      }
    },
  }
}

/** An index is kept with what it names. */
function setAside(
  { path, format, scan }: Found,
  unplaced: Map<string, string>,
  claimed: Map<string, string>,
  find: (path: string) => string | undefined,
): void {
  const reason = scan.reason ?? `${format.label}: an index or raw data, kept as it is.`
  unplaced.set(path, reason)
  for (const companion of scan.companions) claimed.set(find(companion) ?? companion, reason)
}

function place(
  { path, format, scan }: Found,
  groups: Map<string, Group>,
  find: (path: string) => string | undefined,
): void {
  const key = `${format.id}\0${scan.seriesKey}`
  let group = groups.get(key)
  if (!group) {
    group = {
      format: format.id,
      seriesKey: scan.seriesKey,
      files: new Set(),
      facts: new Map(),
      conflicts: new Map(),
      parts: new Map(),
      raw: new Set(),
      experiments: new Set(),
      members: new Map(),
    }
    groups.set(key, group)
  }
  group.files.add(path)
  for (const companion of scan.companions) {
    const found = find(companion)
    if (found !== undefined) {
      group.files.add(found)
    } else {
      group.problem ??= {
        code: 'missing-companion',
        message: `${path} needs the file ${companion}, which is not in the batch. Add it.`,
      }
    }
  }
  for (const name of scan.raw ?? []) {
    const found = find(name)
    if (found !== undefined) group.raw.add(found)
  }
  if (scan.experiment !== undefined) group.experiments.add(scan.experiment)
  for (const part of scan.parts ?? []) group.parts.set(part.id, part)
  for (const member of scan.group ?? [])
    if (!group.members.has(member.localId)) group.members.set(member.localId, member)
  if (scan.problem) group.problem ??= problemOf(path, scan.problem)
  for (const fact of scan.facts) merge(group, fact)
}

const problemOf = (path: string, error: ImagingError): SeriesProblem => ({
  code: error.code,
  message: `${path}: ${error.message}`,
  ...(error.offset === undefined ? {} : { offset: error.offset }),
})

function merge(group: Group, fact: Fact): void {
  const known = group.facts.get(fact.key)
  if (!known) {
    group.facts.set(fact.key, fact)
    return
  }
  if (same(known, fact)) return
  // Each file of a series has its own acquisition time; the series began with the earliest.
  if (fact.key === 'series.acquiredAt') {
    if (String(fact.value) < String(known.value)) group.facts.set(fact.key, fact)
    return
  }
  const others = group.conflicts.get(fact.key) ?? []
  if (others.length < shownConflicts && !others.some((other) => same(other, fact))) {
    group.conflicts.set(fact.key, [...others, fact])
  }
}

function same({ value: a }: Fact, { value: b }: Fact): boolean {
  if (typeof a === 'object' && typeof b === 'object') return a.value === b.value && a.unit === b.unit
  return a === b
}

/**
 * Gives measured data to the images of its measurement.
 * @returns what no image is there for, with the reason for keeping it
 */
function placeRaw(measured: Found[], groups: Map<string, Group>, find: (path: string) => string | undefined) {
  const left = new Map<string, string>()
  for (const { path, format, scan } of measured) {
    const files = [path, ...scan.companions.flatMap((name) => find(name) ?? [])]
    const own = [...groups.values()].filter(
      (group) => group.format === format.id && scan.experiment !== undefined && group.experiments.has(scan.experiment),
    )
    for (const group of own) for (const file of files) if (!group.files.has(file)) group.raw.add(file)
    const reason = scan.reason ?? `${format.label}: raw data, kept as it is.`
    if (own.length === 0) for (const file of files) left.set(file, reason)
  }
  return left
}

/** One series, or one for each image in the files; what is damaged is not taken apart. */
function finish(group: Group, positions: ReadonlyMap<string, number>): SeriesCandidate[] {
  const { format, seriesKey, problem } = group
  const inOrder = (paths: Set<string>) => [...paths].toSorted((a, b) => positions.get(a)! - positions.get(b)!)
  const raw = inOrder(new Set([...group.raw].filter((path) => !group.files.has(path))))
  const whole = {
    format,
    seriesKey,
    files: inOrder(group.files),
    ...(raw.length > 0 ? { raw } : {}),
    facts: [...group.facts.values()],
    conflicts: [...group.conflicts].map(([key, others]) => ({ key, others })),
    ...(group.members.size > 0 ? { group: [...group.members.values()] } : {}),
    ...(problem ? { problem } : {}),
  }
  const parts = [...group.parts.values()]
  if (problem || parts.length < 2) return [whole]
  return parts.map(({ id, label }) => ({
    ...whole,
    seriesKey: `${seriesKey}#${id}`,
    part: id,
    facts: labelled(whole.facts, label),
  }))
}

/** Facts of all that the files hold, with the words for one image of it. */
function labelled(facts: readonly Fact[], words: string): Fact[] {
  const found = facts.find(({ key }) => key === 'series.label')
  if (!found) return [...facts, { key: 'series.label', value: words, evidence: 'planes of the files' }]
  return facts.map((fact) => (fact === found ? { ...fact, value: `${String(fact.value)}, ${words}` } : fact))
}

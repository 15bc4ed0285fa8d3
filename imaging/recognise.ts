import { ImagingError } from './errors.ts'
import type { ImagingErrorCode } from './errors.ts'
import type { Fact, FactKey, FileEntry, FileScan, Format, Part, SiblingFile } from './format.ts'
import { formats as allFormats } from './formats/index.ts'
import { gunzipHead, isGzip } from './gunzip.ts'
import { folderOf } from './paths.ts'
import type { ByteSource } from './source.ts'

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

const headBytes = 4096
const shownConflicts = 5

/**
 * Recognises the files of a batch and groups them into series. Reads heads and headers, never pixels; one bad file never
 * stops the batch. Companions may come before or after the file that needs them.
 * @param batch    files with paths that the caller has made safe ('/' between parts, no '..')
 * @param formats  formats to try, in order
 * @param progress called with the number of files done after each one
 */
export async function recognise(
  batch: AsyncIterable<FileEntry> | Iterable<FileEntry>,
  formats: readonly Format[] = allFormats,
  progress: (done: number) => void = () => {},
): Promise<Recognition> {
  const entries: FileEntry[] = []
  for await (const entry of batch) entries.push(entry)
  const index = indexOf(entries)

  const groups = new Map<string, Group>()
  const unplaced = new Map<string, string>()
  const claimed = new Map<string, string>()
  const measured: Found[] = []
  for (const [i, entry] of entries.entries()) {
    const outcome = await look(entry, formats, index)
    if ('reason' in outcome) {
      unplaced.set(entry.path, outcome.reason)
    } else if (outcome.scan.role === 'raw') {
      measured.push(outcome)
    } else {
      place(outcome, groups, unplaced, claimed, index.find)
    }
    progress(i + 1)
  }

  const positions = new Map(entries.map(({ path }, i) => [path, i]))
  const raw = placeRaw(measured, groups, index.find)
  for (const [path, reason] of raw) unplaced.set(path, reason)
  const placed = new Set([...groups.values()].flatMap((group) => [...group.files, ...group.raw]))
  return {
    series: [...groups.values()].flatMap((group) => finish(group, positions)),
    attachments: [...unplaced]
      .filter(([path]) => !placed.has(path))
      .toSorted(([a], [b]) => positions.get(a)! - positions.get(b)!)
      .map(([path, reason]) => ({ path, reason: claimed.get(path) ?? reason, ...(raw.has(path) && { isRaw: true }) })),
  }
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
  problem?: SeriesProblem
}

interface BatchIndex {
  find: (path: string) => string | undefined
  siblings: (path: string) => (folder?: string) => readonly SiblingFile[]
  source: (path: string) => ByteSource | undefined
}

function indexOf(entries: FileEntry[]): BatchIndex {
  const byLowerCase = new Map<string, string>()
  const folders = new Map<string, SiblingFile[]>()
  const sources = new Map(entries.map(({ path, source }) => [path, source]))
  for (const { path, source } of entries) {
    if (!byLowerCase.has(path.toLowerCase())) byLowerCase.set(path.toLowerCase(), path)
    const folder = folderOf(path)
    const list = folders.get(folder)
    const file = { path, size: source.size }
    if (list) list.push(file)
    else folders.set(folder, [file])
  }
  return {
    find: (path) => byLowerCase.get(path.toLowerCase()),
    siblings:
      (path) =>
      (folder = folderOf(path)) =>
        (folders.get(folder) ?? []).filter((file) => file.path !== path),
    source: (path) => sources.get(path),
  }
}

interface Found {
  path: string
  format: Format
  scan: FileScan
}

/** Tries the formats on one file. */
async function look(
  entry: FileEntry,
  formats: readonly Format[],
  index: BatchIndex,
): Promise<Found | { reason: string }> {
  if (entry.source.size === 0) return { reason: 'The file is empty.' }
  let lastFormat: Format | undefined
  try {
    const raw = await entry.source.read(0, Math.min(headBytes, entry.source.size))
    const compressed = isGzip(raw)
    const head = compressed ? gunzipHead(raw, headBytes) : raw
    for (const format of formats) {
      if (compressed && !format.extensions.some((ending) => ending.endsWith('.gz'))) continue
      if (!format.sniff(entry.path, head)) continue
      lastFormat = format
      try {
        return {
          path: entry.path,
          format,
          scan: await format.scan(entry, index.find, index.siblings(entry.path), index.source),
        }
      } catch (error) {
        if (error instanceof ImagingError && error.code === 'not-this-format') continue
        if (!(error instanceof ImagingError) || error.code === 'malformed') throw error
        const scan: FileScan = { seriesKey: entry.path, role: 'image', companions: [], facts: [], problem: error }
        return { path: entry.path, format, scan }
      }
    }
    return {
      reason: compressed
        ? 'Compressed with gzip; what is inside is not an image format read here.'
        : 'Not an image format that is read here.',
    }
  } catch (error) {
    const sentence = error instanceof Error ? error.message : String(error)
    return {
      reason: `${lastFormat ? `Looks like ${lastFormat.label}, but is damaged` : 'The file cannot be read'}: ${sentence}`,
    }
  }
}

function place(
  { path, format, scan }: Found,
  groups: Map<string, Group>,
  unplaced: Map<string, string>,
  claimed: Map<string, string>,
  find: (path: string) => string | undefined,
): void {
  if (scan.role === 'index') {
    const reason = scan.reason ?? `${format.label}: an index or raw data, kept as it is.`
    unplaced.set(path, reason)
    for (const companion of scan.companions) claimed.set(find(companion) ?? companion, reason)
    return
  }
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
function finish(group: Group, positions: Map<string, number>): SeriesCandidate[] {
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

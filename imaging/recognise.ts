import { ImagingError } from './errors.ts'
import type { FileEntry, FileScan, Format, SiblingFile } from './format.ts'
import { formats as allFormats } from './formats/index.ts'
import { createGrouping } from './grouping.ts'
import type { Found, Recognition } from './grouping.ts'
import { gunzipHead, isGzip } from './gunzip.ts'
import { folderOf } from './paths.ts'
import { withHead } from './source.ts'
import type { ByteSource } from './source.ts'

/** Formats are told apart by these first bytes. */
const headBytes = 4096
/** Read at once: most headers are in them. The reader of DICOM asks for as many. */
const firstBytes = 20 * 1024

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

  const grouping = createGrouping(index.find)
  for (const [i, entry] of entries.entries()) {
    const outcome = await look(entry, formats, index)
    if ('reason' in outcome) grouping.leave(entry.path, outcome.reason)
    else grouping.add(outcome)
    progress(i + 1)
  }
  return grouping.result(new Map(entries.map(({ path }, i) => [path, i])))
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

/** Tries the formats on one file. */
async function look(
  entry: FileEntry,
  formats: readonly Format[],
  index: BatchIndex,
): Promise<Found | { reason: string }> {
  if (entry.source.size === 0) return { reason: 'The file is empty.' }
  let lastFormat: Format | undefined
  try {
    const first = await entry.source.read(0, Math.min(firstBytes, entry.source.size))
    const file = { path: entry.path, source: withHead(entry.source, first) }
    const raw = first.subarray(0, headBytes)
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
          scan: await format.scan(file, index.find, index.siblings(entry.path), index.source),
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

import { ImagingError } from '../../errors.ts'
import type { FileEntry, FileScan, Format, SeriesReader, SiblingFile } from '../../format.ts'
import { planeBytes } from '../../header.ts'
import { folderOf } from '../../paths.ts'
import { rawPlanes } from '../../raw/planes.ts'
import { formatLabels } from '../labels.ts'
import { codeMeaning } from './codes.ts'
import { readFacts } from './facts.ts'
import { extentOf, layOut } from './layout.ts'
import { isInveonText, numberOf, readText } from './text.ts'
import type { InveonText } from './text.ts'

/** Siemens Inveon and Concorde microPET: a text header (`name.img.hdr`) beside a file of raw samples (`name.img`). */
export const inveon: Format = {
  id: 'inveon',
  label: formatLabels.inveon,
  mediaType: 'application/x-siemens-inveon',
  extensions: ['.img.hdr', '.img', '.hdr'],
  verified: false,
  sniff: (_name, head) => isInveonText(head),

  async scan(file, find, siblings = () => [], source = () => undefined): Promise<FileScan> {
    const text = await readText(file.source)
    const facts = readFacts(text)
    const raw = rawKind(text)
    if (raw) {
      const data = find(file.path.replace(/\.hdr$/i, ''))
      return {
        seriesKey: file.path,
        role: 'raw',
        companions: data === undefined || data === file.path ? [] : [data],
        facts,
        ...experimentOf(file.path, text),
        reason: `Siemens Inveon ${raw}: kept with its header, not displayed.`,
      }
    }
    const found: FileScan = {
      seriesKey: file.path,
      role: 'image',
      companions: [],
      facts,
      ...experimentOf(file.path, text),
    }
    try {
      const needed = neededBytes(text)
      const data = dataOf(file.path, text, needed, { find, siblings, sizeOf: (path) => source(path)?.size })
      found.companions.push(data?.path ?? file.path.replace(/\.hdr$/i, ''))
      if (data?.size !== undefined) text.main.locate(() => layOut(text, data.path, data.size!))
    } catch (error) {
      if (!(error instanceof ImagingError)) throw error
      found.problem = error
    }
    return found
  },

  async open(files): Promise<SeriesReader> {
    const heads = await Promise.all(files.map(({ source }) => source.read(0, Math.min(4096, source.size))))
    const headerAt = heads.findIndex(isInveonText)
    const headerFile = files[headerAt]
    if (!headerFile) throw new ImagingError('not-this-format', 'No Siemens Inveon text header is among the files.', 0)
    const text = await readText(headerFile.source)
    const raw = rawKind(text)
    if (raw) throw new ImagingError('unsupported', `${headerFile.path} describes ${raw}, not an image.`)
    const others = files.filter((file) => file !== headerFile)
    const data = pick(headerFile.path, text, others)
    const layout = text.main.locate(() => layOut(text, data.path, data.source.size))
    const { header, volumeOffsets, littleEndian } = layout
    const { z } = header.shape
    const offsetOf = (k: number) => volumeOffsets[Math.floor(k / z)]! + (k % z) * planeBytes(header)
    const block = { source: data.source, stored: header.sampleType, littleEndian, offsetOf }
    return {
      header,
      facts: readFacts(text),
      tags: async () => text.tags,
      ...rawPlanes(header, block, files.indexOf(data)),
    }
  },
}

/**
 * List mode, sinograms, projections and the images made from them lie in one folder, and their headers have the start of the
 * scan and the numbers of the study in common. Without a start nothing is certain.
 */
function experimentOf(path: string, { main }: InveonText): Pick<FileScan, 'experiment'> {
  const names = ['scan_time', 'modality', 'study_identifier', 'subject_identifier'].map((key) => main.get(key) ?? '')
  return names[0] === '' ? {} : { experiment: [folderOf(path), ...names].join('\n') }
}

/** Name of the kind of data when it is no image (sinogram, list mode ...), else undefined. */
function rawKind({ main }: InveonText): string | undefined {
  const type = numberOf(main, 'file_type') ?? 0
  return type === 0 || type === 5 || type === 8
    ? undefined
    : (codeMeaning('file_type', String(type)) ?? `file type ${type}`)
}

function neededBytes(text: InveonText): number {
  const extent = text.main.locate(() => extentOf(text))
  return extent.volumeBytes * extent.frames
}

function pick(headerPath: string, text: InveonText, others: FileEntry[]): FileEntry {
  const siblings = () => others.map(({ path, source }) => ({ path, size: source.size }))
  const byPath = new Map(others.map((file) => [file.path.toLowerCase(), file]))
  const held = (path: string) => byPath.get(path.toLowerCase())
  const found = dataOf(headerPath, text, neededBytes(text), {
    find: (path) => held(path)?.path,
    siblings,
    sizeOf: (path) => held(path)?.source.size,
  })
  const data = found ? held(found.path) : others.length === 1 ? others[0] : undefined
  if (data) return data
  const name = headerPath.replace(/\.hdr$/i, '')
  throw new ImagingError('missing-companion', `${headerPath} describes the image ${name}, which is not there. Add it.`)
}

/** The files that may be the data of a header. */
interface Around {
  find(path: string): string | undefined
  /** All of the folder; asked for only when the names lead nowhere, because a folder may hold thousands of pairs. */
  siblings(): readonly SiblingFile[]
  sizeOf(path: string): number | undefined
}

/**
 * The data file of a header: its own name without `.hdr`, else the base name that it states, else the same stem, else
 * the only `.img` of the folder with the announced size. The stated name is often an old one or an absolute path of
 * another computer, so nothing but its last part is used. A candidate that is too small counts only when no other fits.
 */
function dataOf(
  headerPath: string,
  text: InveonText,
  needed: number,
  around: Around,
): { path: string; size?: number } | undefined {
  let first: string | undefined
  for (const path of candidatesOf(headerPath, text, needed, around)) {
    if (path === undefined || path === headerPath) continue
    first ??= path
    const size = around.sizeOf(path)
    if (size === undefined) return { path }
    if (size >= needed) return { path, size }
  }
  // A candidate that is too small: the series says so.
  return first === undefined ? undefined : { path: first, size: around.sizeOf(first)! }
}

function* candidatesOf(
  headerPath: string,
  text: InveonText,
  needed: number,
  { find, siblings }: Around,
): Generator<string | undefined> {
  yield find(headerPath.replace(/\.hdr$/i, ''))
  const folder = folderOf(headerPath)
  const base = text.main.get('file_name')?.split(/[\\/]/).at(-1)
  if (base && base !== '.' && base !== '..') yield find(folder + base)
  const stem = (path: string) =>
    path
      .slice(folder.length)
      .replace(/(\.img)?(\.hdr)?$/i, '')
      .toLowerCase()
  const all = siblings()
  yield all.find(({ path }) => stem(path) === stem(headerPath) && !/\.hdr$/i.test(path))?.path
  const exact = all.filter(
    ({ path, size }) => /\.img$/i.test(path) && size === needed && find(`${path}.hdr`) === undefined,
  )
  if (exact.length === 1) yield exact[0]!.path
}

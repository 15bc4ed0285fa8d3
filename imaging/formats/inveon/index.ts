import { ImagingError } from '../../errors.ts'
import type { FileEntry, FileScan, Format, SeriesReader, SiblingFile } from '../../format.ts'
import { planeBytes } from '../../header.ts'
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

  async scan(file, find, siblings = () => []): Promise<FileScan> {
    const text = await readText(file.source)
    const facts = readFacts(text)
    const raw = rawKind(text)
    if (raw) {
      const data = find(file.path.replace(/\.hdr$/i, ''))
      return {
        seriesKey: file.path,
        role: 'index',
        companions: data === undefined || data === file.path ? [] : [data],
        facts,
        reason: `Siemens Inveon ${raw}: kept with its header, not displayed.`,
      }
    }
    const found: FileScan = { seriesKey: file.path, role: 'image', companions: [], facts }
    try {
      const needed = neededBytes(text)
      const data = dataOf(file.path, text, needed, [...siblings()], find)
      found.companions.push(data?.path ?? file.path.replace(/\.hdr$/i, ''))
      if (data?.size !== undefined) layOut(text, data.path, data.size)
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
    const layout = layOut(text, data.path, data.source.size)
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

/** Name of the kind of data when it is no image (sinogram, list mode ...), else undefined. */
function rawKind({ main }: InveonText): string | undefined {
  const type = numberOf(main, 'file_type') ?? 0
  return type === 0 || type === 5 || type === 8
    ? undefined
    : (codeMeaning('file_type', String(type)) ?? `file type ${type}`)
}

function neededBytes(text: InveonText): number {
  const extent = extentOf(text)
  return extent.volumeBytes * extent.frames
}

function pick(headerPath: string, text: InveonText, others: FileEntry[]): FileEntry {
  const list = others.map(({ path, source }) => ({ path, size: source.size }))
  const byPath = new Map(others.map((file) => [file.path.toLowerCase(), file]))
  const found = dataOf(headerPath, text, neededBytes(text), list, (path) => byPath.get(path.toLowerCase())?.path)
  const data = found ? byPath.get(found.path.toLowerCase()) : others.length === 1 ? others[0] : undefined
  if (data) return data
  const name = headerPath.replace(/\.hdr$/i, '')
  throw new ImagingError('missing-companion', `${headerPath} describes the image ${name}, which is not there. Add it.`)
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
  siblings: SiblingFile[],
  find: (path: string) => string | undefined,
): { path: string; size?: number } | undefined {
  const folder = headerPath.slice(0, headerPath.lastIndexOf('/') + 1)
  const stem = (path: string) =>
    path
      .slice(folder.length)
      .replace(/(\.img)?(\.hdr)?$/i, '')
      .toLowerCase()
  const base = text.main.get('file_name')?.split(/[\\/]/).at(-1)
  const sizes = new Map(siblings.map(({ path, size }) => [path, size]))
  const exact = siblings.filter(
    ({ path, size }) => /\.img$/i.test(path) && size === needed && find(`${path}.hdr`) === undefined,
  )
  const candidates = [
    find(headerPath.replace(/\.hdr$/i, '')),
    base && base !== '.' && base !== '..' ? find(folder + base) : undefined,
    siblings.find(({ path }) => stem(path) === stem(headerPath) && !/\.hdr$/i.test(path))?.path,
    exact.length === 1 ? exact[0]!.path : undefined,
  ].filter((path): path is string => path !== undefined && path !== headerPath)
  const path = candidates.find((candidate) => (sizes.get(candidate) ?? needed) >= needed) ?? candidates[0]
  if (path === undefined) return undefined
  const size = sizes.get(path)
  return size === undefined ? { path } : { path, size }
}

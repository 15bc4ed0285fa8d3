import { strFromU8 } from 'fflate'
import { ImagingError } from '../../errors.ts'
import type { FileEntry } from '../../format.ts'
import { folderOf } from '../../paths.ts'
import type { ByteSource } from '../../source.ts'
import { looksLikeTiff, readTiff, text } from './directory.ts'
import { looksLikeOme, parseOme, uuidOf } from './ome.ts'
import type { Ome } from './ome.ts'
import type { TiffEntry } from './planes.ts'

/** The TIFF files of a series and the description that holds for all of them. */
export interface TiffSet {
  /** The file that has the description comes first, then by path. Empty when the description alone was given. */
  opened: TiffEntry[]
  ome: Ome | null
  /** The description when it is a file of its own: a companion, or OME-XML with the pixels inside. */
  document: FileEntry | null
  warnings: string[]
}

const largestDocument = 64 * 1024 * 1024

/** Whether the bytes begin OME-XML that is not inside of a TIFF file (OME-XML file, companion file of a set). */
export function looksLikeDocument(head: Uint8Array): boolean {
  const start = strFromU8(head.subarray(0, 4096), true).replace(/^\u00ef\u00bb\u00bf/, '')
  return /^\s*<(\?xml|!--|(\w+:)?OME[\s>])/.test(start) && looksLikeOme(start)
}

/** @throws ImagingError */
export async function readDocument({ source }: Pick<FileEntry, 'source'>): Promise<Ome> {
  if (source.size > largestDocument)
    throw new ImagingError('too-large', `OME-XML of ${source.size} bytes is not read here.`)
  return parseOme(strFromU8(await source.read(0, source.size)))
}

/**
 * Files with equal keys are one set: they lie in one folder, because copies of a set have the same UUIDs. Full descriptions list the UUIDs of all files, in the same order in each; files that
 * hold pixels only name the UUID of the file that describes them (BinaryOnly), which is a companion or the first of the set.
 */
export function setKey(path: string, ome: Ome | null, isDocument: boolean): string {
  const key =
    ome?.describedBy?.uuid ??
    (ome?.describedBy && folderOf(path) + ome.describedBy.fileName) ??
    (isDocument ? (ome?.uuid ?? path) : undefined) ??
    (ome && ome.fileUuids.length > 1 ? ome.fileUuids[0] : undefined)
  return key === undefined ? `tiff:${path}` : `tiff:ome:${folderOf(path)}:${key}`
}

/** @throws ImagingError */
export async function openSet(files: FileEntry[]): Promise<TiffSet> {
  const warnings: string[] = []
  const opened: TiffEntry[] = []
  let ome: Ome | null = null
  let document: FileEntry | null = null
  for (const entry of files.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    const head = await headOf(entry.source)
    if (!looksLikeTiff(head) && looksLikeDocument(head)) {
      document ??= entry
      if (!ome || ome.images.length === 0) ome = await readDocument(entry)
      continue
    }
    const file = await readTiff(entry.source)
    const description = (await text(file, file.directories[0]!, 270)) ?? ''
    // In a large set each file repeats the whole description; one is enough.
    if (ome && ome.images.length > 0) {
      opened.push({ entry, file, uuid: uuidOf(description) })
      continue
    }
    const found = describe(description, warnings)
    const one = { entry, file, uuid: found?.uuid }
    if (found && found.images.length > 0) opened.unshift(one)
    else opened.push(one)
    ome = found ?? ome
  }
  if (ome && ome.images.length === 0) {
    const where = ome.describedBy?.fileName ?? 'another file of the set'
    if (opened.length > 1)
      throw new ImagingError(
        'missing-companion',
        `These ${opened.length} files are described by ${where}, which is not here. Add it.`,
      )
    warnings.push(`The description of the image is in ${where}; the pages are shown as a plain stack.`)
  }
  return { opened, ome, document, warnings }
}

const headOf = (source: ByteSource): Promise<Uint8Array> => source.read(0, Math.min(4096, source.size))

/** The OME-XML of a description, when it is such and can be read. */
export function describe(description: string, warnings: string[]): Ome | null {
  if (!looksLikeOme(description)) return null
  try {
    return parseOme(description)
  } catch (error) {
    if (!(error instanceof ImagingError)) throw error
    warnings.push(`${error.message} The pages are shown as a plain stack.`)
    return null
  }
}

import { ImagingError } from '../../errors.ts'
import type { FileEntry } from '../../format.ts'
import { planeBytes } from '../../header.ts'
import type { Header } from '../../header.ts'
import { readBlocks } from './blocks.ts'
import type { TiffFile } from './directory.ts'
import type { Layout, PlaneSource } from './layout.ts'
import { readPage } from './page.ts'
import type { Page } from './page.ts'
import { checkColour, contiguous, isPlain, readSamples, rgbFromPalette, rgbFromYcbcr } from './pixels.ts'

export interface TiffEntry {
  entry: FileEntry
  file: TiffFile
  /** UUID of the file in its OME-XML. */
  uuid: string | undefined
}

/** What a page is served as. */
export type Kind = 'samples' | 'colour' | 'palette' | 'ycbcr'

export interface Appended {
  count: number
  offset: number
}

/** Places of all planes in the order of the header. */
export function placesOf(layout: Layout): (PlaneSource | null)[] {
  const places: (PlaneSource | null)[] = []
  for (let c = 0; c < layout.c; c++) {
    for (let t = 0; t < layout.t; t++) for (let z = 0; z < layout.z; z++) places.push(layout.at(c, t, z))
  }
  return places
}

/** The file that a plane stands in. Names inside files are often out of date, so UUIDs go first. */
export function fileOf(place: PlaneSource, opened: TiffEntry[], isSet: boolean): TiffEntry | undefined {
  const [main] = opened
  if (place.uuid === undefined && place.fileName === undefined) return main
  const byUuid = place.uuid === undefined ? undefined : opened.find(({ uuid }) => uuid === place.uuid)
  if (byUuid) return byUuid
  const byName = opened.find(
    ({ entry }) => place.fileName !== undefined && entry.path.split('/').at(-1) === place.fileName,
  )
  if (byName) return byName
  return isSet ? undefined : main
}

export interface Reading {
  opened: TiffEntry[]
  /** The description places planes in several files. */
  isSet: boolean
  /** Directory index of each page that counts. */
  pages: number[]
  first: Page
  kind: Kind
  appended: Appended | null
}

/** The plane, or its rows `from` to before `to`. */
export async function readPlane(
  place: PlaneSource,
  reading: Reading,
  from = 0,
  to = reading.first.height,
): Promise<Uint8Array> {
  const { first, kind, appended, pages } = reading
  if (appended) return readSamples(shifted(first, appended, place.page), wantedSamples(first, kind, place), from, to)
  const holder = fileOf(place, reading.opened, reading.isSet)
  if (!holder)
    throw new ImagingError(
      'missing-companion',
      `This plane stands in the file ${place.fileName ?? place.uuid}, which is not here.`,
    )
  const directory = holder.file.directories[holder === reading.opened[0] ? (pages[place.page] ?? -1) : place.page]
  if (!directory)
    throw new ImagingError('truncated', `The file has no page ${place.page + 1}; bring the complete file again.`)
  const page = directory === first.directory ? first : await readPage(holder.file, directory)
  if (
    page.width !== first.width ||
    page.height !== first.height ||
    page.sampleType !== first.sampleType ||
    page.samples !== first.samples
  ) {
    throw new ImagingError(
      'malformed',
      `Page ${place.page + 1} differs from the first in size or kind.`,
      directory.offset,
    )
  }
  checkColour(page)
  const samples = await readSamples(page, wantedSamples(page, kind, place), from, to)
  if (kind === 'ycbcr') return rgbFromYcbcr(samples)
  return kind === 'palette' ? rgbFromPalette(samples, page.bits > 8 ? 2 : 1, (page.palette ?? first.palette)!) : samples
}

const wantedSamples = (page: Page, kind: Kind, place: PlaneSource): number[] =>
  kind === 'samples' ? [place.sample] : Array.from({ length: page.samples }, (_, i) => i)

/** The first page with its strips moved to plane `index`. */
function shifted(first: Page, appended: Appended, index: number): Page {
  const bytes = (first.width * first.height * first.samples * first.bits) / 8
  const entries = new Map(first.directory.entries)
  const value = (tag: number, number: number) => {
    const inline = new Uint8Array(8)
    new DataView(inline.buffer).setBigUint64(0, BigInt(number), first.file.littleEndian)
    entries.set(tag, { tag, type: 16, count: 1, offset: first.directory.offset, inline })
  }
  value(273, appended.offset + index * bytes)
  value(279, bytes)
  return { ...first, directory: { ...first.directory, entries }, blockHeight: first.height, blocksDown: 1 }
}

/** Strip tables of so many pages are read to find out whether planes can be served straight from the file. */
const mostChecked = 5000

/** Offset of plane 0 in the only file when all planes stand there as they are served; otherwise null. */
export async function directOffset(
  header: Header,
  places: (PlaneSource | null)[],
  reading: Reading,
): Promise<number | null> {
  const { opened, pages, first, kind, appended } = reading
  const isServable = (kind === 'samples' && first.samples === 1) || kind === 'colour'
  const { littleEndian } = first.file
  if (
    opened.length !== 1 ||
    !isServable ||
    !isPlain(first) ||
    (!littleEndian && first.bits > 8) ||
    places.length > mostChecked
  )
    return null
  const bytes = planeBytes(header)
  let start: number | null = null
  for (const [k, place] of places.entries()) {
    const directory = place && opened[0]!.file.directories[appended ? 0 : (pages[place.page] ?? -1)]
    if (!directory) return null
    let offset: number | null
    if (appended) offset = appended.offset + place.page * bytes
    else {
      const page = directory === first.directory ? first : await readPage(opened[0]!.file, directory)
      offset =
        isPlain(page) && page.bits === first.bits && page.sampleFormat === first.sampleFormat
          ? contiguous(page, await readBlocks(page))
          : null
    }
    start ??= offset
    if (offset === null || offset !== start! + k * bytes) return null
  }
  return start !== null && start + places.length * bytes <= first.file.source.size ? start : null
}

import { ImagingError } from '../../errors.ts'
import type { FileEntry, SeriesReader } from '../../format.ts'
import { planeBytes, planeCount } from '../../header.ts'
import type { Header } from '../../header.ts'
import { readBlocks } from './blocks.ts'
import { numbers, readTiff, text } from './directory.ts'
import type { TiffFile } from './directory.ts'
import { factsOf } from './facts.ts'
import { imageJLayout, looksLikeImageJ, parseImageJ } from './imageJ.ts'
import type { Layout, PlaneSource } from './layout.ts'
import { looksLikeOme, omeLayout, parseOme } from './ome.ts'
import type { Ome } from './ome.ts'
import { readPage } from './page.ts'
import type { Page } from './page.ts'
import { plainLayout, resolutionOf } from './plain.ts'
import { checkColour, contiguous, isPlain, readSamples, rgbFromPalette, rgbFromYcbcr } from './pixels.ts'
import { tagsOf } from './tags.ts'

interface TiffEntry {
  entry: FileEntry
  file: TiffFile
  ome: Ome | null
  warnings: string[]
}

/** What a page is served as. */
type Kind = 'samples' | 'colour' | 'palette' | 'ycbcr'

/**
 * Opens a TIFF file, or the files of one OME-TIFF set.
 * @throws ImagingError
 */
export async function openSeries(files: FileEntry[]): Promise<SeriesReader> {
  const opened: TiffEntry[] = []
  for (const entry of files) opened.push(await openFile(entry))
  const main = opened[0]
  if (!main) throw new ImagingError('missing-companion', 'The series has no file.')
  const { file, ome } = main
  const description = (await text(file, file.directories[0]!, 270)) ?? ''
  const first = await readPage(file, file.directories[0]!)
  checkColour(first)
  const isImageJ = looksLikeImageJ(description)
  const kind = kindOf(first, isImageJ)
  const samplesPerPixel = kind === 'samples' ? 1 : kind === 'colour' && first.samples === 4 ? 4 : 3
  const perPage = kind === 'samples' ? first.samples : 1
  const warnings = [...main.warnings, ...file.warnings]
  const appended = isImageJ ? await appendedPlanes(first, parseImageJ(description), warnings) : null
  let pages: number[] = file.directories.map((_, i) => i)
  let layout: Layout | null = null
  if (ome && ome.images.length > 0)
    layout = tryLayout(() => omeLayout(ome, pages.length, first.samples, kind !== 'samples'), warnings)
  if (!layout && isImageJ) {
    const resolution = await resolutionOf(file, file.directories[0]!)
    layout = imageJLayout(
      parseImageJ(description),
      appended?.count ?? pages.length,
      perPage,
      resolution?.perUnit ?? null,
    )
  }
  if (!layout) {
    pages = await similarPages(file, first, warnings)
    layout = await plainLayout(file, pages.length, perPage)
  }
  const header: Header = {
    format: 'tiff',
    modality: layout.modality,
    shape: { x: first.width, y: first.height, z: layout.z, t: layout.t, c: layout.c },
    sampleType: kind === 'palette' ? 'uint8' : first.sampleType,
    samplesPerPixel,
    spacing: layout.spacing,
    origin: null,
    direction: null,
    orientation: 'unknown',
    slope: [layout.slope],
    intercept: [layout.intercept],
    unit: layout.unit,
    frames: layout.frames,
    channels: layout.channels,
    window: layout.window,
    warnings: [...warnings, ...layout.warnings, ...notesOf(first)],
  }
  const places = placesOf(layout)
  const missing = places.filter((place) => place && !fileOf(place, opened)).length
  if (missing > 0)
    header.warnings.push(`${missing} of ${places.length} planes stand in other files of the set, which are not here.`)
  const read = (place: PlaneSource) =>
    readPlane(place, { opened, pages, first, kind, appended, bytes: planeBytes(header) })
  const direct = await directOffset(header, places, { opened, pages, first, kind, appended })
  return {
    header,
    facts: await factsOf(file, ome),
    tags: () => tagsOf(file, ome),
    async plane(k) {
      if (!Number.isInteger(k) || k < 0 || k >= planeCount(header)) {
        throw new ImagingError('malformed', `The series has planes 0 to ${planeCount(header) - 1}, not ${k}.`)
      }
      const place = places[k]
      if (!place) throw new ImagingError('malformed', `The description of the file gives no page for plane ${k + 1}.`)
      return read(place)
    },
    direct: () => direct,
  }
}

/** Reads the directories of a file, and its OME-XML when it has one that can be read. */
export async function openFile(entry: FileEntry, mostPages?: number): Promise<TiffEntry> {
  const file = await readTiff(entry.source, mostPages)
  const description = (await text(file, file.directories[0]!, 270)) ?? ''
  const warnings: string[] = []
  let ome: Ome | null = null
  if (looksLikeOme(description)) {
    try {
      ome = parseOme(description)
      if (ome.images.length === 0)
        warnings.push(
          'The description of the image is in another file of the set; the pages are shown as a plain stack.',
        )
    } catch (error) {
      if (!(error instanceof ImagingError)) throw error
      warnings.push(`${error.message} The pages are shown as a plain stack.`)
    }
  }
  return { entry, file, ome, warnings }
}

function kindOf(page: Page, isImageJ: boolean): Kind {
  const { photometric, samples } = page
  if (photometric === 2 && (samples === 3 || samples === 4)) return 'colour'
  if (photometric === 6 && samples === 3) return 'ycbcr'
  // ImageJ stores a grey image under a lookup table as palette: the indices are the measured values.
  if (photometric === 3 && samples === 1 && page.palette && !isImageJ) return 'palette'
  return 'samples'
}

function tryLayout(make: () => Layout, warnings: string[]): Layout | null {
  try {
    return make()
  } catch (error) {
    if (!(error instanceof ImagingError) || error.code === 'too-large') throw error
    warnings.push(`${error.message} The pages are shown as a plain stack.`)
    return null
  }
}

/** Pages that form one stack: those that look like the first, without thumbnails and masks. */
async function similarPages(file: TiffFile, first: Page, warnings: string[]): Promise<number[]> {
  const kept = [0]
  for (let i = 1; i < file.directories.length; i++) {
    const directory = file.directories[i]!
    const [subfile] = await numbers(file, directory, 254)
    const [width] = await numbers(file, directory, 256)
    const [height] = await numbers(file, directory, 257)
    const [bits = 1] = await numbers(file, directory, 258)
    const [samples = 1] = await numbers(file, directory, 277)
    const isSame = width === first.width && height === first.height && bits === first.bits && samples === first.samples
    if (isSame && ((subfile ?? 0) & 5) === 0) kept.push(i)
  }
  const left = file.directories.length - kept.length
  if (left > 0)
    warnings.push(
      `${left} of ${file.directories.length} pages differ from the first in size or kind (previews, masks) and were left out.`,
    )
  return kept
}

interface Appended {
  count: number
  offset: number
}

/** ImageJ files of more than 4 GiB have one page; all planes follow its pixels without gaps. */
async function appendedPlanes(first: Page, fields: Map<string, string>, warnings: string[]): Promise<Appended | null> {
  const count = Number(fields.get('images') ?? 1)
  if (!(count > first.file.directories.length) || !isPlain(first)) return null
  const offset = contiguous(first, await readBlocks(first))
  const bytes = (first.width * first.height * first.samples * first.bits) / 8
  if (offset === null) return null
  const there = Math.floor((first.file.source.size - offset) / bytes)
  if (there < count) warnings.push(`The description announces ${count} planes, but the file ends after ${there}.`)
  return there > first.file.directories.length ? { count: Math.min(count, there), offset } : null
}

/** Places of all planes in the order of the header. */
function placesOf(layout: Layout): (PlaneSource | null)[] {
  const places: (PlaneSource | null)[] = []
  for (let c = 0; c < layout.c; c++) {
    for (let t = 0; t < layout.t; t++) for (let z = 0; z < layout.z; z++) places.push(layout.at(c, t, z))
  }
  return places
}

/** The file that a plane stands in. Names inside files are often out of date, so UUIDs go first. */
function fileOf(place: PlaneSource, opened: TiffEntry[]): TiffEntry | undefined {
  const [main] = opened
  if (place.uuid === undefined && place.fileName === undefined) return main
  const byUuid = place.uuid === undefined ? undefined : opened.find(({ ome }) => ome?.uuid === place.uuid)
  if (byUuid) return byUuid
  const byName = opened.find(
    ({ entry }) => place.fileName !== undefined && entry.path.split('/').at(-1) === place.fileName,
  )
  if (byName) return byName
  return (main?.ome?.fileUuids.length ?? 0) <= 1 ? main : undefined
}

interface Reading {
  opened: TiffEntry[]
  /** Directory index of each page that counts. */
  pages: number[]
  first: Page
  kind: Kind
  appended: Appended | null
}

async function readPlane(place: PlaneSource, reading: Reading & { bytes: number }): Promise<Uint8Array> {
  const { first, kind, appended, pages } = reading
  if (appended) return readSamples(shifted(first, appended, place.page), wantedSamples(first, kind, place))
  const holder = fileOf(place, reading.opened)
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
  const samples = await readSamples(page, wantedSamples(page, kind, place))
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

async function directOffset(
  header: Header,
  places: (PlaneSource | null)[],
  reading: Reading,
): Promise<{ file: number; offset: number } | null> {
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
  return start !== null && start + places.length * bytes <= first.file.source.size ? { file: 0, offset: start } : null
}

function notesOf(page: Page): string[] {
  const notes: string[] = []
  if (page.photometric === 0 && page.sampleFormat !== 3)
    notes.push('Low values are meant to be shown bright (min-is-white); the stored values are kept.')
  if (page.orientation !== 1 && page.orientation >= 2 && page.orientation <= 8) {
    notes.push(
      `The file asks for the picture to be turned or mirrored (Orientation ${page.orientation}); it is shown as stored.`,
    )
  }
  if (page.bits === 64 && page.sampleFormat !== 3)
    notes.push('64-bit integers are shown as floating point numbers, exact up to 2^53.')
  return notes
}

import { ImagingError } from '../../errors.ts'
import type { FileEntry, SeriesReader } from '../../format.ts'
import { planeCount } from '../../header.ts'
import type { Header } from '../../header.ts'
import { readBlocks } from './blocks.ts'
import { openBinData } from './binData.ts'
import { numbers, subDirectories, text } from './directory.ts'
import type { TiffFile } from './directory.ts'
import { factsOf } from './facts.ts'
import { imageJLayout, looksLikeImageJ, parseImageJ } from './imageJ.ts'
import type { Layout, PlaneSource } from './layout.ts'
import { leadPage, withOneImage } from './images.ts'
import { omeLayout } from './ome.ts'
import type { Ome } from './ome.ts'
import { readPage } from './page.ts'
import type { Page } from './page.ts'
import { plainLayout, resolutionOf } from './plain.ts'
import { checkColour, contiguous, isPlain } from './pixels.ts'
import { directOffset, fileOf, placesOf, readPlane } from './planes.ts'
import type { Appended, Kind, Reading, TiffEntry } from './planes.ts'
import { openSet } from './set.ts'
import { tagsOf } from './tags.ts'

/**
 * Opens a TIFF file, or the files of one OME-TIFF set.
 * @param part one of several images that OME-XML describes
 * @throws ImagingError
 */
export async function openSeries(files: FileEntry[], part?: string): Promise<SeriesReader> {
  const { opened, ome: described, document, warnings } = await openSet(files)
  const main = opened[0]
  const ome =
    described &&
    withOneImage(
      described,
      opened.map(({ uuid }) => uuid),
      part,
    )
  if (!main) {
    if (document && ome) return openBinData(document, ome)
    throw new ImagingError('missing-companion', 'The series has no file.')
  }
  const { file } = main
  const description = (await text(file, file.directories[0]!, 270)) ?? ''
  const first = await firstPage(opened, ome)
  checkColour(first)
  // What the tables of the page announce must be possible before anything is promised.
  await readBlocks(first)
  const isImageJ = looksLikeImageJ(description)
  const kind = kindOf(first, isImageJ)
  const samplesPerPixel = kind === 'samples' ? 1 : kind === 'colour' && first.samples === 4 ? 4 : 3
  const perPage = kind === 'samples' ? first.samples : 1
  warnings.push(...file.warnings)
  const appended = isImageJ ? await appendedPlanes(first, parseImageJ(description), warnings) : null
  let pages: number[] = file.directories.map((_, i) => i)
  const pagesOfSet = opened.reduce((sum, one) => sum + one.file.directories.length, 0)
  let layout: Layout | null = null
  if (ome && ome.images.length > 0)
    layout = tryLayout(() => omeLayout(ome, pages.length, first.samples, kind !== 'samples', pagesOfSet), warnings)
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
    warnings: [...warnings, ...layout.warnings, ...notesOf(first), ...(await notesOfCopies(first))],
  }
  const places = placesOf(layout)
  const isSet = (ome?.fileUuids.length ?? 0) > 1
  const missing = places.filter((place) => place && !fileOf(place, opened, isSet)).length
  if (missing > 0)
    header.warnings.push(`${missing} of ${places.length} planes stand in other files of the set, which are not here.`)
  const reading: Reading = { opened, isSet, pages, first, kind, appended }
  const offset = await directOffset(header, places, reading)
  function placeOf(k: number): PlaneSource {
    if (!Number.isInteger(k) || k < 0 || k >= planeCount(header)) {
      throw new ImagingError('malformed', `The series has planes 0 to ${planeCount(header) - 1}, not ${k}.`)
    }
    const place = places[k]
    if (!place) throw new ImagingError('malformed', `The description of the file gives no page for plane ${k + 1}.`)
    return place
  }
  return {
    header,
    facts: await factsOf(file, ome),
    tags: () => tagsOf(file, ome),
    plane: async (k) => readPlane(placeOf(k), reading),
    bands: { rows: first.blockHeight, read: async (k, from, to) => readPlane(placeOf(k), reading, from, to) },
    direct: () => (offset === null ? null : { file: files.indexOf(main.entry), offset }),
  }
}

/** The first page of the image that is described, else of the file. */
async function firstPage(opened: readonly TiffEntry[], ome: Ome | null): Promise<Page> {
  const { file } = opened[0]!
  const lead = ome && ome.images.length > 0 ? leadPage(ome) : undefined
  const holder = lead?.uuid === undefined ? undefined : opened.find(({ uuid }) => uuid === lead.uuid)
  const held = holder?.file ?? file
  const directory = held.directories[lead?.page ?? 0]
  return directory ? readPage(held, directory) : readPage(file, file.directories[0]!)
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

/** Smaller copies of the page (the levels of a pyramid), which are no planes of their own. */
async function notesOfCopies(page: Page): Promise<string[]> {
  const sizes: string[] = []
  for (const copy of await subDirectories(page.file, page.directory)) {
    const [width] = await numbers(page.file, copy, 256)
    const [height] = await numbers(page.file, copy, 257)
    if (width && height && width <= page.width && height <= page.height && width * height < page.width * page.height)
      sizes.push(`${width} x ${height}`)
  }
  if (sizes.length === 0) return []
  return [`The page has ${sizes.length} smaller copies (${sizes.slice(0, 12).join(', ')}); the full size is shown.`]
}

/** Makes what the browser needs of a series: header, contiguous planes, range, coarse image, thumbnail, tags. Runs in a thread. */
import { createHash } from 'node:crypto'
import {
  closeSync,
  mkdirSync,
  openSync,
  readSync,
  readdirSync,
  rmSync,
  statSync,
  statfsSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { ImagingError } from '#imaging/errors.ts'
import type { SeriesReader } from '#imaging/format.ts'
import { planeBytes, planeCount } from '#imaging/header.ts'
import type { Header } from '#imaging/header.ts'
import { formatById } from '#imaging/formats/index.ts'
import { cropped, type Part } from '#imaging/geometry/cropped.ts'
import { straightened } from '#imaging/geometry/straightened.ts'
import { coarseOf, createCoarse } from '#imaging/render/coarse.ts'
import { levelHeader, levelOffset, levelsOf } from '#imaging/render/levels.ts'
import { createStatistics } from '#imaging/render/statistics.ts'
import type { Statistics } from '#imaging/render/statistics.ts'
import { thumbnail } from '#imaging/render/thumbnail.ts'
import { encodePng } from '#imaging/write/png.ts'
import type { FileSources, StoredFile } from './fileSource.ts'
import { writeLevels } from './levels.ts'
import type { TaskTools } from './threadTasks.ts'
import { writeComplete } from './writeComplete.ts'

/** Raised when the form of the derived files changes, so that all of them get new addresses. */
const layoutVersion = 3

/** Longest side of a thumbnail in pixels. */
const thumbnailSide = 256
/** Planes larger than this are read in bands of about this size. */
const bandBytes = 64 * 2 ** 20
const gatherBytes = 4 * 2 ** 20
const tagLimit = 20_000
const planeLimit = 1_000_000
const partAgeMilliseconds = 24 * 3600 * 1000
const spareBytes = 64 * 2 ** 20

export interface DeriveInput {
  files: (StoredFile & { sha256: string })[]
  /** `Format.id` of the series. */
  format: string
  /** `Part.id` when the files hold several images. */
  part?: string | undefined
  /** Voxels of the image that the series is made of; absent: all of them. */
  box?: Part | undefined
  /** Modality of the record, for files that do not say. */
  modality: string | null
  /** Folder of the series' derived files; made when absent. */
  folder: string
  /** Most bytes that a planes file may have. */
  byteLimit: number
}

/** Where the planes stand. */
export type PixelLayout =
  { kind: 'direct'; sha256: string; offset: number } | { kind: 'derived'; key: string; byteCount: number }

/** Values after slope and intercept; all 0 when no value is a finite number. */
export interface ValueRange {
  min: number
  max: number
  /** 1st and 99th percentile. */
  low: number
  high: number
}

export interface Derived {
  revision: string
  header: Header
  /** Index into the files and offset of plane 0 when a file already holds the planes as they are served. */
  direct: { file: number; offset: number } | null
  byteCount: number
  range: ValueRange
  /** Bytes of the files that were written. */
  sizes: Partial<Record<DerivedKind, number>>
}

export type DerivedKind = keyof ReturnType<typeof derivedNames>

/** Names of the derived files inside the folder of the series; the animation is made when it is first asked for. */
export const derivedNames = (revision: string) => ({
  planes: `${revision}.planes`,
  coarse: `${revision}.coarse`,
  levels: `${revision}.levels`,
  thumbnail: `${revision}.png`,
  animation: `${revision}.animation.png`,
  tags: `${revision}.tags.json`,
})

/** Names a state of the pixels: the same files, and the same part and box of them, always give the same revision. */
export function revisionOf(hashes: readonly string[], part?: string, box?: Part): string {
  const hash = createHash('sha256').update(`layout ${layoutVersion}${part === undefined ? '' : ` part ${part}`}`)
  if (box) hash.update(` box ${[box.x, box.y, box.z].join(' ')}`)
  for (const each of hashes.toSorted()) hash.update(each)
  return hash.digest('hex').slice(0, 16)
}

/**
 * Reads a series plane by plane; memory does not grow with the series. Files appear under their names only when they
 * are complete.
 * @throws ImagingError when the files cannot be read or are beyond the limits
 */
export async function derive(input: DeriveInput, sources: FileSources, tools: TaskTools): Promise<Derived> {
  const format = formatById(input.format)
  if (!format) {
    throw new ImagingError(
      'unsupported',
      `There is no reader for the format "${input.format}"; the files can be downloaded.`,
    )
  }
  const entries = input.files.map((file) => ({ path: file.path, source: sources.source(file) }))
  const whole = straightened(await format.open(entries, input.part), input.modality ?? undefined)
  const reader = input.box ? cropped(whole, input.box) : whole
  tools.beat()
  const { header } = reader
  const count = planeCount(header)
  const bytes = planeBytes(header) * count
  check(header, count, bytes, input.byteLimit)

  const revision = revisionOf(
    input.files.map((file) => file.sha256),
    input.part,
    input.box,
  )
  const names = derivedNames(revision)
  mkdirSync(input.folder, { recursive: true })
  removeOldParts(input.folder)
  const direct = reader.direct()
  const statistics = createStatistics(header)
  await withCoarse(input.folder, names.coarse, header, async (coarse) => {
    const pass = (write: (plane: Uint8Array) => void) =>
      eachBand(reader, count, tools, (k, rows, first) => {
        statistics.add(k, rows)
        coarse?.add(k, rows, first)
        write(rows)
      })
    if (direct) await pass(() => undefined)
    else await writePlanes(input.folder, names.planes, bytes, pass)
  })

  const planes = direct
    ? { file: input.files[direct.file]!.blobPath, offset: direct.offset }
    : { file: path.join(input.folder, names.planes), offset: 0 }
  const levels = levelsOf(header)
  const smallest = levels.at(-1)
  if (smallest)
    await writeComplete(input.folder, names.levels, (to) => writeLevels(header, planes, to, () => tools.beat()))

  // Planes come back from the file just written: many readers can only go forwards cheaply.
  const stored = smallest ? path.join(input.folder, names.levels) : direct ? null : planes.file
  const handle = stored === null ? null : openSync(stored, 'r')
  try {
    const start = levelOffset(header, levels, levels.length - 1)
    const shown = smallest ? levelHeader(header, smallest) : header
    const source = handle === null ? reader : { header: shown, plane: planeOf(handle, planeBytes(shown), start) }
    const { width, height, rgb } = await thumbnail(source, { size: thumbnailSide, modality: input.modality })
    await writeComplete(input.folder, names.thumbnail, (to) => writeFileSync(to, encodePng(width, height, 3, rgb)))
  } finally {
    if (handle !== null) closeSync(handle)
  }
  const file = input.files.length === 1 ? input.files[0]!.path : null
  const tags = JSON.stringify((await reader.tags()).slice(0, tagLimit).map((tag) => ({ file, ...tag })))
  await writeComplete(input.folder, names.tags, (to) => writeFileSync(to, tags))
  const sizes: Derived['sizes'] = {}
  for (const kind of ['planes', 'coarse', 'levels', 'thumbnail', 'tags'] as const) {
    if (kind === 'planes' ? direct : kind === 'coarse' ? !coarseOf(header) : kind === 'levels' && !smallest) continue
    sizes[kind] = statSync(path.join(input.folder, names[kind])).size
  }
  return { revision, header, direct, byteCount: bytes, range: rangeOf(statistics.result()), sizes }
}

const rangeOf = (found: Statistics | null): ValueRange => ({
  min: found?.minimum ?? 0,
  max: found?.maximum ?? 0,
  low: found?.percentile1 ?? 0,
  high: found?.percentile99 ?? 0,
})

function check(header: Header, count: number, bytes: number, byteLimit: number): void {
  if (count > planeLimit) {
    throw new ImagingError(
      'too-large',
      `The image says that it has ${count} planes; more than ${planeLimit} are not read.`,
    )
  }
  if (bytes > byteLimit) {
    throw new ImagingError(
      'too-large',
      `The image says that it has ${bytes} bytes of pixels; at most ${byteLimit} are read. Check the header of the file.`,
    )
  }
  for (const values of [header.slope, header.intercept]) {
    if (values.length !== 1 && values.length !== count) {
      throw new ImagingError('malformed', `The image has ${count} planes and ${values.length} value scales.`)
    }
  }
}

/** Hands over the planes one by one; large ones in bands of rows, where the reader can. */
async function eachBand(
  reader: SeriesReader,
  count: number,
  tools: TaskTools,
  use: (k: number, rows: Uint8Array, first: number) => void,
): Promise<void> {
  const { header, bands } = reader
  const { y } = header.shape
  const size = planeBytes(header)
  const least = Math.ceil(bandBytes / (size / y))
  const height = bands && size > bandBytes ? Math.min(y, Math.ceil(least / bands.rows) * bands.rows) : y
  let told = Date.now()
  for (let k = 0; k < count; k++) {
    for (let first = 0; first < y; first += height) {
      const end = Math.min(y, first + height)
      const rows = await (height < y ? bands!.read(k, first, end) : reader.plane(k))
      const expected = (size / y) * (end - first)
      if (rows.length !== expected) {
        throw new ImagingError('malformed', `Plane ${k} has ${rows.length} bytes where ${expected} are needed.`)
      }
      use(k, rows, first)
      tools.beat(k)
      if (Date.now() - told < 250) continue
      told = Date.now()
      tools.send((k + end / y) / count)
    }
  }
}

const planeOf = (file: number, size: number, start: number) => async (k: number) => {
  const plane = new Uint8Array(size)
  readSync(file, plane, 0, size, start + k * size)
  return plane
}

/** Writes the planes of `pass` one after the other. */
async function writePlanes(
  folder: string,
  name: string,
  bytes: number,
  pass: (write: (plane: Uint8Array) => void) => Promise<void>,
): Promise<void> {
  const disk = statfsSync(folder)
  if (disk.bavail * disk.bsize < bytes + spareBytes) {
    throw new ImagingError('too-large', `The planes need ${bytes} bytes; there is not enough space in the data folder.`)
  }
  await writeComplete(folder, name, async (to) => {
    const gathered = new Uint8Array(Math.min(gatherBytes, bytes))
    let filled = 0
    await pass((plane) => {
      if (filled + plane.length > gathered.length) {
        writeFileSync(to, gathered.subarray(0, filled))
        filled = 0
      }
      if (plane.length > gathered.length) writeFileSync(to, plane)
      else {
        gathered.set(plane, filled)
        filled += plane.length
      }
    })
    writeFileSync(to, gathered.subarray(0, filled))
  })
}

/** Writes the reduced image of the planes that `pass` adds to it; without a file when the image is small. */
async function withCoarse(
  folder: string,
  name: string,
  header: Header,
  pass: (coarse: ReturnType<typeof createCoarse> | null) => Promise<void>,
): Promise<void> {
  const reduced = coarseOf(header)
  if (!reduced) return pass(null)
  await writeComplete(folder, name, (to) => pass(createCoarse(header, reduced, (plane) => writeFileSync(to, plane))))
}

/** Parts that a killed process left; a younger one may belong to a process at work. */
function removeOldParts(folder: string): void {
  for (const name of readdirSync(folder)) {
    const file = path.join(folder, name)
    if (name.endsWith('.part') && Date.now() - statSync(file).mtimeMs > partAgeMilliseconds)
      rmSync(file, { force: true })
  }
}

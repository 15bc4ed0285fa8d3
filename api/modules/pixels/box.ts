/** A box of voxels of one time point, read row by row: what is not in it is not sent, and not read where that saves time. */
import { Readable } from 'node:stream'
import type { Shape } from '#imaging/header.ts'
import { lengthOf } from '#imaging/measure/region.ts'
import type { Interval } from '#imaging/measure/region.ts'
import { AppError, invalidField } from '#api/errors.ts'
import { blockBytes, gapBytes } from '#api/imaging/regionRows.ts'
import type { Span } from '#api/modules/content/range.ts'
import type { Lease } from '#api/storage/descriptors.ts'

export interface Box {
  x: Interval
  y: Interval
  z: Interval
  t: number
  c: number
}

/** As it is asked for: intervals as "from:to", absent ones are the whole axis. */
export interface BoxQuery {
  x?: string
  y?: string
  z?: string
  t?: number
  c?: number
}

/** How voxels stand in the file of the planes. */
export interface Voxels {
  shape: Shape
  /** Bytes of all samples of one voxel. */
  voxelBytes: number
}

/** Rows that are read one by one, and bytes that are read in all; a client that wants more asks in parts. */
const mostReads = 65_536
const mostBytes = 4 * 2 ** 30

const axisItems = { x: 'voxels along x', y: 'voxels along y', z: 'voxels along z', t: 'time points', c: 'channels' }

/**
 * The part of an axis that is asked for as "from:to"; absent is the whole axis.
 * @throws AppError invalid that names the parameter and what the image has
 */
export function intervalOf(shape: Shape, axis: keyof Shape, asked: string | undefined): Interval {
  if (asked === undefined) return [0, shape[axis]]
  const [from = 0, to = 0] = asked.split(':').map(Number)
  if (from < to && to <= shape[axis]) return [from, to]
  throw invalidField(
    `?${axis}`,
    `The image has ${shape[axis]} ${axisItems[axis]}: give FROM:TO within 0:${shape[axis]}, FROM before TO.`,
    asked,
  )
}

/** @throws AppError invalid that names the parameter and what the image has */
export function boxOf({ shape, voxelBytes }: Voxels, query: BoxQuery): Box {
  const interval = (axis: 'x' | 'y' | 'z') => intervalOf(shape, axis, query[axis])
  const number = (axis: 't' | 'c', what: string): number => {
    const asked = query[axis] ?? 0
    if (asked < shape[axis]) return asked
    throw invalidField(`?${axis}`, `The image has the ${what} 0 to ${shape[axis] - 1}.`, asked)
  }
  const box = {
    x: interval('x'),
    y: interval('y'),
    z: interval('z'),
    t: number('t', 'time points'),
    c: number('c', 'channels'),
  }
  if (boxSpan({ shape, voxelBytes }, box)) return box
  const { isRowwise, readBytes } = readingOf({ shape, voxelBytes }, box)
  const rows = lengthOf(box.y) * lengthOf(box.z)
  if ((isRowwise && rows > mostReads) || rows * readBytes > mostBytes) {
    throw new AppError('tooLarge', 'So large a box is not read at once. Ask for it in several parts along y or z.')
  }
  return box
}

/** Bytes of a row of the box, of a row of the image, and of what is read for a row of the box. */
function readingOf({ shape, voxelBytes }: Voxels, { x }: Box) {
  const outBytes = lengthOf(x) * voxelBytes
  const rowBytes = shape.x * voxelBytes
  const isRowwise = rowBytes - outBytes > gapBytes
  return { outBytes, rowBytes, isRowwise, readBytes: isRowwise ? outBytes : rowBytes }
}

export const boxBytes = (voxels: Voxels, box: Box): number =>
  lengthOf(box.y) * lengthOf(box.z) * readingOf(voxels, box).outBytes

/** Name of a box, the same for the same voxels. */
export const boxName = ({ x, y, z, t, c }: Box): string => [x, y, z].map((i) => i.join('-')).join('_') + `_${t}_${c}`

/** Index of the plane that slice z of the box is. */
const planeOf = ({ shape }: Voxels, { t, c }: Box, z: number): number => (c * shape.t + t) * shape.z + z

/** Where the box stands in the file, when it is whole planes one after the other; null otherwise. */
export function boxSpan(voxels: Voxels, box: Box): Span | null {
  const { shape, voxelBytes } = voxels
  const planeBytes = shape.x * shape.y * voxelBytes
  if (lengthOf(box.x) < shape.x || lengthOf(box.y) < shape.y) return null
  const start = planeOf(voxels, box, box.z[0]) * planeBytes
  return { start, end: start + lengthOf(box.z) * planeBytes }
}

/**
 * The bytes `span` of the box: rows of x, for each y, for each z. Reads one block at a time, when the reader of the stream
 * has room; the lease is given back at its end, however it ends.
 * @param offset where plane 0 starts in the file
 */
export async function boxStream(
  voxels: Voxels,
  box: Box,
  span: Span,
  { offset, acquire }: { offset: number; acquire: () => Promise<Lease> },
): Promise<Readable> {
  const lease = await acquire()
  const rows = boxRows(voxels, box, span, offset, lease)
  // A generator that was never asked does not run its end.
  const stream = Readable.from(rows, { objectMode: false, highWaterMark: blockBytes })
  return stream.once('close', () => void lease.release())
}

async function* boxRows(voxels: Voxels, box: Box, span: Span, offset: number, lease: Lease): AsyncGenerator<Buffer> {
  const { shape, voxelBytes } = voxels
  const { outBytes, rowBytes, isRowwise, readBytes } = readingOf(voxels, box)
  const rowsOfPlane = lengthOf(box.y)
  const skip = isRowwise ? 0 : box.x[0] * voxelBytes
  const end = Math.ceil(span.end / outBytes)
  for (let row = Math.floor(span.start / outBytes); row < end;) {
    const room = Math.max(1, Math.floor(blockBytes / Math.max(readBytes, outBytes)))
    const first = row
    const block = Buffer.allocUnsafe(Math.min(room, end - row) * outBytes)
    let filled = 0
    while (row < end && row - first < room) {
      const y = row % rowsOfPlane
      const rowsAtOnce = isRowwise ? 1 : Math.min(rowsOfPlane - y, end - row, room - (row - first))
      const place = planeOf(voxels, box, box.z[0] + Math.floor(row / rowsOfPlane)) * shape.y + box.y[0] + y
      const from = offset + place * rowBytes + (isRowwise ? box.x[0] * voxelBytes : 0)
      const got = await readRows(lease, from, rowsAtOnce * readBytes)
      for (let r = 0; r < rowsAtOnce; r++) {
        filled += got.copy(block, filled, r * readBytes + skip, r * readBytes + skip + outBytes)
      }
      row += rowsAtOnce
    }
    yield block.subarray(Math.max(0, span.start - first * outBytes), Math.min(filled, span.end - first * outBytes))
  }
}

async function readRows(lease: Lease, from: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length)
  for (let filled = 0; filled < length;) {
    const { bytesRead } = await lease.handle.read(bytes, filled, length - filled, from + filled)
    if (bytesRead === 0) throw new Error(`the planes end at byte ${from + filled}`)
    filled += bytesRead
  }
  return bytes
}

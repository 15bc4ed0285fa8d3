/**
 * Label volumes as runs. Layout: "VLB1", then the labels along x, y, z and time as four 32-bit little-endian numbers, then
 * the runs: one byte for the label and its length in LEB128 (seven bits a byte, the least first, the eighth bit says that
 * more follow). x runs fastest, then y, z and time. Files are kept compressed with gzip.
 */
import { ImagingError } from '../errors.ts'

/** Labels along x, y, z and time. */
export type LabelShape = readonly [x: number, y: number, z: number, t: number]

const magic = [0x56, 0x4c, 0x42, 0x31]
const headerBytes = 20

export const voxelsOf = ([x, y, z]: LabelShape): number => x * y * z

/**
 * @param volumes labels of each time point, x fastest; null where nothing is labelled
 * @returns the bytes, not yet compressed
 */
export function encodeRuns(shape: LabelShape, volumes: readonly (Uint8Array | null)[]): Uint8Array<ArrayBuffer> {
  const voxels = voxelsOf(shape)
  const out = new Growing()
  out.header(shape)
  let [label, length] = [0, 0]
  const next = (one: number, count: number) => {
    if (one === label) {
      length += count
      return
    }
    if (length > 0) out.run(label, length)
    ;[label, length] = [one, count]
  }
  for (let t = 0; t < shape[3]; t++) {
    const volume = volumes[t] ?? null
    if (volume === null) {
      next(0, voxels)
      continue
    }
    if (volume.length !== voxels) throw new RangeError(`A time point has ${voxels} labels, not ${volume.length}.`)
    for (let i = 0; i < voxels;) {
      const one = volume[i]!
      const from = i
      while (i < voxels && volume[i] === one) i++
      next(one, i - from)
    }
  }
  if (length > 0) out.run(label, length)
  return out.bytes()
}

/**
 * Reads the shape.
 * @throws ImagingError malformed
 */
export function shapeOfRuns(bytes: Uint8Array): LabelShape {
  if (bytes.length < headerBytes || magic.some((byte, n) => bytes[n] !== byte))
    throw new ImagingError('malformed', 'This is no label volume: it does not begin with “VLB1”.')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return [view.getUint32(4, true), view.getUint32(8, true), view.getUint32(12, true), view.getUint32(16, true)]
}

/**
 * The runs one after the other.
 * @param each told the label, the index of its first voxel and the index after its last
 * @throws ImagingError malformed when the runs do not fill the volume exactly, truncated when they end inside of one
 */
export function eachRun(bytes: Uint8Array, each: (label: number, from: number, to: number) => void): void {
  const shape = shapeOfRuns(bytes)
  const total = voxelsOf(shape) * shape[3]
  let at = 0
  for (let n = headerBytes; n < bytes.length;) {
    const label = bytes[n++]!
    let [length, factor] = [0, 1]
    for (;;) {
      const byte = bytes[n++]
      if (byte === undefined) throw new ImagingError('truncated', 'The label volume ends inside of a run.')
      length += (byte & 127) * factor
      if (byte < 128) break
      factor *= 128
    }
    if (length === 0 || at + length > total)
      throw new ImagingError('malformed', `The runs of the label volume do not fit into its ${total} voxels.`)
    each(label, at, at + length)
    at += length
  }
  if (at !== total) throw new ImagingError('truncated', `The label volume has labels for ${at} of ${total} voxels.`)
}

/** Volumes of each time point; null where nothing is labelled. @throws ImagingError as `eachRun` */
export function decodeRuns(bytes: Uint8Array): { shape: LabelShape; volumes: (Uint8Array<ArrayBuffer> | null)[] } {
  const shape = shapeOfRuns(bytes)
  const voxels = voxelsOf(shape)
  const volumes: (Uint8Array<ArrayBuffer> | null)[] = []
  eachRun(bytes, (label, from, to) => {
    if (label === 0) return
    forEachTime(voxels, from, to, (t, start, end) => {
      volumes[t] ??= new Uint8Array(voxels)
      volumes[t].fill(label, start, end)
    })
  })
  return { shape, volumes: Array.from({ length: shape[3] }, (_, t) => volumes[t] ?? null) }
}

export interface LabelCount {
  number: number
  time: number
  voxels: number
}

/** How many voxels each label has at each time point, without unpacking. @throws ImagingError as `eachRun` */
export function countRuns(bytes: Uint8Array): LabelCount[] {
  const voxels = voxelsOf(shapeOfRuns(bytes))
  const counts = new Map<number, number>()
  eachRun(bytes, (label, from, to) => {
    if (label === 0) return
    forEachTime(voxels, from, to, (t, start, end) => {
      const key = t * 256 + label
      counts.set(key, (counts.get(key) ?? 0) + end - start)
    })
  })
  return [...counts]
    .map(([key, count]) => ({ number: key % 256, time: Math.floor(key / 256), voxels: count }))
    .sort((a, b) => a.number - b.number || a.time - b.time)
}

function forEachTime(voxels: number, from: number, to: number, each: (t: number, start: number, end: number) => void) {
  for (let t = Math.floor(from / voxels); t * voxels < to; t++) {
    each(t, Math.max(from - t * voxels, 0), Math.min(to - t * voxels, voxels))
  }
}

/** Bytes that become more. */
class Growing {
  #held = new Uint8Array(4096)
  #length = 0

  header(shape: LabelShape): void {
    this.#held.set(magic)
    const view = new DataView(this.#held.buffer)
    for (const [n, count] of shape.entries()) view.setUint32(4 + 4 * n, count, true)
    this.#length = headerBytes
  }

  run(label: number, length: number): void {
    if (this.#length + 12 > this.#held.length) {
      const larger = new Uint8Array(this.#held.length * 2)
      larger.set(this.#held)
      this.#held = larger
    }
    this.#held[this.#length++] = label
    let rest = length
    while (rest >= 128) {
      this.#held[this.#length++] = (rest % 128) + 128
      rest = Math.floor(rest / 128)
    }
    this.#held[this.#length++] = rest
  }

  bytes(): Uint8Array<ArrayBuffer> {
    return this.#held.slice(0, this.#length)
  }
}

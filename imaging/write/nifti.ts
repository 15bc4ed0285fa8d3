import { Gzip } from 'fflate'
import { ImagingError } from '../errors.ts'
import { indexToWorld } from '../geometry/affine.ts'
import { sampleBytes } from '../header.ts'
import type { Header, SampleType } from '../header.ts'
import { converted, hasOneScale } from './planes.ts'
import type { Image } from './planes.ts'

/** Data type codes of NIfTI-1.1. */
const codes: Record<SampleType, number> = {
  uint8: 2,
  int16: 4,
  int32: 8,
  float32: 16,
  float64: 64,
  int8: 256,
  uint16: 512,
  uint32: 768,
}

export interface NiftiOptions {
  /** Compress as `.nii.gz`. */
  gzip?: boolean
  /** Text for `descrip`, at most 79 Latin-1 characters. */
  description?: string
}

/**
 * A NIfTI file as a stream of bytes: NIfTI-1, or NIfTI-2 when an axis is longer than 32,767. Channels become the fifth
 * axis. Values whose slope differs from plane to plane are written as float32 values, because the format has one slope.
 * Frames of unequal length are written with the duration of the first.
 * @throws ImagingError 'unsupported' for colour samples that are not 8 bits
 */
export async function* writeNifti(image: Image, options: NiftiOptions = {}): AsyncGenerator<Uint8Array> {
  if (!options.gzip) {
    yield* plain(image, options)
    return
  }
  let ready: Uint8Array[] = []
  const gzip = new Gzip({ level: 5, mtime: 0 }, (bytes) => ready.push(bytes))
  for await (const part of plain(image, options)) {
    gzip.push(part)
    yield* ready
    ready = []
  }
  gzip.push(new Uint8Array(), true)
  yield* ready
}

async function* plain({ header, planes }: Image, options: NiftiOptions): AsyncGenerator<Uint8Array> {
  const values = !hasOneScale(header)
  const sampleType = values ? 'float32' : header.sampleType
  yield headerBytes(header, sampleType, values, options)
  let k = 0
  for await (const plane of planes()) {
    yield values ? converted(header, k, plane, sampleType, true) : plane
    k++
  }
}

function headerBytes(
  h: Header,
  sampleType: SampleType,
  values: boolean,
  { description = '' }: NiftiOptions,
): Uint8Array {
  if (h.samplesPerPixel > 1 && h.sampleType !== 'uint8') {
    throw new ImagingError('unsupported', `NIfTI holds colours of 8 bits; these are ${h.sampleType}.`)
  }
  const { x, y, z, t, c } = h.shape
  const second = Math.max(x, y, z, t, c) > 32767
  const at = second ? offsets2 : offsets1
  const bytes = new Uint8Array(second ? 544 : 352)
  const view = new DataView(bytes.buffer)
  const float = (offset: number, value: number) =>
    second ? view.setFloat64(offset, value, true) : view.setFloat32(offset, value, true)
  const code = (offset: number, value: number) =>
    second ? view.setInt32(offset, value, true) : view.setInt16(offset, value, true)
  const text = (offset: number, value: string, most: number) => {
    for (let i = 0; i < Math.min(value.length, most); i++) bytes[offset + i] = value.charCodeAt(i)
  }
  const step = second ? 8 : 4
  const samples = h.samplesPerPixel

  view.setInt32(0, second ? 540 : 348, true)
  if (second) bytes.set([0x6e, 0x2b, 0x32, 0, 0x0d, 0x0a, 0x1a, 0x0a], 4)
  else text(344, 'n+1', 3)
  const rank = c > 1 ? 5 : t > 1 ? 4 : 3
  for (const [i, size] of [rank, x, y, z, t, c, 1, 1].entries()) {
    if (second) view.setBigInt64(at.dim + 8 * i, BigInt(size), true)
    else view.setInt16(at.dim + 2 * i, size, true)
  }
  view.setInt16(at.datatype, samples === 3 ? 128 : samples === 4 ? 2304 : codes[sampleType], true)
  view.setInt16(at.datatype + 2, 8 * samples * sampleBytes[sampleType], true)
  if (second) view.setBigInt64(at.voxOffset, 544n, true)
  else view.setFloat32(at.voxOffset, 352, true)
  float(at.sclSlope, values ? 1 : h.slope[0]!)
  float(at.sclSlope + step, values ? 0 : h.intercept[0]!)
  float(at.calMax, h.window?.high ?? 0)
  float(at.calMax + step, h.window?.low ?? 0)
  float(at.toffset, h.frames?.startSeconds[0] ?? 0)
  text(at.descrip, description, 79)
  if (second) view.setInt32(at.xyztUnits, 2 | 8, true)
  else bytes[at.xyztUnits] = 2 | 8

  const affine = indexToWorld(h)
  const sizes = h.spacing ?? [0, 0, 0]
  const pixdim = [1, ...sizes, h.frames?.durationSeconds[0] ?? 0, 0, 0, 0]
  if (affine) {
    // LPS to RAS negates the first two rows.
    const rows = [0, 1, 2].map((row) => affine.slice(4 * row, 4 * row + 4).map((v) => (row < 2 ? 0 - v : v)))
    const { quaternion, qfac } = quaternionOf(rows, sizes)
    pixdim[0] = qfac
    code(at.qformCode, 1)
    code(at.qformCode + (second ? 4 : 2), 1)
    for (const [i, value] of [...quaternion, ...rows.map((row) => row[3]!)].entries())
      float(at.quatern + step * i, value)
    for (const [i, value] of rows.flat().entries()) float(at.srow + step * i, value)
  }
  for (const [i, value] of pixdim.entries()) float(at.pixdim + step * i, value)
  return bytes
}

/** Byte offsets of the fields that are written (NIfTI-1.1 nifti1.h, NIfTI-2 nifti2.h). */
const offsets1 = {
  dim: 40,
  datatype: 70,
  pixdim: 76,
  voxOffset: 108,
  sclSlope: 112,
  xyztUnits: 123,
  calMax: 124,
  toffset: 136,
  descrip: 148,
  qformCode: 252,
  quatern: 256,
  srow: 280,
}
const offsets2: typeof offsets1 = {
  dim: 16,
  datatype: 12,
  pixdim: 104,
  voxOffset: 168,
  sclSlope: 176,
  xyztUnits: 500,
  calMax: 192,
  toffset: 216,
  descrip: 240,
  qformCode: 344,
  quatern: 352,
  srow: 400,
}

/** Quaternion b, c, d of the rotation in an affine, and the sign of its third axis (NIfTI-1.1 method 2). */
function quaternionOf(
  rows: number[][],
  sizes: readonly number[],
): { quaternion: [number, number, number]; qfac: 1 | -1 } {
  const r = rows.map((row) => row.slice(0, 3).map((v, j) => v / sizes[j]!))
  const [a, b, c] = r as [number[], number[], number[]]
  const determinant =
    a[0]! * (b[1]! * c[2]! - b[2]! * c[1]!) -
    a[1]! * (b[0]! * c[2]! - b[2]! * c[0]!) +
    a[2]! * (b[0]! * c[1]! - b[1]! * c[0]!)
  const qfac = determinant < 0 ? -1 : 1
  const m = r.map((row) => [row[0]!, row[1]!, row[2]! * qfac])
  const [xx, yy, zz] = [m[0]![0]!, m[1]![1]!, m[2]![2]!]
  // Of the four equal ways to write the quaternion the one that divides by the largest number is exact enough.
  const squares = [1 + xx + yy + zz, 1 + xx - yy - zz, 1 - xx + yy - zz, 1 - xx - yy + zz]
  const largest = squares.indexOf(Math.max(...squares))
  const s = 2 * Math.sqrt(squares[largest]!)
  const sum = (i: number, j: number) => (m[i]![j]! + m[j]![i]!) / s
  const difference = (i: number, j: number) => (m[i]![j]! - m[j]![i]!) / s
  const [w, qx, qy, qz] = [
    [s / 4, difference(2, 1), difference(0, 2), difference(1, 0)],
    [difference(2, 1), s / 4, sum(0, 1), sum(0, 2)],
    [difference(0, 2), sum(0, 1), s / 4, sum(1, 2)],
    [difference(1, 0), sum(0, 2), sum(1, 2), s / 4],
  ][largest] as [number, number, number, number]
  // The format keeps no sign of the scalar part: it is taken as positive.
  const sign = w < 0 ? -1 : 1
  return { quaternion: [sign * qx, sign * qy, sign * qz], qfac }
}

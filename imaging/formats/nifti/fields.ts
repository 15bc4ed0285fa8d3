import { NIFTI1, NIFTI2 } from 'nifti-reader-js'
import { fixedText } from '../../bytes.ts'
import { ImagingError } from '../../errors.ts'
import type { Tag } from '../../format.ts'
import type { ByteSource } from '../../source.ts'

/** The header of a NIfTI-1 or NIfTI-2 file as stored, before anything is derived from it. */
export interface NiftiFields {
  version: 1 | 2
  littleEndian: boolean
  /** Header and data in two files ('ni1', 'ni2'). */
  isPair: boolean
  headerBytes: number
  dim: number[]
  pixdim: number[]
  datatype: number
  bitpix: number
  voxOffset: number
  sclSlope: number
  sclInter: number
  calMin: number
  calMax: number
  toffset: number
  xyztUnits: number
  qformCode: number
  sformCode: number
  quatern: [number, number, number]
  qoffset: [number, number, number]
  /** srow_x, srow_y, srow_z. */
  srow: number[][]
  intentCode: number
  intentName: string
  tags: Tag[]
}

const magics: Record<string, { version: 1 | 2; isPair: boolean }> = {
  'n+1': { version: 1, isPair: false },
  ni1: { version: 1, isPair: true },
  'n+2': { version: 2, isPair: false },
  ni2: { version: 2, isPair: true },
}

/** Which NIfTI the first bytes are: sizeof_hdr in either byte order and the magic text (NIfTI-1.1, NIfTI-2). */
export function niftiKind(head: Uint8Array): { version: 1 | 2; isPair: boolean; littleEndian: boolean } | undefined {
  if (head.length < 348) return undefined
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  for (const littleEndian of [true, false]) {
    const size = view.getInt32(0, littleEndian)
    const at = size === 348 ? 344 : size === 540 ? 4 : -1
    const kind = at < 0 ? undefined : magics[fixedText(head.subarray(at, at + 4))]
    if (kind && kind.version === (size === 348 ? 1 : 2)) return { ...kind, littleEndian }
  }
  return undefined
}

/**
 * Reads the header fields.
 * @param source inflated bytes of the file that holds the header
 * @throws ImagingError 'not-this-format', 'truncated'
 */
export async function readFields(source: ByteSource): Promise<NiftiFields> {
  const start = await source.read(0, Math.min(348, source.size))
  const kind = niftiKind(start)
  if (!kind) throw new ImagingError('not-this-format', 'The file does not start with a NIfTI-1 or NIfTI-2 header.', 0)
  const headerBytes = kind.version === 1 ? 348 : 540
  // A copy of exactly the header: given more bytes, the library would walk the extensions itself, and it follows
  // negative sizes.
  const bytes = new Uint8Array(await source.read(0, headerBytes))
  const view = new DataView(bytes.buffer)
  const le = kind.littleEndian
  const h = kind.version === 1 ? new NIFTI1() : new NIFTI2()
  h.readHeader(bytes.buffer)

  const second = kind.version === 2
  // The library joins the halves of negative and of large big-endian 64-bit integers wrongly; these two decide sizes.
  const int64 = (at: number) => Number(view.getBigInt64(at, le))
  const float = (at: number) => (second ? view.getFloat64(at, le) : view.getFloat32(at, le))
  const step = second ? 8 : 4
  const srowAt = second ? 400 : 280
  // The library merges sform and qform into one matrix; both are needed here to fall back from a broken one.
  const srow = [0, 1, 2].map((row) => [0, 1, 2, 3].map((column) => float(srowAt + (row * 4 + column) * step)))
  const dim = second ? h.dims.map((_, i) => int64(16 + 8 * i)) : h.dims
  const voxOffset = second ? int64(168) : h.vox_offset
  const description = second ? bytes.subarray(240, 320) : bytes.subarray(148, 228)
  const auxiliary = second ? bytes.subarray(320, 344) : bytes.subarray(228, 252)
  const intentName = fixedText(second ? bytes.subarray(508, 524) : bytes.subarray(328, 344))

  const each = (key: string, name: string, values: number[]) => values.map((v, i) => tag(`${key}[${i}]`, name, v))
  return {
    version: kind.version,
    littleEndian: le,
    isPair: kind.isPair,
    headerBytes,
    dim,
    pixdim: h.pixDims,
    datatype: h.datatypeCode,
    bitpix: h.numBitsPerVoxel,
    voxOffset,
    sclSlope: h.scl_slope,
    sclInter: h.scl_inter,
    calMin: h.cal_min,
    calMax: h.cal_max,
    toffset: h.toffset,
    xyztUnits: h.xyzt_units,
    qformCode: h.qform_code,
    sformCode: h.sform_code,
    quatern: [h.quatern_b, h.quatern_c, h.quatern_d],
    qoffset: [h.qoffset_x, h.qoffset_y, h.qoffset_z],
    srow,
    intentCode: h.intent_code,
    intentName,
    tags: [
      tag('magic', 'Format', `${fixedText(second ? bytes.subarray(4, 8) : bytes.subarray(344, 348))}`),
      tag('byte order', 'Byte order', le ? 'little endian' : 'big endian'),
      ...each('dim', 'Size along axis', dim),
      ...each('pixdim', 'Grid spacing', h.pixDims),
      tag('datatype', 'Data type code', h.datatypeCode),
      tag('bitpix', 'Bits per voxel', h.numBitsPerVoxel),
      tag('vox_offset', 'Offset of the data', voxOffset),
      tag('scl_slope', 'Value slope', h.scl_slope),
      tag('scl_inter', 'Value intercept', h.scl_inter),
      tag('cal_min', 'Display minimum', h.cal_min),
      tag('cal_max', 'Display maximum', h.cal_max),
      tag('xyzt_units', 'Units of space and time', h.xyzt_units),
      tag('toffset', 'Time offset', h.toffset),
      tag('slice_duration', 'Slice duration', h.slice_duration),
      tag('slice_code', 'Slice timing code', h.slice_code),
      tag('slice_start', 'First slice', h.slice_start),
      tag('slice_end', 'Last slice', h.slice_end),
      tag('dim_info', 'Frequency, phase and slice axes', h.dim_info),
      tag('intent_code', 'Intent code', h.intent_code),
      tag('intent_name', 'Intent', intentName),
      tag('intent_p1', 'Intent parameter 1', h.intent_p1),
      tag('intent_p2', 'Intent parameter 2', h.intent_p2),
      tag('intent_p3', 'Intent parameter 3', h.intent_p3),
      tag('descrip', 'Description', fixedText(description)),
      tag('aux_file', 'Auxiliary file', fixedText(auxiliary)),
      tag('qform_code', 'Quaternion transform code', h.qform_code),
      tag('sform_code', 'Affine transform code', h.sform_code),
      tag('quatern', 'Quaternion b, c, d', [h.quatern_b, h.quatern_c, h.quatern_d].join(' ')),
      tag('qoffset', 'Quaternion offset', [h.qoffset_x, h.qoffset_y, h.qoffset_z].join(' ')),
      ...['x', 'y', 'z'].map((axis, i) => tag(`srow_${axis}`, 'Affine row', srow[i]!.join(' '))),
    ],
  }
}

const tag = (key: string, name: string, value: unknown): Tag => ({ key, name, value: String(value) })

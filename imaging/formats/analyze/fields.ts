import { fixedText } from '../../bytes.ts'
import { ImagingError } from '../../errors.ts'
import type { Tag } from '../../format.ts'
import type { ByteSource } from '../../source.ts'

/** The 348-byte header of Analyze 7.5 (Mayo Foundation, dbh.h), with the fields that SPM gave another meaning. */
export interface AnalyzeFields {
  littleEndian: boolean
  dim: number[]
  pixdim: number[]
  voxUnits: string
  calUnits: string
  datatype: number
  bitpix: number
  voxOffset: number
  /** funused1: SPM's scale factor. */
  scale: number
  /** funused2: SPM2's intercept. */
  intercept: number
  calMax: number
  calMin: number
  patientId: string
  tags: Tag[]
}

const headerBytes = 348

/** Byte order of the header, or undefined when it is none: its own size, no NIfTI magic, 1 to 7 axes. */
export function analyzeOrder(head: Uint8Array): { littleEndian: boolean } | undefined {
  if (head.length < headerBytes) return undefined
  if (['n+1', 'ni1'].includes(fixedText(head.subarray(344, 348)))) return undefined
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  for (const littleEndian of [true, false]) {
    const axes = view.getInt16(40, littleEndian)
    if (view.getInt32(0, littleEndian) === headerBytes && axes >= 1 && axes <= 7) return { littleEndian }
  }
  return undefined
}

/**
 * Reads the header fields.
 * @param source inflated bytes of the `.hdr` file
 * @throws ImagingError 'not-this-format'
 */
export async function readAnalyze(source: ByteSource): Promise<AnalyzeFields> {
  const bytes = await source.read(0, Math.min(headerBytes, source.size)).catch(() => new Uint8Array())
  const order = analyzeOrder(bytes)
  if (!order) throw new ImagingError('not-this-format', 'The file does not start with an Analyze 7.5 header.', 0)
  const { littleEndian } = order
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const short = (at: number) => view.getInt16(at, littleEndian)
  const int = (at: number) => view.getInt32(at, littleEndian)
  const float = (at: number) => view.getFloat32(at, littleEndian)
  const text = (at: number, length: number) => fixedText(bytes.subarray(at, at + length))
  const each = <T>(count: number, value: (i: number) => T) => Array.from({ length: count }, (_, i) => value(i))
  const dim = each(8, (i) => short(40 + 2 * i))
  const pixdim = each(8, (i) => float(76 + 4 * i))
  const fields = {
    littleEndian,
    dim,
    pixdim,
    voxUnits: text(56, 4),
    calUnits: text(60, 8),
    datatype: short(70),
    bitpix: short(72),
    voxOffset: float(108),
    scale: float(112),
    intercept: float(116),
    calMax: float(124),
    calMin: float(128),
    patientId: text(283, 10),
  }
  return {
    ...fields,
    tags: [
      tag('byte order', 'Byte order', littleEndian ? 'little endian' : 'big endian'),
      tag('data_type', 'Data type name', text(4, 10)),
      tag('db_name', 'Name', text(14, 18)),
      tag('extents', 'Extents', int(32)),
      tag('regular', 'Regular', text(38, 1)),
      ...dim.map((v, i) => tag(`dim[${i}]`, 'Size along axis', v)),
      tag('vox_units', 'Unit of length', fields.voxUnits),
      tag('cal_units', 'Unit of values', fields.calUnits),
      tag('datatype', 'Data type code', fields.datatype),
      tag('bitpix', 'Bits per voxel', fields.bitpix),
      ...pixdim.map((v, i) => tag(`pixdim[${i}]`, 'Grid spacing', v)),
      tag('vox_offset', 'Offset of the data', fields.voxOffset),
      tag('funused1', 'SPM scale factor', fields.scale),
      tag('funused2', 'SPM2 intercept', fields.intercept),
      tag('cal_max', 'Largest calibrated value', fields.calMax),
      tag('cal_min', 'Smallest calibrated value', fields.calMin),
      tag('glmax', 'Largest stored value', int(140)),
      tag('glmin', 'Smallest stored value', int(144)),
      tag('descrip', 'Description', text(148, 80)),
      tag('aux_file', 'Auxiliary file', text(228, 24)),
      tag('orient', 'Orientation code', bytes[252]),
      tag('originator', 'Originator', text(253, 10)),
      tag('originator as origin', 'SPM origin voxel, from 1', each(5, (i) => short(253 + 2 * i)).join(' ')),
      tag('generated', 'Generated', text(263, 10)),
      tag('scannum', 'Scan number', text(273, 10)),
      tag('patient_id', 'Patient', fields.patientId),
      tag('exp_date', 'Date', text(293, 10)),
      tag('exp_time', 'Time', text(303, 10)),
    ],
  }
}

const tag = (key: string, name: string, value: unknown): Tag => ({ key, name, value: String(value) })

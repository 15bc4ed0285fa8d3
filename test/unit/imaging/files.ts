import { gzipSync } from 'node:zlib'
import type { FileEntry, SeriesReader } from '#imaging/format.ts'
import { formatById } from '#imaging/formats/index.ts'
import { planeCount } from '#imaging/header.ts'
import type { Header } from '#imaging/header.ts'
import { memorySource } from '#imaging/source.ts'

export const entry = (path: string, bytes: Uint8Array | string): FileEntry => ({
  path,
  source: memorySource(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes),
})

export const open = (format: string, ...files: FileEntry[]): Promise<SeriesReader> => formatById(format)!.open(files)

export const allPlanes = async (reader: SeriesReader): Promise<Uint8Array[]> => {
  const planes: Uint8Array[] = []
  for (let k = 0; k < planeCount(reader.header); k++) planes.push(Uint8Array.from(await reader.plane(k)))
  return planes
}

/** Fields of a hand-made NIfTI-1 header; what is not given is 0. */
export interface NiftiParts {
  dim: number[]
  datatype: number
  bitpix?: number
  pixdim?: number[]
  slope?: number
  inter?: number
  units?: number
  toffset?: number
  voxOffset?: number
  calMax?: number
  calMin?: number
  sform?: number[][]
  qform?: { quatern: number[]; offset: number[] }
  magic?: string
  intentName?: string
}

const bits: Record<number, number> = { 2: 8, 4: 16, 8: 32, 16: 32, 32: 64, 64: 64, 128: 24, 256: 8, 512: 16, 768: 32, 1024: 64, 1280: 64, 1792: 128, 2304: 32 } // prettier-ignore

/** The 352 bytes before the data of a NIfTI-1 file (348 for a pair), written from the layout in nifti1.h. */
export function niftiHeader(parts: NiftiParts, littleEndian = true): Uint8Array {
  const magic = parts.magic ?? 'n+1'
  const bytes = Buffer.alloc(magic === 'n+1' ? 352 : 348)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const float = (at: number, v: number | undefined) => view.setFloat32(at, v ?? 0, littleEndian)
  view.setInt32(0, 348, littleEndian)
  parts.dim.forEach((v, i) => view.setInt16(40 + 2 * i, v, littleEndian))
  view.setInt16(70, parts.datatype, littleEndian)
  view.setInt16(72, parts.bitpix ?? bits[parts.datatype] ?? 0, littleEndian)
  ;(parts.pixdim ?? [1, 1, 1, 1, 0, 0, 0, 0]).forEach((v, i) => float(76 + 4 * i, v))
  float(108, parts.voxOffset ?? (magic === 'n+1' ? 352 : 0))
  float(112, parts.slope)
  float(116, parts.inter)
  bytes[123] = parts.units ?? 10
  float(124, parts.calMax)
  float(128, parts.calMin)
  float(136, parts.toffset)
  if (parts.qform) {
    view.setInt16(252, 1, littleEndian)
    ;[...parts.qform.quatern, ...parts.qform.offset].forEach((v, i) => float(256 + 4 * i, v))
  }
  if (parts.sform) {
    view.setInt16(254, 1, littleEndian)
    parts.sform.flat().forEach((v, i) => float(280 + 4 * i, v))
  }
  bytes.write(parts.intentName ?? '', 328, 'latin1')
  bytes.write(magic, 344, 'latin1')
  return bytes
}

export const joined = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(parts))
export const gzipped = (bytes: Uint8Array): Uint8Array => Uint8Array.from(gzipSync(bytes))

/** An Inveon header: main keys, then one block for each frame. */
export const inveonHeader = (
  main: Record<string, string | number>,
  frames: Record<string, string | number>[] = [{}],
): string =>
  [
    '#',
    '# Header file for data file E:\\data\\old name.img',
    '#',
    ...Object.entries({ version: '1.91', file_type: 5, data_order: 1, ...main }).map(
      ([key, value]) => `${key} ${value}`,
    ),
    'end_of_header',
    ...frames.flatMap((frame, i) => [
      `frame ${i}`,
      ...Object.entries(frame).map(([key, value]) => `${key} ${value}`),
      'end_of_header',
    ]),
  ].join('\r\n')

/** Fields of a hand-made Analyze 7.5 header; what is not given is 0. */
export interface AnalyzeParts {
  dim: number[]
  datatype: number
  bitpix?: number
  pixdim?: number[]
  voxUnits?: string
  voxOffset?: number
  scale?: number
  intercept?: number
  originator?: number[]
  patientId?: string
}

const analyzeBits: Record<number, number> = { 2: 8, 4: 16, 8: 32, 16: 32, 32: 64, 64: 64, 128: 24, 130: 8, 132: 16, 136: 32, 512: 16 } // prettier-ignore

/** The 348 bytes of an Analyze 7.5 header, written from the layout in dbh.h. */
export function analyzeHeader(parts: AnalyzeParts, littleEndian = true): Uint8Array {
  const bytes = new Uint8Array(348)
  const view = new DataView(bytes.buffer)
  const text = (at: number, value: string) => bytes.set(Buffer.from(value, 'latin1'), at)
  view.setInt32(0, 348, littleEndian)
  view.setInt32(32, 16384, littleEndian)
  text(38, 'r')
  parts.dim.forEach((v, i) => view.setInt16(40 + 2 * i, v, littleEndian))
  text(56, parts.voxUnits ?? 'mm')
  view.setInt16(70, parts.datatype, littleEndian)
  view.setInt16(72, parts.bitpix ?? analyzeBits[parts.datatype] ?? 0, littleEndian)
  ;(parts.pixdim ?? [0, 1, 1, 1]).forEach((v, i) => view.setFloat32(76 + 4 * i, v, littleEndian))
  view.setFloat32(108, parts.voxOffset ?? 0, littleEndian)
  view.setFloat32(112, parts.scale ?? 0, littleEndian)
  view.setFloat32(116, parts.intercept ?? 0, littleEndian)
  ;(parts.originator ?? []).forEach((v, i) => view.setInt16(253 + 2 * i, v, littleEndian))
  text(283, parts.patientId ?? '')
  return bytes
}

const metaTypes: Record<string, string> = { uint8: 'MET_UCHAR', int8: 'MET_CHAR', uint16: 'MET_USHORT', int16: 'MET_SHORT', uint32: 'MET_UINT', int32: 'MET_INT', float32: 'MET_FLOAT', float64: 'MET_DOUBLE' } // prettier-ignore

/** The header of a MetaImage as ITK writes it; `keys` replace and add, ElementDataFile comes last. */
export function metaHeader(
  { shape, sampleType, spacing, origin, direction }: Header,
  keys: Record<string, string | number> & { ElementDataFile: string },
): string {
  const { ElementDataFile, ...rest } = keys
  const sizes = [shape.x, shape.y, shape.z, ...(shape.t > 1 ? [shape.t] : [])]
  const all = {
    ObjectType: 'Image',
    NDims: sizes.length,
    BinaryData: 'True',
    BinaryDataByteOrderMSB: 'False',
    CompressedData: 'False',
    ...(direction && { TransformMatrix: direction.join(' ') }),
    ...(origin && { Offset: origin.join(' ') }),
    ...(spacing && { ElementSpacing: spacing.join(' ') }),
    DimSize: sizes.join(' '),
    ElementType: metaTypes[sampleType]!,
    ...rest,
    ElementDataFile,
  }
  return Object.entries(all)
    .map(([key, value]) => `${key} = ${value}\n`)
    .join('')
}

/** An Interfile header with these keys between its first and its last line. */
export const interfileHeader = (keys: Record<string, string | number>): string =>
  ['!INTERFILE :=', ...Object.entries(keys).map(([key, value]) => `${key} := ${value}`), '!END OF INTERFILE :=', ''].join('\r\n') // prettier-ignore

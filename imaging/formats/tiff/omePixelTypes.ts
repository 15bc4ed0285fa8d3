import type { SampleType } from '../../header.ts'
import { table } from '../../table.ts'

/** Pixel types of OME-XML (2016-06 schema, PixelType); bit and the complex ones are not read. */
export const omePixelTypes: Record<SampleType, string> = {
  uint8: 'uint8',
  int8: 'int8',
  uint16: 'uint16',
  int16: 'int16',
  uint32: 'uint32',
  int32: 'int32',
  float32: 'float',
  float64: 'double',
}

/** The sample type of a pixel type. */
export const sampleTypeOfOme = table<SampleType>(
  Object.fromEntries(Object.entries(omePixelTypes).map(([sampleType, name]) => [name, sampleType as SampleType])),
)

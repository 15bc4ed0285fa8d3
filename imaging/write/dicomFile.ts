import { data as dcmjs } from 'dcmjs'
import type { Header } from '../header.ts'
import { sampleBytes } from '../header.ts'
import type { DicomAttributes } from './dicomMetadata.ts'

export interface WrittenFile {
  /** "IM0001.dcm" */
  name: string
  bytes: Uint8Array
}

const explicitLittleEndian = '1.2.840.10008.1.2.1'
/** Names this writer in (0002,0012). */
const implementation = { uid: '2.25.216174063915126170298357064930741082341', name: 'VIVARCHIVE' }

/** A Part 10 file (PS3.10, 7), explicit VR little endian. */
export function part10(
  sopClass: string,
  sopInstance: string,
  header: Pick<Header, 'sampleType'>,
  attributes: DicomAttributes,
): Uint8Array {
  const isWide = sampleBytes[header.sampleType] === 2
  const { DicomMetaDictionary, DicomDict } = dcmjs
  const denaturalized = (set: DicomAttributes) =>
    DicomMetaDictionary.denaturalizeDataset({ ...set, _vrMap: { PixelData: isWide ? 'OW' : 'OB' } })
  const meta = denaturalized({
    FileMetaInformationVersion: new Uint8Array([0, 1]).buffer,
    MediaStorageSOPClassUID: sopClass,
    MediaStorageSOPInstanceUID: sopInstance,
    TransferSyntaxUID: explicitLittleEndian,
    ImplementationClassUID: implementation.uid,
    ImplementationVersionName: implementation.name,
  })
  const file = new DicomDict(meta)
  file.dict = denaturalized({
    SpecificCharacterSet: 'ISO_IR 192',
    SOPClassUID: sopClass,
    SOPInstanceUID: sopInstance,
    ...attributes,
  })
  return new Uint8Array(file.write())
}

/** Image Pixel Module (PS3.3 C.7.6.3). */
export function pixelAttributes(
  header: Pick<Header, 'shape' | 'sampleType' | 'samplesPerPixel'>,
  planes: Uint8Array[],
): DicomAttributes {
  const { shape, sampleType, samplesPerPixel } = header
  const bits = sampleBytes[sampleType] * 8
  const length = planes.reduce((total, plane) => total + plane.length, 0)
  // Values have an even length (PS3.5, 7.1.1).
  const bytes = new Uint8Array(length + (length % 2))
  let at = 0
  for (const plane of planes) {
    bytes.set(plane, at)
    at += plane.length
  }
  return {
    SamplesPerPixel: samplesPerPixel,
    PhotometricInterpretation: samplesPerPixel === 3 ? 'RGB' : 'MONOCHROME2',
    ...(samplesPerPixel === 3 ? { PlanarConfiguration: 0 } : {}),
    Rows: shape.y,
    Columns: shape.x,
    BitsAllocated: bits,
    BitsStored: bits,
    HighBit: bits - 1,
    PixelRepresentation: sampleType.startsWith('int') ? 1 : 0,
    PixelData: bytes.buffer,
  }
}

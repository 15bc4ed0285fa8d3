/**
 * Multi-frame DICOM, plane by plane: the product's own writer holds a whole object in memory, which these would not fit into.
 */
import { createRequire } from 'node:module'
import type { SampleType } from '#imaging/header.ts'
import { planeBytes, planeCount } from '#imaging/header.ts'
import { side, type BenchImage } from './images.ts'

/** Multi-frame grey-scale Secondary Capture (PS3.4, annex B.5). */
const sopClasses: Partial<Record<SampleType, string>> = {
  uint8: '1.2.840.10008.5.1.4.1.1.7.2',
  int16: '1.2.840.10008.5.1.4.1.1.7.3',
}
const explicitLittleEndian = '1.2.840.10008.1.2.1'
const jpeg2000Lossless = '1.2.840.10008.1.2.4.90'
/** So many planes are compressed, and repeated: compressing all would take longer than everything else. */
const compressedPlanes = 16

export const dicomUids = { study: '2.25.1', series: '2.25.1.1', instance: '2.25.1.1.1' }

/** One object, explicit VR little endian: the planes stand in it as they are served. */
export async function* multiFrameDicom(image: BenchImage): AsyncGenerator<Uint8Array> {
  const { header } = image
  const isByte = header.sampleType === 'uint8'
  yield dataSet(image, explicitLittleEndian)
  yield Buffer.concat([
    longElement(isByte ? 'OB' : 'OW', 0x7fe0, 0x0010),
    number(planeBytes(header) * planeCount(header), 4),
  ])
  yield* image.planes()
}

/** One object, each frame a JPEG 2000 code stream in an item of its own (PS3.5, annex A.4). */
export async function* jpeg2000Dicom(image: BenchImage): AsyncGenerator<Uint8Array> {
  const { header } = image
  const encode = await jpeg2000Encoder(header.sampleType)
  const streams: Buffer[] = []
  for (const plane of image.planes()) {
    if (streams.length === compressedPlanes) break
    const stream = encode(plane)
    streams.push(Buffer.concat([stream, Buffer.alloc(stream.length % 2)]))
  }
  const item = (bytes: Buffer) => Buffer.concat([number(0xfffe, 2), number(0xe000, 2), number(bytes.length, 4), bytes])
  yield dataSet(image, jpeg2000Lossless)
  yield Buffer.concat([longElement('OB', 0x7fe0, 0x0010), number(0xffffffff, 4), item(Buffer.alloc(0))])
  for (let k = 0; k < planeCount(header); k++) yield item(streams[k % streams.length]!)
  yield Buffer.concat([number(0xfffe, 2), number(0xe0dd, 2), number(0, 4)])
}

/** The parts of the encoder that are used; the product only decodes. */
interface Encoder {
  getDecodedBuffer(frame: {
    width: number
    height: number
    bitsPerSample: number
    componentCount: number
    isSigned: boolean
  }): Uint8Array
  encode(): void
  getEncodedBuffer(): Uint8Array
  delete(): void
}

async function jpeg2000Encoder(sampleType: SampleType): Promise<(plane: Uint8Array) => Buffer> {
  const factory = createRequire(import.meta.url)('@cornerstonejs/codec-openjpeg/wasmjs') as () => Promise<{
    J2KEncoder: new () => Encoder
  }>
  const { J2KEncoder } = await factory()
  const bitsPerSample = sampleType === 'uint8' ? 8 : 16
  const frame = { width: side, height: side, bitsPerSample, componentCount: 1, isSigned: sampleType === 'int16' }
  return (plane) => {
    const encoder = new J2KEncoder()
    encoder.getDecodedBuffer(frame).set(plane)
    encoder.encode()
    const stream = Buffer.from(encoder.getEncodedBuffer())
    encoder.delete()
    return stream
  }
}

/** Everything before the pixels. */
function dataSet({ header }: BenchImage, transferSyntax: string): Buffer {
  const sopClass = sopClasses[header.sampleType]!
  const bits = header.sampleType === 'uint8' ? 8 : 16
  const meta = Buffer.concat([
    element(0x0002, 0x0001, 'OB', Buffer.from([0, 1])),
    element(0x0002, 0x0002, 'UI', sopClass),
    element(0x0002, 0x0003, 'UI', dicomUids.instance),
    element(0x0002, 0x0010, 'UI', transferSyntax),
    element(0x0002, 0x0012, 'UI', '2.25.2'),
  ])
  return Buffer.concat([
    Buffer.alloc(128),
    Buffer.from('DICM'),
    element(0x0002, 0x0000, 'UL', number(meta.length, 4)),
    meta,
    element(0x0008, 0x0016, 'UI', sopClass),
    element(0x0008, 0x0018, 'UI', dicomUids.instance),
    element(0x0008, 0x0060, 'CS', 'OT'),
    element(0x0010, 0x0010, 'PN', 'BENCH'),
    element(0x0010, 0x0020, 'LO', 'BENCH'),
    element(0x0020, 0x000d, 'UI', dicomUids.study),
    element(0x0020, 0x000e, 'UI', dicomUids.series),
    element(0x0020, 0x0013, 'IS', '1'),
    element(0x0028, 0x0002, 'US', number(1, 2)),
    element(0x0028, 0x0004, 'CS', 'MONOCHROME2'),
    element(0x0028, 0x0008, 'IS', String(planeCount(header))),
    element(0x0028, 0x0010, 'US', number(side, 2)),
    element(0x0028, 0x0011, 'US', number(side, 2)),
    element(0x0028, 0x0100, 'US', number(bits, 2)),
    element(0x0028, 0x0101, 'US', number(bits, 2)),
    element(0x0028, 0x0102, 'US', number(bits - 1, 2)),
    element(0x0028, 0x0103, 'US', number(header.sampleType === 'int16' ? 1 : 0, 2)),
  ])
}

function number(value: number, bytes: 2 | 4): Buffer {
  const buffer = Buffer.alloc(bytes)
  buffer.writeUIntLE(value, 0, bytes)
  return buffer
}

const tag = (group: number, item: number, vr: string) =>
  Buffer.concat([number(group, 2), number(item, 2), Buffer.from(vr)])

/** Of a value whose length has 32 bits (PS3.5, 7.1.2); the length follows. */
const longElement = (vr: 'OB' | 'OW', group: number, item: number) =>
  Buffer.concat([tag(group, item, vr), number(0, 2)])

/** Padded to an even length, UIDs and bytes with 0, text with a space (PS3.5, 6.2 and 7.1.2). */
function element(group: number, item: number, vr: string, value: string | Buffer): Buffer {
  const bytes = Buffer.from(value)
  const padding = bytes.length % 2 === 0 ? '' : vr === 'UI' || vr === 'OB' ? '\0' : ' '
  const padded = Buffer.concat([bytes, Buffer.from(padding)])
  const length = vr === 'OB' ? Buffer.concat([number(0, 2), number(padded.length, 4)]) : number(padded.length, 2)
  return Buffer.concat([tag(group, item, vr), length, padded])
}

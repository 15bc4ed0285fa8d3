/** Images to measure with, made while they are written: the size of the founding paper's 4D set, or a part of it. */
import type { Header, SampleType } from '#imaging/header.ts'
import { planeBytes, planeCount } from '#imaging/header.ts'

export const side = 512
/** Planes of one time point; the paper's set has 40 time points. */
export const slices = 94

export interface BenchImage {
  header: Header
  planes(): Generator<Uint8Array>
}

export function benchImage(sampleType: 'uint8' | 'int16', times: number): BenchImage {
  const header: Header = {
    format: 'nifti',
    modality: 'MR',
    shape: { x: side, y: side, z: slices, t: times, c: 1 },
    sampleType,
    samplesPerPixel: 1,
    spacing: [0.1, 0.1, 0.2],
    origin: null,
    direction: null,
    orientation: 'unknown',
    slope: [1],
    intercept: [0],
    unit: '',
    frames: null,
    channels: null,
    window: null,
    warnings: [],
  }
  return {
    header,
    *planes() {
      const plane = Uint8Array.from({ length: planeBytes(header) }, (_, i) => (i * 7 + (i >> 9) * 13) & 127)
      for (let k = 0; k < planeCount(header); k++) {
        plane.set([k & 127, k >> 7])
        yield plane.slice()
      }
    },
  }
}

const multiFrame: Partial<Record<SampleType, string>> = {
  uint8: '1.2.840.10008.5.1.4.1.1.7.2',
  int16: '1.2.840.10008.5.1.4.1.1.7.3',
}

export const dicomUids = { study: '2.25.1', series: '2.25.1.1', instance: '2.25.1.1.1' }

/**
 * One multi-frame Secondary Capture object, explicit VR little endian, plane by plane: the product's own writer holds a
 * whole object in memory, which this one would not fit into.
 */
export async function* multiFrameDicom({ header, planes }: BenchImage): AsyncGenerator<Uint8Array> {
  const bits = planeBytes(header) / ((side * side) / 8)
  const count = planeCount(header)
  const sopClass = multiFrame[header.sampleType]!
  const meta = Buffer.concat([
    element(0x0002, 0x0001, 'OB', Buffer.from([0, 1])),
    element(0x0002, 0x0002, 'UI', sopClass),
    element(0x0002, 0x0003, 'UI', dicomUids.instance),
    element(0x0002, 0x0010, 'UI', '1.2.840.10008.1.2.1'),
    element(0x0002, 0x0012, 'UI', '2.25.2'),
  ])
  yield Buffer.concat([
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
    element(0x0028, 0x0008, 'IS', String(count)),
    element(0x0028, 0x0010, 'US', number(side, 2)),
    element(0x0028, 0x0011, 'US', number(side, 2)),
    element(0x0028, 0x0100, 'US', number(bits, 2)),
    element(0x0028, 0x0101, 'US', number(bits, 2)),
    element(0x0028, 0x0102, 'US', number(bits - 1, 2)),
    element(0x0028, 0x0103, 'US', number(header.sampleType === 'int16' ? 1 : 0, 2)),
    tag(0x7fe0, 0x0010, bits === 8 ? 'OB' : 'OW'),
    number(0, 2),
    number(planeBytes(header) * count, 4),
  ])
  yield* planes()
}

function number(value: number, bytes: 2 | 4): Buffer {
  const buffer = Buffer.alloc(bytes)
  buffer.writeUIntLE(value, 0, bytes)
  return buffer
}

const tag = (group: number, item: number, vr: string) =>
  Buffer.concat([number(group, 2), number(item, 2), Buffer.from(vr)])

/** Padded to an even length, UIDs and bytes with 0, text with a space (PS3.5, 6.2 and 7.1.2). */
function element(group: number, item: number, vr: string, value: string | Buffer): Buffer {
  const bytes = Buffer.from(value)
  const padding = bytes.length % 2 === 0 ? '' : vr === 'UI' || vr === 'OB' ? '\0' : ' '
  const padded = Buffer.concat([bytes, Buffer.from(padding)])
  const length = vr === 'OB' ? Buffer.concat([number(0, 2), number(padded.length, 4)]) : number(padded.length, 2)
  return Buffer.concat([tag(group, item, vr), length, padded])
}

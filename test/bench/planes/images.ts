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

/** @param sampleType of one or two bytes; the values fit into 7 bits, so that all types hold the same ones */
export function benchImage(sampleType: SampleType, times: number): BenchImage {
  const header: Header = {
    format: 'nifti',
    modality: 'MR',
    shape: { x: side, y: side, z: slices, t: times, c: 1 },
    sampleType,
    samplesPerPixel: 1,
    spacing: [0.1, 0.1, 0.2],
    origin: [0, 0, 0],
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
    orientation: 'known',
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

import type { SampleType } from './header.ts'

export type Samples =
  Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array | Float32Array | Float64Array

const views = {
  uint8: Uint8Array,
  int8: Int8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  uint32: Uint32Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
} as const

/**
 * The samples of a plane. Planes are little-endian, as is every machine that runs JavaScript engines today; bytes that do
 * not start on a multiple of the sample size are copied.
 */
export function samplesOf(sampleType: SampleType, plane: Uint8Array): Samples {
  const View = views[sampleType]
  const bytes = plane.byteOffset % View.BYTES_PER_ELEMENT === 0 ? plane : new Uint8Array(plane)
  return new View(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength / View.BYTES_PER_ELEMENT)
}

/** The bytes of samples, little-endian. */
export const bytesOf = (samples: Samples): Uint8Array =>
  new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength)

/** An array of `length` samples, all 0. */
export const newSamples = (sampleType: SampleType, length: number): Samples => new views[sampleType](length)

/**
 * RRR...GGG...BBB to RGBRGB.
 * @param pixels     pixels of the image
 * @param components samples of a pixel
 * @param size       bytes of a sample
 */
export function interleaved(bytes: Uint8Array, pixels: number, components: number, size: number): Uint8Array {
  const out = new Uint8Array(bytes.length)
  let to = 0
  for (let i = 0; i < pixels; i++) {
    for (let channel = 0; channel < components; channel++) {
      for (let b = 0; b < size; b++) out[to++] = bytes[(channel * pixels + i) * size + b]!
    }
  }
  return out
}

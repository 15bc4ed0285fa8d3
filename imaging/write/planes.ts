import type { Header, SampleType } from '../header.ts'
import { bytesOf, newSamples, samplesOf } from '../samples.ts'

/** An image to be written, as phantoms give it; for a series that is read, `planes` may be an async generator. */
export interface Image {
  header: Header
  /** The planes in the order of the header, little-endian. */
  planes(): AsyncIterable<Uint8Array> | Iterable<Uint8Array>
}

/** Whether all planes share one slope and one intercept. */
export const hasOneScale = (h: Pick<Header, 'slope' | 'intercept'>): boolean =>
  h.slope.every((v) => v === h.slope[0]) && h.intercept.every((v) => v === h.intercept[0])

/** Plane k in another sample type; `values` applies slope and intercept as well. */
export function converted(h: Header, k: number, plane: Uint8Array, to: SampleType, values: boolean): Uint8Array {
  const slope = values ? (h.slope[k] ?? h.slope[0]!) : 1
  const intercept = values ? (h.intercept[k] ?? h.intercept[0]!) : 0
  const from = samplesOf(h.sampleType, plane)
  const out = newSamples(to, from.length)
  for (let i = 0; i < from.length; i++) out[i] = slope * from[i]! + intercept
  return bytesOf(out)
}

/** From planes as served to the arrays that are drawn and measured. Runs in the worker that fetches them. */
import type { SampleType } from '#imaging/header.ts'
import type { SeriesHeader } from './contract.ts'

/** Types that go to the graphics card as they are; all others become 32-bit floats. */
export type DrawnType = 'uint8' | 'int16' | 'uint16' | 'float32'
export type Samples =
  Uint8Array<ArrayBuffer> | Int16Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Float32Array<ArrayBuffer>

/** How the samples of a series are made ready. Plain data: it is sent to the worker. */
export interface SamplePlan {
  stored: SampleType
  drawn: DrawnType
  /** 1, or 3 for colour: alpha is laid on black. */
  components: 1 | 3
  storedComponents: 1 | 3 | 4
  samplesPerPlane: number
  /** value = slope * stored + intercept, one entry or one per plane; null when the stored numbers are the values. */
  scale: { slope: number[]; intercept: number[] } | null
  /** Stored value that is drawn as full brightness; colour only. */
  colourMaximum: number
}

const native: readonly string[] = ['uint8', 'int16', 'uint16', 'float32']
export const drawnBytes: Record<DrawnType, number> = { uint8: 1, int16: 2, uint16: 2, float32: 4 }

type PlanHeader = Pick<SeriesHeader, 'sampleType' | 'samplesPerPixel' | 'shape' | 'slope' | 'intercept' | 'range'>

export function samplePlan(header: PlanHeader): SamplePlan {
  const { sampleType, samplesPerPixel, shape, slope, intercept, range } = header
  const common = { stored: sampleType, storedComponents: samplesPerPixel }
  if (samplesPerPixel > 1) {
    // Sixteen-bit cameras rarely use all bits, so the greatest value of the series is white.
    const colourMaximum = sampleType === 'uint8' || range.max <= 255 ? 255 : range.max
    return {
      ...common,
      drawn: 'uint8',
      components: 3,
      samplesPerPlane: shape.x * shape.y * 3,
      scale: null,
      colourMaximum,
    }
  }
  const plain = slope.every((factor) => factor === 1) && intercept.every((offset) => offset === 0)
  return {
    ...common,
    drawn: plain && native.includes(sampleType) ? (sampleType as DrawnType) : 'float32',
    components: 1,
    samplesPerPlane: shape.x * shape.y,
    scale: plain ? null : { slope, intercept },
    colourMaximum: 0,
  }
}

/**
 * Planes ready to draw, one after the other.
 * @param bytes little-endian planes as served; used without a copy where the type allows
 * @param firstPlane index of the first plane in the series, for slopes that differ by plane
 */
export function readySamples(bytes: ArrayBuffer, plan: SamplePlan, firstPlane: number): Samples {
  const stored = storedView(bytes, plan.stored)
  if (plan.components === 3) {
    return plan.stored === 'uint8' && plan.storedComponents === 3 ? new Uint8Array(bytes) : rgb(stored, plan)
  }
  if (plan.scale) return scaledSamples(stored, plan.scale, plan.samplesPerPlane, firstPlane)
  return plan.drawn === plan.stored ? (stored as Samples) : new Float32Array(stored)
}

type Stored =
  Samples | Int8Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Float64Array<ArrayBuffer>

const views: Record<SampleType, new (bytes: ArrayBuffer) => Stored> = {
  uint8: Uint8Array,
  int8: Int8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  uint32: Uint32Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
}
const storedView = (bytes: ArrayBuffer, type: SampleType): Stored => new views[type](bytes)

function scaledSamples(
  stored: Stored,
  { slope, intercept }: NonNullable<SamplePlan['scale']>,
  samplesPerPlane: number,
  firstPlane: number,
): Float32Array<ArrayBuffer> {
  const values = new Float32Array(stored.length)
  for (let start = 0, plane = firstPlane; start < stored.length; start += samplesPerPlane, plane++) {
    const factor = slope[slope.length === 1 ? 0 : plane] ?? 1
    const offset = intercept[intercept.length === 1 ? 0 : plane] ?? 0
    const end = Math.min(start + samplesPerPlane, stored.length)
    for (let i = start; i < end; i++) values[i] = factor * stored[i]! + offset
  }
  return values
}

/** Colour as bytes, three a pixel; what is transparent darkens. */
function rgb(stored: Stored, plan: SamplePlan): Uint8Array<ArrayBuffer> {
  const { storedComponents, colourMaximum } = plan
  const pixels = stored.length / storedComponents
  const out = new Uint8Array(pixels * 3)
  const factor = 255 / colourMaximum
  for (let i = 0; i < pixels; i++) {
    const opacity = storedComponents === 4 ? Math.min(stored[i * 4 + 3]! / colourMaximum, 1) : 1
    for (let c = 0; c < 3; c++) {
      out[i * 3 + c] = Math.round(Math.min(Math.max(stored[i * storedComponents + c]! * factor * opacity, 0), 255))
    }
  }
  return out
}

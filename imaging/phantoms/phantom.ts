import type { Header } from '../header.ts'

/** What can be varied in every phantom; each kind uses what makes sense for it. */
export interface PhantomOptions {
  /** Another number gives another animal, pose and noise. */
  seed?: number
  /** Factor on the number of voxels along each axis; 1 is small, 0.5 is tiny. */
  resolution?: number
  /** Tumour volume in mm3, one number per animal where there are several; 0 = none. */
  tumourVolume?: number | readonly number[]
  /** PET: distribution of the tracer. */
  tracer?: 'FDG' | 'NaF' | 'PSMA'
  /** PET: minutes from injection to the start of a static scan. */
  uptakeMinutes?: number
  /** PET: injected activity per animal at injection, in MBq. */
  activityMegabecquerel?: number
  /** Number of time frames of cine and dynamic kinds. */
  frames?: number
  /** CT: iodine contrast in blood and kidneys. */
  contrast?: boolean
}

/** A synthetic image, independent of the file format that it is written in. */
export interface Phantom {
  header: Header
  /** The planes in the order of the header, little-endian; made while they are taken. */
  planes(): Iterable<Uint8Array>
}

/** A header with everything that phantoms rarely need filled in; axes along L, P and S unless told otherwise. */
export const phantomHeader = (
  given: Pick<Header, 'modality' | 'shape' | 'sampleType' | 'spacing'> & Partial<Header>,
): Header => ({
  format: 'phantom',
  samplesPerPixel: 1,
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
  ...given,
})

/** The i-th tumour volume of the options; the last one stands for the rest. */
export const tumourOf = ({ tumourVolume = 180 }: PhantomOptions, i: number): number =>
  typeof tumourVolume === 'number' ? tumourVolume : (tumourVolume[i] ?? tumourVolume.at(-1) ?? 0)

export const scaled = (count: number, { resolution = 1 }: PhantomOptions): number =>
  Math.max(8, Math.round(count * resolution))

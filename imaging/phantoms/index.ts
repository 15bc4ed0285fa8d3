import { cellsPhantom } from './cells.ts'
import { ctPhantom } from './ct.ts'
import { mrPhantom } from './mr.ts'
import { bioluminescencePhantom } from './optical.ts'
import { petPhantom } from './pet.ts'
import type { Phantom, PhantomOptions } from './phantom.ts'
import { qualityControlPhantom } from './qualityControl.ts'
import { ultrasoundPhantom } from './ultrasound.ts'
import { wellPlatePhantom } from './wellPlate.ts'

export type { Phantom, PhantomOptions } from './phantom.ts'

const kinds = {
  'mouse-ct': (options: PhantomOptions) => ctPhantom('single', options),
  'mouse-pet': (options: PhantomOptions) => petPhantom('single', false, options),
  'mouse-pet-dynamic': (options: PhantomOptions) => petPhantom('single', true, options),
  'mouse-mr': mrPhantom,
  'four-mice-ct': (options: PhantomOptions) => ctPhantom('four', options),
  'four-mice-pet': (options: PhantomOptions) => petPhantom('four', false, options),
  'image-quality-pet': (options: PhantomOptions) => qualityControlPhantom('image-quality', options),
  'cylinder-pet': (options: PhantomOptions) => qualityControlPhantom('cylinder', options),
  'heart-ultrasound': ultrasoundPhantom,
  bioluminescence: bioluminescencePhantom,
  cells: cellsPhantom,
  'well-plate': wellPlatePhantom,
}

export type PhantomKind = keyof typeof kinds

/** Every kind of phantom. */
export const phantomKinds = Object.keys(kinds) as PhantomKind[]

/**
 * A synthetic image that looks like the real thing and belongs to nobody. Same kind and options, same bytes.
 * PET and CT of the same seed and arrangement show the same animals in the same place.
 */
export const phantom = (kind: PhantomKind, options: PhantomOptions = {}): Phantom => kinds[kind](options)

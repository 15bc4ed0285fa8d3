/** Measurements as the list shows them. */
import type { Vec3 } from './geometry.ts'

export interface Measurement {
  id: string
  /** 'Length 1', 'Ellipse 2' */
  title: string
  /** The result in words, with units. */
  lines: string[]
  seriesId: string
  /** LPS position of its middle; of the picture for stacks. */
  point: Vec3
  /** Stack plane it was drawn on, counted over all time points of the channel; null on volumes. */
  stackIndex: number | null
}

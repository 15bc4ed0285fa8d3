import type { Header } from '../../header.ts'

/** Where one plane stands. */
export interface PlaneSource {
  page: number
  /** Sample of the page's pixels; 0 for colour planes. */
  sample: number
  /** The file of a set, by UUID or name; undefined = this file. */
  uuid?: string | undefined
  fileName?: string | undefined
}

/** How pages make up an image, and what its description says. */
export interface Layout {
  z: number
  t: number
  c: number
  /** The place of a plane; null when the description gives none. */
  at(c: number, t: number, z: number): PlaneSource | null
  spacing: Header['spacing']
  frames: Header['frames']
  channels: Header['channels']
  slope: number
  intercept: number
  unit: string
  window: Header['window']
  modality: string | null
  warnings: string[]
}

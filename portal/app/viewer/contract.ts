/** What the viewer gets from the API. */
import type { Header } from '#imaging/header.ts'

/** GET /series/:id/header */
export interface SeriesHeader extends Omit<Header, 'orientation'> {
  seriesId: string
  label: string
  /** Subjects, session and label in one line. */
  displayName: string
  /** stated = by a person, as axisDirections of the series; else as in the header of the file. */
  orientation: Header['orientation'] | 'stated'
  /** For changing the record of the series; null for those who see what was published. */
  record: { version: number; mayEdit: boolean; studyId: string } | null
  /** How people moved the image: mm to the left, dorsally, to the head, then degrees about these axes; absent: not. */
  placement?: string
  /** Changes when the pixels do; part of every pixel address, so that pixels may be cached for ever. */
  revision: string
  /** Bytes of one plane as served. */
  planeBytes: number
  planeCount: number
  /** The fixed grid in which planes are fetched. */
  chunk: { planes: number; count: number }
  /**
   * Reduced levels of planes with more than 2048 voxels along x or y (16,384-pixel planes, whole slides): each has the same
   * planes, half as wide and high as the level before. `factor` = voxels of the image for one of the level along x and y.
   * Tiles: GET /series/:id/r/:revision/levels/:number/box?x=FROM:TO&y=FROM:TO&z=K:K+1&t=&c=, number from 1, x and y in voxels
   * of the level; full size: GET .../box with the same query. Empty for planes of a handy size.
   */
  levels: { shape: Header['shape']; factor: number; planeBytes: number }[]
  /** What moves in GET /series/:id/animation (an animated PNG); null: the series is a single picture and has none. */
  animation: 'turn' | 'times' | 'slices' | null
  /** The reduced image; null for images that are small already. */
  coarse?: Reduced | null
  /** Set here when values are shown in another quantity: the header as the server sent it, and what it was multiplied by. */
  stored?: SeriesHeader
  factor?: number
  /** In value units; low and high are the 1st and 99th percentile. */
  range: { min: number; max: number; low: number; high: number }
}

/** Each voxel is the mean of a block of `factor` voxels; fewer at the far ends. */
export interface Reduced {
  shape: Header['shape']
  factor: { x: number; y: number; z: number }
  /** Of one time point of one channel. */
  bytes: number
}

export interface Tag {
  file: string
  key: string
  name: string
  value: string
}

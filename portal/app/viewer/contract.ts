/** What the viewer gets from the API. */
import type { Header } from '#imaging/header.ts'

/** GET /series/:id/header */
export interface SeriesHeader extends Header {
  seriesId: string
  label: string
  /** Subjects, session and label in one line. */
  displayName: string
  /** Changes when the pixels do; part of every pixel address, so that pixels may be cached for ever. */
  revision: string
  /** Bytes of one plane as served. */
  planeBytes: number
  planeCount: number
  /** The fixed grid in which planes are fetched. */
  chunk: { planes: number; count: number }
  /** In value units; low and high are the 1st and 99th percentile. */
  range: { min: number; max: number; low: number; high: number }
}

export interface Tag {
  file: string
  key: string
  name: string
  value: string
}

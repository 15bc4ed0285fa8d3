/** What is drawn on images, as the page holds it. */
import type { AnnotationTool } from '#ontology/entities/annotation.ts'
import type { CodedTerm } from '#ontology/values.ts'
import type { Vec3 } from '../geometry.ts'

export interface Drawn {
  /** Of this page; the record's own id is another one, because it is not known at first. */
  key: string
  seriesId: string
  tool: AnnotationTool
  label: string
  structure?: CodedTerm
  colour: string
  /** LPS millimetres on volumes; of the picture on stacks. In the order that the record describes. */
  points: readonly Vec3[]
  time: number
  channel: number
  /** Plane of a stack; null on volumes. */
  plane: number | null
  audience: 'me' | 'project' | 'public'
  note?: string
}

/** Two directions of a picture: to the right and to the top of the screen, unit vectors. */
export interface Basis {
  right: Vec3
  up: Vec3
}

/** Calm on grey, apart from each other for all colour vision. */
export const annotationColours = ['#f2c878', '#76bac8', '#e8926b', '#a6c96a', '#c7a0dc', '#f0f0f0'] as const

import { isPlace } from '../../geometry/millimetres.ts'
import type { Header } from '../../header.ts'

export type Geometry = Pick<Header, 'spacing' | 'origin' | 'direction' | 'orientation'>

/** What a file says about the place of its slices; vectors are LPS as in DICOM, lengths mm. */
export interface Stated {
  /** Distance of columns and rows, of slices when the file states it. */
  inPlane: [number, number] | null
  between: number | null
  /** Rows of VisuCoreOrientation (9 numbers each) and VisuCorePosition (3), one per slice, or one for all of a volume. */
  orientations: number[][]
  positions: number[][]
}

const tolerance = 1e-3

/**
 * Geometry of a stack of slices, or of the one volume when `depth` is more than 1. Slices that do not make one box (packages
 * of different directions, as in scouts; positions beside the normal) keep their pixel sizes and lose their place, with a
 * sentence: a wrong place would be worse than none.
 */
export function geometryOf(stated: Stated, slices: number, depth: number, warnings: string[]): Geometry {
  const { inPlane, orientations, positions } = stated
  if (!inPlane) {
    warnings.push('The file gives no size in millimetres; distances cannot be measured.')
    return { spacing: null, origin: null, direction: null, orientation: 'unknown' }
  }
  const first = orientations[0]
  const origin = positions[0]
  const unplaced = (sentence: string): Geometry => {
    warnings.push(sentence)
    if (stated.between === null) warnings.push('The file gives no distance between slices; 1 mm is assumed.')
    const spacing: Header['spacing'] = [...inPlane, stated.between ?? 1]
    return { spacing, origin: null, direction: null, orientation: 'unknown' }
  }
  if (!first || !origin) return unplaced('The file does not say where its slices lie; directions are not known.')
  if (positions.some((position) => !isPlace(position))) {
    return unplaced('VisuCorePosition is more than a kilometre away; places are not known.')
  }
  if (!orientations.every(isRotation)) {
    return unplaced('VisuCoreOrientation is not made of unit vectors at right angles; directions are not known.')
  }
  const packages = packagesOf(orientations)
  if (packages.length > 1) {
    const words = packages.slice(0, 8).map(rangeText)
    return unplaced(
      `The slices have ${packages.length} directions (slices ${words.join(', ')}${packages.length > 8 ? ' ...' : ''}); they are shown one after the other, without geometry.`,
    )
  }
  const normal = first.slice(6)
  if (depth > 1 || slices === 1) {
    if (positions.some((position) => position.some((v, i) => Math.abs(v - origin[i]!) > tolerance))) {
      return unplaced('The volumes lie in different places; they are shown without geometry.')
    }
    if (stated.between === null) warnings.push('The file gives no slice thickness; 1 mm is assumed.')
    return box(inPlane, stated.between ?? 1, origin, first, normal)
  }
  if (positions.length < slices) return unplaced('VisuCorePosition does not cover every slice; places are not known.')
  const steps = positions.slice(1).map((position, i) => position.map((v, axis) => v - positions[i]![axis]!))
  const along = steps.map((step) => dot(step, normal))
  const isStraight = steps.every((step, i) => Math.hypot(...step) - Math.abs(along[i]!) <= tolerance)
  const sense = Math.sign(along[0]!)
  if (!isStraight || sense === 0 || along.some((v) => Math.sign(v) !== sense || Math.abs(v) < tolerance)) {
    return unplaced(
      'VisuCorePosition does not follow the normal of VisuCoreOrientation from slice to slice; the slices are shown one after the other, without geometry.',
    )
  }
  const distances = along.map(Math.abs)
  const median = distances.toSorted((a, b) => a - b)[distances.length >> 1]!
  const narrowest = distances.reduce((a, b) => Math.min(a, b))
  const widest = distances.reduce((a, b) => Math.max(a, b))
  if (widest - narrowest > median * 0.01 + tolerance) {
    warnings.push(
      `The slices are not equally spaced: steps of ${tidy(narrowest)} to ${tidy(widest)} mm; ${tidy(median)} mm is used throughout.`,
    )
  }
  // Slices that run against the normal are kept in their order; the third direction then points against it.
  return box(
    inPlane,
    tidy(median),
    origin,
    first,
    normal.map((v) => v * sense),
  )
}

function box(inPlane: [number, number], between: number, origin: number[], rows: number[], third: number[]): Geometry {
  return {
    spacing: [...inPlane, between],
    origin: origin.map((v) => v + 0) as [number, number, number],
    direction: [...rows.slice(0, 6), ...third].map((v) => v + 0), // + 0: JSON has no -0
    orientation: 'known',
  }
}

/** Slices that follow each other in one direction, `start` to `end` without the end. */
export interface SlicePackage {
  start: number
  end: number
}

/** The packages that slices with these directions make; one when they share a direction. */
export function packagesOf(orientations: readonly number[][]): SlicePackage[] {
  const starts = orientations.flatMap((rows, i) => {
    const before = orientations[i - 1]
    return before && rows.every((v, k) => Math.abs(v - before[k]!) <= tolerance) ? [] : [i]
  })
  return starts.map((start, i) => ({ start, end: starts[i + 1] ?? orientations.length }))
}

/** Counted from 1: "1 to 5", "6". */
export const rangeText = ({ start, end }: SlicePackage): string =>
  end - start === 1 ? `${start + 1}` : `${start + 1} to ${end}`

/** Whether nine numbers are three unit vectors at right angles. */
export function isRotation(rows: readonly number[]): boolean {
  const [a, b, c] = [rows.slice(0, 3), rows.slice(3, 6), rows.slice(6, 9)] as [number[], number[], number[]]
  const isUnit = (v: number[]) => Math.abs(dot(v, v) - 1) < 1e-2
  const isRight = (v: number[], w: number[]) => Math.abs(dot(v, w)) < 1e-2
  return rows.length === 9 && [a, b, c].every(isUnit) && isRight(a, b) && isRight(b, c) && isRight(a, c)
}

const dot = (a: number[], b: number[]): number => a.reduce((sum, v, i) => sum + v * b[i]!, 0)

/** Removes the noise of subtracting positions; a nanometre is far below what is written. */
const tidy = (value: number): number => Math.round(value * 1e6) / 1e6

/** Turning an image by the meaning of its axes: which letter (L R P A S I) each of x, y and z runs to. */
import type { PlaneName } from './geometry.ts'

type Axes = readonly string[]

/** The letters at the top, right, bottom and left of each plane as it is drawn. */
const rims: Record<PlaneName, string> = { axial: 'ALPR', coronal: 'SLIR', sagittal: 'SPIA' }

/** Turns the picture of a plane by a quarter, clockwise as it is drawn. */
export const turned = (axes: Axes, plane: PlaneName): string[] =>
  axes.map((letter) => {
    const at = rims[plane].indexOf(letter)
    return at < 0 ? letter : rims[plane][(at + 1) % 4]!
  })

/** Exchanges two opposite directions, for example 'LR'. */
export const flipped = (axes: Axes, pair: string): string[] =>
  axes.map((letter) => (pair.includes(letter) ? pair.replace(letter, '') : letter))

import { mouse, tissues } from './mouse.ts'
import { scaled, tumourOf } from './phantom.ts'
import type { PhantomOptions } from './phantom.ts'
import { createRandom } from './random.ts'
import { gridAround, paint, voxelCount } from './scene.ts'
import type { Grid, Pose } from './scene.ts'
import type { Shape } from './shapes.ts'

/** Where animals lie in a scanner: one in the middle, or four side by side in one bed. */
export type Arrangement = 'single' | 'four'

/** Field of view in mm along L, P and S, and its middle. */
const fields = {
  single: { size: [38.4, 38.4, 90] as const, centre: [0, 0, -4] as const },
  four: { size: [124, 36, 90] as const, centre: [0, 0, -4] as const },
}

/** Grid over the field of view of an arrangement with about so many voxels along each axis. */
export function fieldGrid(
  arrangement: Arrangement,
  counts: readonly [number, number, number],
  options: PhantomOptions,
): Grid {
  const { size, centre } = fields[arrangement]
  const shape = counts.map((count) => scaled(count, options)) as unknown as Grid['shape']
  return gridAround(shape, shape.map((n, i) => size[i]! / n) as unknown as Grid['spacing'], centre)
}

/** The tissue of every voxel: animals, and the bed when `withBed`. The same seed gives the same animals in every modality. */
export function paintAnimals(
  grid: Grid,
  arrangement: Arrangement,
  options: PhantomOptions,
  withBed: boolean,
): Uint8Array {
  const labels = new Uint8Array(voxelCount(grid))
  const middles = arrangement === 'single' ? [0] : [-45, -15, 15, 45]
  for (const [i, x] of middles.entries()) {
    const random = createRandom((options.seed ?? 1) * 7919 + i)
    const pose: Pose = {
      offset: [x, random.between(-0.5, 0.5), random.between(-1.5, 1.5)],
      scale: arrangement === 'single' ? random.between(0.96, 1.03) : random.between(0.9, 0.98),
      bend: random.between(-1.6, 1.6),
    }
    if (withBed) paint(grid, labels, [bed(arrangement)], { ...pose, scale: 1, bend: 0, offset: [x, 0, -4] })
    paint(grid, labels, mouse(random, { tumourVolume: tumourOf(options, i) }), pose)
  }
  return labels
}

/** Half a carbon-fibre tube under the belly. */
function bed(arrangement: Arrangement): Shape {
  const radius = arrangement === 'single' ? 17.2 : 14.6
  return {
    tissue: tissues.bed,
    box: [
      [-radius, -radius, -46],
      [radius, -4, 46],
    ],
    has(x, y, z) {
      const r = Math.hypot(x, y)
      return r < radius && r > radius - 0.9 && y < -4 && z > -45 && z < 45
    },
  }
}

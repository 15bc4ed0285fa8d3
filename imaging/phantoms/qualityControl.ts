import { bytesOf } from '../samples.ts'
import { phantomHeader, scaled } from './phantom.ts'
import type { Phantom, PhantomOptions } from './phantom.ts'
import { createRandom } from './random.ts'
import { blur, gridAround, voxelCount } from './scene.ts'

/** Activity concentration of the fill: 3.7 MBq in 20.7 mL (NEMA NU 4-2008, section 6). */
const fillBecquerelPerMillilitre = 3.7e6 / 20.7
const radius = 15 // mm inside
const halfLength = 25

/** Share of the fill activity at a place in mm. */
type Filling = (x: number, y: number, z: number) => number

const inside = (x: number, y: number, z: number) => Math.hypot(x, y) < radius && Math.abs(z) < halfLength
const rod = (x: number, y: number, cx: number, cy: number, diameter: number) =>
  Math.hypot(x - cx, y - cy) < diameter / 2

/**
 * The image quality phantom of NEMA NU 4-2008: five rods of 1 to 5 mm on one side, a uniform part, and two chambers
 * without activity on the other.
 */
const imageQuality: Filling = (x, y, z) => {
  if (!inside(x, y, z)) return 0
  if (z > halfLength - 20) {
    const isRod = [1, 2, 3, 4, 5].some((mm, i) => {
      const angle = (2 * Math.PI * i) / 5
      return rod(x, y, 7 * Math.cos(angle), 7 * Math.sin(angle), mm)
    })
    return isRod ? 1 : 0
  }
  const isChamber = z < -halfLength + 15 && (rod(x, y, 7.5, 0, 8) || rod(x, y, -7.5, 0, 8))
  return isChamber ? 0 : 1
}

const uniform: Filling = (x, y, z) => (inside(x, y, z) ? 1 : 0)

/** PET of a phantom that proves a scanner: Bq/mL as int16, axes along L, P and S. */
export function qualityControlPhantom(kind: 'image-quality' | 'cylinder', options: PhantomOptions): Phantom {
  const [x, y, z] = [scaled(88, options), scaled(88, options), scaled(110, options)]
  const grid = gridAround([x, y, z], [36 / x, 36 / y, 60 / z])
  const slope = Number(((fillBecquerelPerMillilitre * 2) / 32767).toPrecision(6))
  const filling = kind === 'cylinder' ? uniform : imageQuality
  const header = phantomHeader({
    modality: 'PT',
    shape: { x, y, z, t: 1, c: 1 },
    sampleType: 'int16',
    spacing: [...grid.spacing],
    origin: [...grid.origin],
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
    orientation: 'known',
    slope: [slope],
    unit: 'Bq/mL',
  })
  return {
    header,
    *planes() {
      const random = createRandom((options.seed ?? 1) + 404)
      const values = new Float32Array(voxelCount(grid))
      const at = (axis: 0 | 1 | 2, i: number) => grid.origin[axis] + i * grid.spacing[axis]
      for (let k = 0, n = 0; k < z; k++) {
        for (let j = 0; j < y; j++) {
          for (let i = 0; i < x; i++) values[n++] = filling(at(0, i), at(1, j), at(2, k))
        }
      }
      blur(values, grid.shape, grid.spacing.map((mm) => 0.62 / mm) as unknown as [number, number, number])
      for (let k = 0; k < z; k++) {
        const plane = new Int16Array(x * y)
        for (let i = 0; i < plane.length; i++) {
          const value = values[k * x * y + i]!
          const noisy = value + random.normal() * 0.05 * Math.sqrt(value + 0.02)
          plane[i] = Math.min(32767, Math.max(0, Math.round((noisy * fillBecquerelPerMillilitre) / slope)))
        }
        yield bytesOf(plane)
      }
    },
  }
}

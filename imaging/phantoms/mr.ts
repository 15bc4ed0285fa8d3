import { bytesOf } from '../samples.ts'
import { paintAnimals } from './animals.ts'
import { tissues as T } from './mouse.ts'
import { phantomHeader, scaled } from './phantom.ts'
import type { Phantom, PhantomOptions } from './phantom.ts'
import { createRandom } from './random.ts'
import { blur, gridAround } from './scene.ts'

/** Signal of a T2-weighted fast spin echo, arbitrary units. */
const signal: Record<number, number> = {
  [T.air]: 0,
  [T.fat]: 1050,
  [T.muscle]: 330,
  [T.bone]: 90,
  [T.vertebra]: 460,
  [T.lung]: 60,
  [T.myocardium]: 380,
  [T.blood]: 120,
  [T.liver]: 420,
  [T.renalCortex]: 780,
  [T.renalMedulla]: 1180,
  [T.bladder]: 2100,
  [T.brain]: 820,
  [T.gut]: 640,
  [T.gutContent]: 900,
  [T.gas]: 10,
  [T.spleen]: 560,
  [T.tumour]: 1150,
  [T.necrosis]: 1700,
  [T.brownFat]: 900,
  [T.eye]: 2000,
  [T.bed]: 0,
  [T.tooth]: 15,
  [T.ventricle]: 1950,
}

/**
 * T2-weighted MR of one mouse in coronal slices: columns towards L, rows towards the tail, slices from belly to back;
 * int16, with the brightness falling off from the coil's middle and Rician noise.
 */
export function mrPhantom(options: PhantomOptions): Phantom {
  const shape = [scaled(112, options), scaled(28, options), scaled(224, options)] as const
  const size = [36, 24.5, 90]
  const grid = gridAround(
    shape,
    shape.map((n, i) => size[i]! / n) as unknown as [number, number, number],
    [0, -0.5, -4],
  )
  const [nx, ny, nz] = shape
  const [dx, dy, dz] = grid.spacing
  const header = phantomHeader({
    modality: 'MR',
    shape: { x: nx, y: nz, z: ny, t: 1, c: 1 },
    sampleType: 'int16',
    spacing: [dx, dz, dy],
    origin: [grid.origin[0], grid.origin[1], grid.origin[2] + (nz - 1) * dz],
    direction: [1, 0, 0, 0, 0, -1, 0, 1, 0],
    orientation: 'known',
    window: { low: 0, high: 1500 },
  })
  return {
    header,
    *planes() {
      const labels = paintAnimals(grid, 'single', options, false)
      const values = Float32Array.from(labels, (label) => signal[label]!)
      const random = createRandom((options.seed ?? 1) + 303)
      const grain = new Float32Array(values.length)
      for (let i = 0; i < grain.length; i++) grain[i] = random.normal()
      blur(grain, shape, [1.1, 0, 1.1])
      blur(values, shape, [0.6, 0.35, 0.6])
      for (let j = 0; j < ny; j++) {
        const plane = new Int16Array(nx * nz)
        for (let row = 0, at = 0; row < nz; row++) {
          const k = nz - 1 - row
          const along = (k / (nz - 1) - 0.5) * 2
          for (let i = 0; i < nx; i++, at++) {
            const from = (k * ny + j) * nx + i
            const coil = Math.exp(-0.55 * along ** 2 - 0.12 * (i / (nx - 1) - 0.5) ** 2)
            const clean = values[from]! * coil * (1 + 0.22 * grain[from]!)
            plane[at] = Math.min(32767, Math.round(Math.hypot(clean + 26 * random.normal(), 26 * random.normal())))
          }
        }
        yield bytesOf(plane)
      }
    },
  }
}

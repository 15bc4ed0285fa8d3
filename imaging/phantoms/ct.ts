import { bytesOf } from '../samples.ts'
import { fieldGrid, paintAnimals } from './animals.ts'
import type { Arrangement } from './animals.ts'
import { tissues as T } from './mouse.ts'
import { phantomHeader } from './phantom.ts'
import type { Phantom, PhantomOptions } from './phantom.ts'
import { createRandom } from './random.ts'
import { blur } from './scene.ts'

/** Hounsfield units of tissues at 50 to 70 kVp. */
const hounsfield: Record<number, number> = {
  [T.air]: -1000,
  [T.fat]: -95,
  [T.muscle]: 55,
  [T.bone]: 1150,
  [T.vertebra]: 720,
  [T.lung]: -560,
  [T.myocardium]: 60,
  [T.blood]: 48,
  [T.liver]: 78,
  [T.renalCortex]: 50,
  [T.renalMedulla]: 42,
  [T.bladder]: 8,
  [T.brain]: 38,
  [T.gut]: 40,
  [T.gutContent]: 62,
  [T.gas]: -940,
  [T.spleen]: 58,
  [T.tumour]: 50,
  [T.necrosis]: 22,
  [T.brownFat]: -60,
  [T.eye]: 18,
  [T.bed]: -260,
  [T.tooth]: 2200,
  [T.ventricle]: 12,
}
/** The same 30 s after iodine contrast. */
const enhanced: Record<number, number> = {
  [T.blood]: 420,
  [T.myocardium]: 190,
  [T.renalCortex]: 380,
  [T.renalMedulla]: 300,
  [T.liver]: 175,
  [T.spleen]: 210,
  [T.tumour]: 110,
  [T.muscle]: 75,
}

/** X-ray CT of one mouse or of four in one bed: int16 Hounsfield units, head first, axes along L, P and S. */
export function ctPhantom(arrangement: Arrangement, options: PhantomOptions): Phantom {
  const grid = fieldGrid(arrangement, arrangement === 'single' ? [96, 96, 160] : [224, 72, 150], options)
  const [x, y, z] = grid.shape
  const header = phantomHeader({
    modality: 'CT',
    shape: { x, y, z, t: 1, c: 1 },
    sampleType: 'int16',
    spacing: [...grid.spacing],
    origin: [...grid.origin],
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
    orientation: 'known',
    unit: 'HU',
    window: { low: -250, high: 650 },
  })
  return {
    header,
    *planes() {
      const table = { ...hounsfield, ...(options.contrast ? enhanced : {}) }
      const labels = paintAnimals(grid, arrangement, options, true)
      const values = Float32Array.from(labels, (label) => table[label]!)
      blur(values, grid.shape, [0.55, 0.55, 0.45])
      const random = createRandom((options.seed ?? 1) + 101)
      for (let k = 0; k < z; k++) {
        const plane = new Int16Array(x * y)
        for (let i = 0; i < plane.length; i++) {
          plane[i] = Math.max(-1024, Math.round(values[k * x * y + i]! + 32 * random.normal()))
        }
        yield bytesOf(plane)
      }
    },
  }
}

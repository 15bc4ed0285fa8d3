import { bytesOf } from '../samples.ts'
import { fieldGrid, paintAnimals } from './animals.ts'
import type { Arrangement } from './animals.ts'
import { tissues as T } from './mouse.ts'
import { phantomHeader } from './phantom.ts'
import type { Phantom, PhantomOptions } from './phantom.ts'
import { createRandom } from './random.ts'
import { blur, voxelCount } from './scene.ts'

/** Uptake of a tissue: `late` SUV reached with the time constant, `early` SUV while the bolus passes. */
interface Kinetics {
  late: number
  early: number
  minutes: number
}
const uptake = (late: number, early: number, minutes: number): Kinetics => ({ late, early, minutes })

const background = uptake(0.45, 1.2, 6)
/** Standardised uptake values typical of mice; free choice within published ranges, for pictures and tests only. */
const tracers: Record<'FDG' | 'NaF' | 'PSMA', { halfLifeMinutes: number; organs: Record<number, Kinetics> }> = {
  FDG: {
    halfLifeMinutes: 109.77,
    organs: {
      [T.brain]: uptake(2.9, 3, 8),
      [T.ventricle]: uptake(1, 2, 8),
      [T.myocardium]: uptake(7.5, 6, 12),
      [T.blood]: uptake(0.3, 22, 6),
      [T.lung]: uptake(0.35, 5, 6),
      [T.liver]: uptake(0.9, 5, 6),
      [T.renalCortex]: uptake(1.9, 11, 10),
      [T.renalMedulla]: uptake(3.4, 7, 14),
      [T.bladder]: uptake(17, 0, 35),
      [T.gut]: uptake(1.5, 2, 15),
      [T.gutContent]: uptake(0.6, 0, 15),
      [T.brownFat]: uptake(4.6, 3, 15),
      [T.eye]: uptake(4.2, 2, 15),
      [T.muscle]: uptake(0.6, 1.5, 10),
      [T.vertebra]: uptake(1.6, 3, 10),
      [T.bone]: uptake(0.9, 1.5, 10),
      [T.spleen]: uptake(1.2, 5, 8),
      [T.tumour]: uptake(4.8, 3, 18),
      [T.necrosis]: uptake(0.6, 0.6, 20),
    },
  },
  NaF: {
    halfLifeMinutes: 109.77,
    organs: {
      [T.bone]: uptake(6.5, 2, 10),
      [T.vertebra]: uptake(8, 3, 10),
      [T.tooth]: uptake(5, 1, 12),
      [T.blood]: uptake(0.2, 20, 5),
      [T.renalCortex]: uptake(1.2, 9, 8),
      [T.renalMedulla]: uptake(1.5, 6, 10),
      [T.bladder]: uptake(24, 0, 25),
      [T.muscle]: uptake(0.2, 1, 6),
    },
  },
  PSMA: {
    halfLifeMinutes: 67.71,
    organs: {
      [T.renalCortex]: uptake(16, 10, 12),
      [T.renalMedulla]: uptake(9, 6, 14),
      [T.bladder]: uptake(26, 0, 25),
      [T.blood]: uptake(0.4, 20, 5),
      [T.spleen]: uptake(2.4, 4, 10),
      [T.liver]: uptake(0.7, 4, 8),
      [T.eye]: uptake(2.2, 1, 12),
      [T.tumour]: uptake(7, 3, 14),
      [T.necrosis]: uptake(0.5, 0.5, 20),
      [T.muscle]: uptake(0.3, 1, 6),
    },
  },
}

/** Durations of the frames of a dynamic scan, in seconds; the last one is repeated when more are asked for. */
const protocolSeconds = [10, 10, 10, 15, 15, 30, 30, 60, 60, 120, 180, 300, 300, 300, 600, 600]
const mouseGrams = 25

/**
 * PET of one mouse or of four in one bed: Bq/mL as int16 with one slope per frame, decay-corrected to injection.
 * @param isDynamic time frames from injection on, else one frame after the uptake time
 */
export function petPhantom(arrangement: Arrangement, isDynamic: boolean, options: PhantomOptions): Phantom {
  const small: [number, number, number] = isDynamic ? [48, 48, 72] : [64, 64, 110]
  const grid = fieldGrid(arrangement, arrangement === 'single' ? small : [136, 44, 100], options)
  const [x, y, z] = grid.shape
  const t = isDynamic ? (options.frames ?? protocolSeconds.length) : 1
  const uptakeSeconds = (options.uptakeMinutes ?? 60) * 60
  const durations = isDynamic
    ? Array.from({ length: t }, (_, i) => protocolSeconds[i] ?? protocolSeconds.at(-1)!)
    : [600]
  const starts = durations.map((_, i) =>
    durations.slice(0, i).reduce((sum, d) => sum + d, isDynamic ? 0 : uptakeSeconds),
  )
  const { organs, halfLifeMinutes } = tracers[options.tracer ?? 'FDG']
  const becquerelPerSuv = ((options.activityMegabecquerel ?? 7) * 1e6) / mouseGrams
  const kinetics = (tissue: number): Kinetics | undefined =>
    tissue === T.air || tissue === T.bed || tissue === T.gas ? undefined : (organs[tissue] ?? background)
  const suv = (tissue: number, frame: number) =>
    valueAt(kinetics(tissue), (starts[frame]! + durations[frame]! / 2) / 60)
  const top = (frame: number) =>
    Math.max(...Object.values(T).map((tissue) => suv(tissue, frame))) * becquerelPerSuv * 1.25
  const slopes = durations.map((_, frame) => Number((top(frame) / 32767).toPrecision(6)))

  const header = phantomHeader({
    modality: 'PT',
    shape: { x, y, z, t, c: 1 },
    sampleType: 'int16',
    spacing: [...grid.spacing],
    origin: [...grid.origin],
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
    orientation: 'known',
    slope: t === 1 ? slopes : slopes.flatMap((slope) => Array.from({ length: z }, () => slope)),
    unit: 'Bq/mL',
    frames: isDynamic ? { startSeconds: starts, durationSeconds: durations } : null,
  })
  return {
    header,
    *planes() {
      const labels = paintAnimals(grid, arrangement, options, false)
      const random = createRandom((options.seed ?? 1) + 202)
      const resolution = grid.spacing.map((mm) => 0.62 / mm) as unknown as [number, number, number] // FWHM 1.45 mm
      for (let frame = 0; frame < t; frame++) {
        const table = Array.from({ length: 256 }, (_, tissue) => suv(tissue, frame))
        const values = Float32Array.from(labels, (label) => table[label]!)
        blur(values, grid.shape, resolution)
        // Fewer counts in short and in decayed frames, hence more noise.
        const counts = durations[frame]! * 2 ** (-starts[frame]! / 60 / halfLifeMinutes)
        addNoise(values, grid.shape, 0.32 * Math.sqrt(60 / counts), random)
        for (let k = 0; k < z; k++) {
          const plane = new Int16Array(x * y)
          for (let i = 0; i < plane.length; i++) {
            const stored = Math.round((values[k * x * y + i]! * becquerelPerSuv) / slopes[frame]!)
            plane[i] = Math.min(32767, Math.max(0, stored))
          }
          yield bytesOf(plane)
        }
      }
    },
  }
}

/** SUV at a time after injection: bolus passing plus uptake. */
function valueAt(kinetics: Kinetics | undefined, minutes: number): number {
  if (!kinetics) return 0
  const peak = 0.4
  const bolus =
    (minutes / peak) * Math.exp(1 - minutes / peak) + 0.22 * (1 - Math.exp(-minutes / peak)) * Math.exp(-minutes / 14)
  return kinetics.early * bolus + kinetics.late * (1 - Math.exp(-minutes / kinetics.minutes))
}

/** Noise with the grain of an iterative reconstruction: correlated, growing with the root of the value. */
function addNoise(
  values: Float32Array,
  shape: readonly [number, number, number],
  level: number,
  random: ReturnType<typeof createRandom>,
): void {
  const noise = new Float32Array(voxelCount({ shape, spacing: [1, 1, 1], origin: [0, 0, 0] }))
  for (let i = 0; i < noise.length; i++) noise[i] = random.normal()
  blur(noise, shape, [0.8, 0.8, 0.8])
  for (let i = 0; i < values.length; i++) {
    values[i] = Math.max(0, values[i]! + level * 3.2 * noise[i]! * Math.sqrt(values[i]! + 0.02))
  }
}

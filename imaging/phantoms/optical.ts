import { bytesOf } from '../samples.ts'
import { mouse } from './mouse.ts'
import { phantomHeader, scaled, tumourOf } from './phantom.ts'
import type { Phantom, PhantomOptions } from './phantom.ts'
import { createRandom } from './random.ts'
import { blur, gridAround, paint, voxelCount } from './scene.ts'
import type { Grid } from './scene.ts'

/** Square field of view in mm, three mice side by side. */
const field = 125
const middles = [-38, 0, 38]

/**
 * Bioluminescence of three mice on a stage, seen from above: channel 0 the photograph, channel 1 the light of the
 * tumours in counts; uint16, heads up.
 */
export function bioluminescencePhantom(options: PhantomOptions): Phantom {
  const n = scaled(400, options)
  const mm = field / n
  const header = phantomHeader({
    modality: 'OT',
    shape: { x: n, y: n, z: 1, t: 1, c: 2 },
    sampleType: 'uint16',
    spacing: [mm, mm, mm],
    channels: [
      { label: 'photograph', colour: '#9aa0a8' },
      { label: 'luminescence', colour: '#ff4d12' },
    ],
  })
  return {
    header,
    *planes() {
      const random = createRandom((options.seed ?? 1) + 505)
      const layers = 48
      const grid = gridAround([n, layers, n], [mm, 26 / layers, mm], [0, 0, -3])
      const light = new Float32Array(n * n)
      const labels = new Uint8Array(voxelCount(grid))
      for (const [i, x] of middles.entries()) {
        const volume = tumourOf(options, i)
        const pose = {
          offset: [x + random.between(-2, 2), 0, random.between(-4, 4)] as const,
          scale: random.between(1.02, 1.12),
          bend: random.between(-3, 3),
        }
        paint(grid, labels, mouse(random, { tumourVolume: volume, surfaceOnly: true }), pose)
        const reach = 1.6 + 0.75 * Math.cbrt(volume)
        addLight(light, grid, pose.offset[0] - 11.5 * pose.scale, pose.offset[2] - 13 * pose.scale, reach, volume * 14)
      }
      const height = surface(labels, grid)
      yield bytesOf(photograph(height, n, mm, random))
      yield bytesOf(
        Uint16Array.from(light, (v) => {
          const expected = v + 4
          return Math.min(
            65535,
            Math.max(0, Math.round(expected + Math.sqrt(expected) * random.normal() + 2 * random.normal())),
          )
        }),
      )
    },
  }
}

/** Height of the topmost matter in mm over the stage, row 0 at the heads; 0 where there is none. */
function surface(labels: Uint8Array, { shape: [nx, ny, nz], spacing }: Grid): Float32Array {
  const height = new Float32Array(nx * nz)
  for (let k = 0; k < nz; k++) {
    for (let i = 0; i < nx; i++) {
      let j = ny - 1
      while (j >= 0 && labels[(k * ny + j) * nx + i] === 0) j--
      height[(nz - 1 - k) * nx + i] = (j + 1) * spacing[1]
    }
  }
  return height
}

/** Fur lit from the upper left over a dark stage with centimetre lines. */
function photograph(height: Float32Array, n: number, mm: number, random: ReturnType<typeof createRandom>): Uint16Array {
  const isAnimal = height.map((h) => (h > 0 ? 1 : 0))
  const smooth = Float32Array.from(height)
  blur(smooth, [n, n, 1], [0.7 / mm, 0.7 / mm, 0])
  const fur = Float32Array.from(height, () => random.normal())
  blur(fur, [n, n, 1], [0.12 / mm, 0.45 / mm, 0])
  const edge = Float32Array.from(isAnimal)
  blur(edge, [n, n, 1], [0.25 / mm, 0.25 / mm, 0])
  const out = new Uint16Array(n * n)
  for (let y = 0, at = 0; y < n; y++) {
    for (let x = 0; x < n; x++, at++) {
      const right = smooth[at + (x < n - 1 ? 1 : 0)]! - smooth[at - (x > 0 ? 1 : 0)]!
      const down = smooth[at + (y < n - 1 ? n : 0)]! - smooth[at - (y > 0 ? n : 0)]!
      const [nx, ny, nz] = [-right / (2 * mm), -down / (2 * mm), 1]
      const lit = (-0.42 * nx - 0.5 * ny + 0.76 * nz) / Math.hypot(nx, ny, nz)
      const coat = 1500 + 2100 * Math.max(0, lit) + 420 * fur[at]!
      const isLine = [x, y].some((v) => (v * mm) % 10 < mm)
      const vignette = 1 - 0.35 * (((x / n - 0.5) * 2) ** 2 + ((y / n - 0.5) * 2) ** 2)
      const stage = (isLine ? 620 : 420) + 25 * random.normal()
      const value = (stage * (1 - edge[at]!) + coat * edge[at]!) * vignette
      out[at] = Math.min(4095, Math.max(0, Math.round(value)))
    }
  }
  return out
}

/** Light that has spread on its way through tissue: a narrow core and a wide skirt. */
function addLight(light: Float32Array, grid: Grid, x: number, z: number, reach: number, counts: number): void {
  const [n] = grid.shape
  const mm = grid.spacing[0]
  for (let row = 0, at = 0; row < n; row++) {
    for (let column = 0; column < n; column++, at++) {
      const dx = grid.origin[0] + column * mm - x
      const dz = grid.origin[2] + (n - 1 - row) * mm - z
      const r = Math.hypot(dx, dz) / reach
      light[at]! += counts * (0.82 * Math.exp(-r * r * 1.4) + 0.18 * Math.exp(-r * 2))
    }
  }
}

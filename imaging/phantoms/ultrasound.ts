import { phantomHeader, scaled } from './phantom.ts'
import type { Phantom, PhantomOptions } from './phantom.ts'
import { createRandom } from './random.ts'
import { blur } from './scene.ts'

/** Millimetres across and down. */
const field = 14
const frameSeconds = 0.008
const heartSeconds = 0.128 // about 470 beats per minute
const centre = { x: 7.2, y: 7.4 }
/** Radii of the left ventricle at the end of filling, in mm. */
const inner = 2.1
const outer = 2.95

/** B-mode cine of a beating mouse heart in short axis: uint8, speckle that moves with the tissue. */
export function ultrasoundPhantom(options: PhantomOptions): Phantom {
  const n = scaled(256, options)
  const t = options.frames ?? 32
  const mm = field / n
  const header = phantomHeader({
    modality: 'US',
    shape: { x: n, y: n, z: 1, t, c: 1 },
    sampleType: 'uint8',
    spacing: [mm, mm, mm],
    frames: {
      startSeconds: Array.from({ length: t }, (_, i) => Number((i * frameSeconds).toFixed(6))),
      durationSeconds: Array.from({ length: t }, () => frameSeconds),
    },
  })
  return {
    header,
    *planes() {
      const random = createRandom((options.seed ?? 1) + 404)
      const speckle = [scatterers(n, random), scatterers(n, random)] as const
      const ribs = [random.between(1.6, 2.6), random.between(10.6, 12)]
      for (let i = 0; i < t; i++) {
        const plane = new Uint8Array(n * n)
        const beat = contraction((i * frameSeconds) / heartSeconds)
        const amplitude = new Float32Array(n * n)
        const places = new Float32Array(2 * n * n)
        for (let row = 0, at = 0; row < n; row++) {
          for (let column = 0; column < n; column++, at++) {
            const [x, y] = [(column + 0.5) * mm, (row + 0.5) * mm]
            const { level, u, v } = tissueAt(x, y, beat)
            amplitude[at] = 10 ** (level / 20)
            places.set([u / mm, v / mm], 2 * at)
          }
        }
        blur(amplitude, [n, n, 1], [1.5, 0.9, 0])
        for (let at = 0; at < plane.length; at++) {
          const [x, y] = [((at % n) + 0.5) * mm, (Math.floor(at / n) + 0.5) * mm]
          const shadow = ribs.reduce(
            (sum, rib) => sum + 15 * Math.exp(-(((x - rib) / 0.6) ** 2)) * Math.min(1, y / 3),
            0,
          )
          const [u, v] = [places[2 * at]!, places[2 * at + 1]!]
          const grain = Math.hypot(sample(speckle[0], n, u, v), sample(speckle[1], n, u, v))
          const sides = 7 * (2 * Math.abs(x / field - 0.5)) ** 4
          const echo = 20 * Math.log10(amplitude[at]! * grain + 1e-4) - shadow - sides - 0.55 * Math.abs(y - 6.5)
          const floor = -50 + 4 * random.uniform()
          const shown = Math.max(0, (Math.max(echo, floor) + 50) / 52)
          plane[at] = Math.min(255, Math.round(255 * shown ** 1.5))
        }
        yield plane
      }
    },
  }
}

/** 0 = filled, 1 = fully contracted: a quick squeeze and a slower filling. */
function contraction(phase: number): number {
  const at = phase % 1
  return at < 0.4 ? Math.sin((Math.PI / 2) * (at / 0.4)) ** 2 : Math.cos((Math.PI / 2) * ((at - 0.4) / 0.6)) ** 2
}

/** Echo level in dB at a point, and where the matter at this point lies in the relaxed heart. */
function tissueAt(x: number, y: number, beat: number): { level: number; u: number; v: number } {
  const dx = x - centre.x
  const dy = (y - centre.y) * 1.06
  const r = Math.hypot(dx, dy) || 1e-6
  const innerNow = inner * (1 - 0.36 * beat)
  // The wall keeps its area, so what moves inwards at the cavity moves less further out.
  const lost = inner ** 2 - innerNow ** 2
  const outerNow = Math.sqrt(outer ** 2 - lost)
  const fade = r > outerNow ? Math.exp(-(r - outerNow) / 1.1) : 1
  const relaxed = Math.sqrt(Math.max(r * r + lost * fade, 0))
  const u = centre.x + (dx / r) * relaxed
  const v = centre.y + (dy / r) * relaxed
  const papillary = [2.2, 4.3].some((angle) => {
    const reach = innerNow * 0.72
    return Math.hypot(dx - reach * Math.cos(angle), dy - reach * Math.sin(angle)) < 0.42
  })
  const right = Math.hypot((dx + 2.7) / 1.6, (dy + 0.5) / (2.3 - 0.3 * beat))
  // Surfaces that face the transducer shine, those along the beam are faint.
  const facing = Math.abs(dy / r)
  const depth = 11.2 + 0.35 * Math.sin(1.3 * x + 1) - 0.25 * beat
  let level = -23
  if (y < 2.1) level = y < 0.4 ? -3 : y < 0.9 ? -16 : y < 1.1 ? -6 : -20 + 4 * Math.sin(y * 9 + 0.5 * x)
  else if (r < innerNow) level = papillary ? -15 : -45
  else if (r < outerNow) level = -14 - 4 * (1 - facing)
  else if (r < outerNow + 0.2) level = -12 + 8 * facing ** 2
  else if (right < 1) level = -44
  else if (right < 1.2) level = -16
  else if (y > depth) level = Math.max(-8 - 9 * (y - depth), -34)
  // Blood flows instead of moving with the wall.
  return r < innerNow && !papillary ? { level, u: x + 4 * beat, v: y - 3 * beat } : { level, u, v }
}

/** One quadrature component of a scatterer field seen through a point spread that is wider across than along. */
function scatterers(n: number, random: ReturnType<typeof createRandom>): Float32Array {
  const grain = new Float32Array(n * n)
  for (let i = 0; i < grain.length; i++) grain[i] = random.normal()
  blur(grain, [n, n, 1], [1.7, 0.75, 0])
  const scale = 1 / Math.sqrt(grain.reduce((sum, v) => sum + v * v, 0) / grain.length)
  return grain.map((v) => v * scale)
}

/** A scatterer field between its pixels; it repeats beyond its edges. */
function sample(grain: Float32Array, n: number, x: number, y: number): number {
  const [left, top] = [Math.floor(x), Math.floor(y)]
  const [fx, fy] = [x - left, y - top]
  const at = (column: number, row: number) => grain[(((row % n) + n) % n) * n + (((column % n) + n) % n)]!
  return (
    (at(left, top) * (1 - fx) + at(left + 1, top) * fx) * (1 - fy) +
    (at(left, top + 1) * (1 - fx) + at(left + 1, top + 1) * fx) * fy
  )
}

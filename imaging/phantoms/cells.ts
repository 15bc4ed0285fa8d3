import { bytesOf } from '../samples.ts'
import { phantomHeader, scaled } from './phantom.ts'
import type { Phantom, PhantomOptions } from './phantom.ts'
import { createRandom } from './random.ts'
import type { Random } from './random.ts'
import { blur } from './scene.ts'

/** Millimetres of one pixel: a 20x objective on a camera with 6.5 um pixels. */
const pixel = 0.000325

interface Cell {
  x: number
  y: number
  radius: number
  stretch: number
  angle: number
  bright: number
  wave: number
}

/** Fluorescence microscopy of cultured cells: nuclei, actin and mitochondria as three channels of uint16 counts. */
export function cellsPhantom(options: PhantomOptions): Phantom {
  const n = scaled(512, options)
  const header = phantomHeader({
    modality: 'OT',
    shape: { x: n, y: n, z: 1, t: 1, c: 3 },
    sampleType: 'uint16',
    spacing: [pixel, pixel, pixel],
    channels: [
      { label: 'DAPI', colour: '#4a7dff' },
      { label: 'Phalloidin-488', colour: '#19c46b' },
      { label: 'MitoTracker Red', colour: '#ff4b3e' },
    ],
  })
  return {
    header,
    *planes() {
      const random = createRandom((options.seed ?? 1) + 606)
      const cells = scatter(n, random)
      const owner = nearest(cells, n)
      const cloud = noise(n, 5, random)
      yield camera(nuclei(cells, owner, n, noise(n, 1.8, random)), n, random)
      yield camera(actin(cells, owner, n, cloud, noise(n, 2.5, random)), n, random)
      yield camera(mitochondria(cells, owner, n, random), n, random)
    },
  }
}

/** Cells at some distance from each other. */
function scatter(n: number, random: Random): Cell[] {
  const cells: Cell[] = []
  for (let tries = 0; tries < 900 && cells.length < 70; tries++) {
    const cell = {
      x: random.between(-10, n + 10),
      y: random.between(-10, n + 10),
      radius: random.between(13, 20),
      stretch: random.between(1.05, 1.6),
      angle: random.between(0, Math.PI),
      bright: random.between(0.6, 1.15),
      wave: random.between(0, 6.3),
    }
    if (cells.every((other) => Math.hypot(other.x - cell.x, other.y - cell.y) > 50)) cells.push(cell)
  }
  return cells
}

interface Owner {
  cell: number
  /** Distance to the centre in nuclear radii, along the cell's own ellipse. */
  reach: number
  /** How much nearer this cell is than the next one, in the same measure. */
  margin: number
}

/** For every pixel the cell that it belongs to. */
function nearest(cells: readonly Cell[], n: number): Owner[] {
  const owners: Owner[] = []
  for (let y = 0; y < n; y++) {
    for (let x = 0; x < n; x++) {
      let best: Owner = { cell: 0, reach: Infinity, margin: 0 }
      let second = Infinity
      for (const [i, cell] of cells.entries()) {
        const [dx, dy] = [x - cell.x, y - cell.y]
        if (Math.abs(dx) > 130 || Math.abs(dy) > 130) continue
        const along = (dx * Math.cos(cell.angle) + dy * Math.sin(cell.angle)) / cell.stretch
        const across = dy * Math.cos(cell.angle) - dx * Math.sin(cell.angle)
        const turn = Math.atan2(across, along)
        const reach = Math.hypot(along, across) / (cell.radius * (1 + 0.1 * Math.sin(3 * turn + cell.wave)))
        if (reach < best.reach) {
          second = best.reach
          best = { cell: i, reach, margin: 0 }
        } else if (reach < second) second = reach
      }
      owners.push({ ...best, margin: second - best.reach })
    }
  }
  return owners
}

function nuclei(cells: readonly Cell[], owners: readonly Owner[], n: number, grain: Float32Array): Float32Array {
  const out = new Float32Array(n * n)
  for (const [i, { cell, reach }] of owners.entries()) {
    if (reach < 1) out[i] = 2600 * cells[cell]!.bright * (0.75 + 0.35 * Math.sqrt(1 - reach) + 0.3 * grain[i]!)
  }
  return out
}

/** Fibres along the cell, and a bright rim where cells touch. */
function actin(
  cells: readonly Cell[],
  owners: readonly Owner[],
  n: number,
  cloud: Float32Array,
  grain: Float32Array,
): Float32Array {
  const out = new Float32Array(n * n)
  for (const [i, { cell: index, reach, margin }] of owners.entries()) {
    const cell = cells[index]
    if (!cell || reach > 3.4) continue
    const [dx, dy] = [(i % n) - cell.x, Math.floor(i / n) - cell.y]
    const across = dy * Math.cos(cell.angle) - dx * Math.sin(cell.angle)
    const fibre = Math.sin(across * 1.15 + 3.2 * cloud[i]!) ** 6
    const edge = Math.exp(-(((3.2 - reach) / 0.28) ** 2)) + Math.exp(-((margin / 0.1) ** 2)) * 0.9
    const inside = 1 / (1 + Math.exp((reach - 3.15) * 9))
    const thick = Math.max(0.15, 1 - reach / 4)
    out[i] =
      cell.bright * (inside * (260 + 900 * fibre * (0.5 + 0.5 * grain[i]!) * thick + 420 * thick) + 800 * edge * inside)
  }
  return out
}

/** Short winding threads around the nuclei. */
function mitochondria(cells: readonly Cell[], owners: readonly Owner[], n: number, random: Random): Float32Array {
  const out = new Float32Array(n * n)
  for (const [index, cell] of cells.entries()) {
    for (let thread = 0; thread < 60; thread++) {
      const turn = random.between(0, 2 * Math.PI)
      const reach = cell.radius * (1.15 + 1.5 * random.uniform() ** 1.4)
      let x = cell.x + Math.cos(turn) * reach * cell.stretch
      let y = cell.y + Math.sin(turn) * reach
      let heading = turn + random.between(-1.2, 1.2)
      for (let step = 0; step < 16; step++) {
        const at = Math.round(y) * n + Math.round(x)
        const owner = x >= 0 && x < n && y >= 0 && y < n ? owners[at] : undefined
        if (owner && owner.cell === index && owner.reach > 1.05 && owner.reach < 3) out[at]! += 2600 * cell.bright
        heading += random.between(-0.45, 0.45)
        x += Math.cos(heading)
        y += Math.sin(heading)
      }
    }
  }
  return out
}

/** Smooth noise with mean 0 and standard deviation 1. */
function noise(n: number, sigma: number, random: Random): Float32Array {
  const out = new Float32Array(n * n)
  for (let i = 0; i < out.length; i++) out[i] = random.normal()
  blur(out, [n, n, 1], [sigma, sigma, 0])
  const scale = 1 / Math.sqrt(out.reduce((sum, v) => sum + v * v, 0) / out.length)
  return out.map((v) => v * scale)
}

/** What a camera sees: slightly out of focus, haze, offset, shot and read noise. */
function camera(light: Float32Array, n: number, random: Random): Uint8Array {
  const haze = Float32Array.from(light)
  blur(light, [n, n, 1], [0.9, 0.9, 0])
  blur(haze, [n, n, 1], [9, 9, 0])
  const counts = Uint16Array.from(light, (v, i) => {
    const expected = v + 0.12 * haze[i]! + 25
    return Math.min(
      65535,
      Math.max(0, Math.round(100 + expected + Math.sqrt(expected) * random.normal() + 3 * random.normal())),
    )
  })
  return bytesOf(counts)
}

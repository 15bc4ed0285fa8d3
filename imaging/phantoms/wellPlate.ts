import { phantomHeader, scaled } from './phantom.ts'
import type { Phantom, PhantomOptions } from './phantom.ts'
import { createRandom } from './random.ts'

/** A 24-well plate: pitch and well radius in mm (ANSI/SLAS 4-2004), plate 127.76 x 85.48 mm. */
const plate = { width: 127.76, height: 85.48, columns: 6, rows: 4, pitch: 19.3, radius: 7.9 }

interface Colony {
  x: number
  y: number
  radius: number
  strength: number
}

/** Photograph of a colony assay, crystal violet, dose rising from column to column: RGB uint8. */
export function wellPlatePhantom(options: PhantomOptions): Phantom {
  const width = scaled(540, options)
  const mm = plate.width / width
  const height = Math.round(plate.height / mm)
  const header = phantomHeader({
    modality: 'OT',
    shape: { x: width, y: height, z: 1, t: 1, c: 1 },
    sampleType: 'uint8',
    samplesPerPixel: 3,
    spacing: [mm, mm, mm],
  })
  return {
    header,
    *planes() {
      const random = createRandom((options.seed ?? 1) + 707)
      const wells = Array.from({ length: plate.columns * plate.rows }, (_, i) => {
        const column = i % plate.columns
        const x = plate.width / 2 + (column - (plate.columns - 1) / 2) * plate.pitch
        const y = plate.height / 2 + (Math.floor(i / plate.columns) - (plate.rows - 1) / 2) * plate.pitch
        const count = Math.round(95 * Math.exp(-0.75 * column) * random.between(0.8, 1.2))
        const colonies = Array.from({ length: count }, (): Colony => {
          const [turn, reach] = [random.between(0, 2 * Math.PI), Math.sqrt(random.uniform()) * (plate.radius - 0.7)]
          return {
            x: x + Math.cos(turn) * reach,
            y: y + Math.sin(turn) * reach,
            radius: random.between(0.25, 0.85) * (1 - 0.06 * column),
            strength: random.between(0.5, 0.95),
          }
        })
        return { x, y, colonies }
      })
      const rgb = new Uint8Array(width * height * 3)
      for (let row = 0, at = 0; row < height; row++) {
        for (let column = 0; column < width; column++, at += 3) {
          const [x, y] = [(column + 0.5) * mm, (row + 0.5) * mm]
          const colour = colourAt(x, y, wells)
          const grain = 2.2 * random.normal()
          for (let j = 0; j < 3; j++) rgb[at + j] = Math.min(255, Math.max(0, Math.round(colour[j]! + grain)))
        }
      }
      yield rgb
    },
  }
}

type Rgb = [number, number, number]

function colourAt(x: number, y: number, wells: readonly { x: number; y: number; colonies: Colony[] }[]): Rgb {
  const rim = Math.min(x, y, plate.width - x, plate.height - y)
  let colour: Rgb = rim < 1 ? [120, 122, 128] : rim < 3 ? [236, 238, 242] : [222, 225, 231]
  const well = wells.find((w) => Math.hypot(x - w.x, y - w.y) < plate.radius + 1.1)
  if (!well) return colour
  const r = Math.hypot(x - well.x, y - well.y)
  const wall = Math.exp(-(((r - plate.radius - 0.4) / 0.45) ** 2))
  const shine = 0.5 + 0.5 * Math.cos(Math.atan2(y - well.y, x - well.x) + 2.3)
  if (r < plate.radius) {
    const meniscus = (r / plate.radius) ** 6
    colour = [248 - 22 * meniscus, 247 - 26 * meniscus, 252 - 14 * meniscus]
    let stain = 0
    for (const colony of well.colonies) {
      const d = Math.hypot(x - colony.x, y - colony.y) / colony.radius
      if (d < 1.3) stain = Math.max(stain, (colony.strength * (1 + 0.25 * (1 - d))) / (1 + Math.exp((d - 1) * 14)))
    }
    const dye: Rgb = [78, 38, 138]
    colour = colour.map((v, j) => v + (dye[j]! - v) * Math.min(stain, 1)) as Rgb
  }
  return colour.map((v) => v - wall * (95 - 70 * shine)) as Rgb
}

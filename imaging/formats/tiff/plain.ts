import { number } from './directory.ts'
import type { Directory, TiffFile } from './directory.ts'
import type { Layout } from './layout.ts'

/** Dots per inch that programs and printers write when nothing was measured. */
const customary = [
  1, 2.54, 50, 72, 75, 90, 96, 98, 100, 120, 144, 150, 180, 196, 200, 204, 240, 300, 360, 400, 600, 720, 1200, 2400,
  4800,
]

/** XResolution and YResolution; null when absent or nonsense. */
export async function resolutionOf(
  file: TiffFile,
  directory: Directory,
): Promise<{ perUnit: [number, number]; unit: number } | null> {
  const x = await number(file, directory, 282)
  const y = await number(file, directory, 283)
  const unit = (await number(file, directory, 296)) ?? 2
  if (x === undefined || y === undefined || !Number.isFinite(x) || !Number.isFinite(y) || x <= 0 || y <= 0) return null
  return { perUnit: [x, y], unit }
}

/** Pages without a description: a stack in the order of the file. */
export async function plainLayout(file: TiffFile, pages: number, samples: number): Promise<Layout> {
  const warnings: string[] = []
  const spacing = await plainSpacing(file)
  if (pages > 1) {
    warnings.push(
      `The file does not say what its ${pages} pages are; they are shown as a stack of slices${spacing ? ', with the width of a pixel as their distance' : ''}.`,
    )
  }
  return {
    z: pages,
    t: 1,
    c: samples,
    at: (c, _t, z) => ({ page: z, sample: c }),
    spacing,
    frames: null,
    channels: samples > 1 ? Array.from({ length: samples }, (_, i) => ({ label: `Channel ${i + 1}` })) : null,
    slope: 1,
    intercept: 0,
    unit: '',
    window: null,
    modality: null,
    warnings,
  }
}

/** Pixel size from the resolution tags, unless it is a printer's default. */
async function plainSpacing(file: TiffFile): Promise<Layout['spacing']> {
  const resolution = await resolutionOf(file, file.directories[0]!)
  if (!resolution || (resolution.unit !== 2 && resolution.unit !== 3)) return null
  const unitMillimetres = resolution.unit === 2 ? 25.4 : 10
  const isCustomary = resolution.perUnit.every((perUnit) => {
    const dotsPerInch = (perUnit * 25.4) / unitMillimetres
    return customary.some((usual) => Math.abs(dotsPerInch - usual) < usual * 0.005)
  })
  if (isCustomary) return null
  const [x, y] = resolution.perUnit.map((perUnit) => Number((unitMillimetres / perUnit).toPrecision(9))) as [
    number,
    number,
  ]
  return [x, y, x]
}

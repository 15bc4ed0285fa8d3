import type { PlaneReader } from '../format.ts'
import type { Header } from '../header.ts'
import type { Animation } from '../write/png.ts'
import { displayRange } from './displayRange.ts'
import { activityLook, boneLook, bonePicture, boneRanges, fitted, greyLook, levelsOf, projectedAs } from './looks.ts'
import type { Look } from './looks.ts'
import type { ValuePicture } from './picture.ts'
import { project, slice } from './projection.ts'
import { percentiles } from './statistics.ts'
import { colourSlice } from './thumbnail.ts'
import { turned, type Seen } from './turn.ts'

/**
 * What moves in the animation of a series. turn: a volume is turned once round, as maximum projection; times: its time
 * points follow each other; slices: its slices do.
 */
export const motions = ['turn', 'times', 'slices'] as const
export type Motion = (typeof motions)[number]

/** Pictures of one round. */
const angles = 36
/** Frames of other animations; longer series are sampled evenly. */
const mostFrames = 48
/** Of 256; fewer of them hide noise that nobody sees and make the file half as large. */
const levelStep = 4
const turnMilliseconds = 100
const sliceMilliseconds = 120
/** Time points are shown at their own pace within these bounds, so that a heart beats and a kinetic study ends. */
const [fastest, slowest] = [40, 250]

/** What moves when a series is animated; null: it is a single picture. */
export function motionOf(header: Pick<Header, 'shape' | 'samplesPerPixel'>, modality: string | null): Motion | null {
  if (header.shape.t > 1) return 'times'
  if (projectedAs(header, modality)) return 'turn'
  return header.shape.z > 1 ? 'slices' : null
}

/**
 * The animation of a series with the colours of its thumbnail; the display range is the same for all frames. Channel 0 of
 * images with several. Reads each plane that it needs once or twice and holds small pictures; only 'turn' holds the
 * volume, so give a reduced one.
 * @param size pixels of the longer side
 */
export async function animation(
  reader: PlaneReader,
  motion: Motion,
  { size = 192, modality = reader.header.modality }: { size?: number; modality?: string | null } = {},
): Promise<Animation> {
  const { shape, samplesPerPixel } = reader.header
  const milliseconds = pace(reader.header, motion)
  if (samplesPerPixel > 1) {
    let [width, height] = [1, 1]
    const frames: Uint8Array[] = []
    for (const k of planesShown(shape, motion)) {
      const picture = await colourSlice(reader, k, size)
      ;({ width, height } = picture)
      frames.push(picture.rgb)
    }
    return { width, height, frames, palette: null, milliseconds }
  }
  const { pictures, look } = await grown(reader, motion, size, modality)
  const [{ width, height }] = pictures as [ValuePicture]
  const frames = pictures.map(({ values }) => levelsOf(values, look).map((level) => level - (level % levelStep)))
  return { width, height, frames, palette: look.table, milliseconds }
}

/** All frames as small pictures of values, and how they look. */
async function grown(
  reader: PlaneReader,
  motion: Motion,
  size: number,
  modality: string | null,
): Promise<{ pictures: ValuePicture[]; look: Look }> {
  const { shape, window, curve, unit } = reader.header
  const projected = projectedAs(reader.header, modality)
  if (motion === 'turn' || (motion === 'times' && projected === 'activity')) {
    const seen: Seen[] = []
    const add = ({ maximum, mean }: Seen) => seen.push({ maximum: fitted(maximum, size), mean: fitted(mean, size) })
    if (motion === 'turn') for await (const view of turned(reader, angles)) add(view)
    else for (const t of sampled(shape.t)) add(await project(reader, 0, t))
    const maxima = joined(seen.map(({ maximum }) => maximum))
    if (projected === 'activity') return { pictures: seen.map(({ maximum }) => maximum), look: activityLook(maxima) }
    const ranges = boneRanges(maxima, joined(seen.map(({ mean }) => mean)), unit)
    return { pictures: seen.map((view) => bonePicture(view, ranges)), look: boneLook }
  }
  const pictures: ValuePicture[] = []
  for (const k of planesShown(shape, motion)) pictures.push(fitted(await slice(reader, k), size))
  const [minimum, percentile1, percentile99, maximum] = percentiles(joined(pictures), [0, 0.01, 0.99, 1]) ?? [
    0, 0, 0, 0,
  ]
  return { pictures, look: greyLook(displayRange(window, { minimum, maximum, percentile1, percentile99 }), curve) }
}

/** The planes that follow each other: the middle slice at each time, or each slice at the first. */
function planesShown({ z, t }: Header['shape'], motion: Motion): number[] {
  return motion === 'times' ? sampled(t).map((time) => time * z + Math.floor(z / 2)) : sampled(z)
}

/** At most `mostFrames` of the numbers below `count`, evenly spread. */
const sampled = (count: number): number[] =>
  Array.from({ length: Math.min(count, mostFrames) }, (_, i) => Math.floor((i * count) / Math.min(count, mostFrames)))

function pace({ shape, frames }: Header, motion: Motion): number {
  if (motion === 'turn') return turnMilliseconds
  if (motion === 'slices') return sliceMilliseconds
  const durations = (frames?.durationSeconds ?? []).filter((seconds) => seconds > 0).toSorted((a, b) => a - b)
  const own = (durations[durations.length >> 1] ?? slowest / 1000) * 1000 * Math.max(1, shape.t / mostFrames)
  return Math.round(Math.min(Math.max(own, fastest), slowest))
}

function joined(pictures: ValuePicture[]): Float32Array {
  const out = new Float32Array(pictures.reduce((sum, { values }) => sum + values.length, 0))
  let at = 0
  for (const { values } of pictures) {
    out.set(values, at)
    at += values.length
  }
  return out
}

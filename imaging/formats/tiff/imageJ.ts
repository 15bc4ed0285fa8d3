import type { Header } from '../../header.ts'
import { millimetresOf } from '../../lengthUnits.ts'
import type { Layout } from './layout.ts'

export const looksLikeImageJ = (description: string): boolean => description.startsWith('ImageJ=')

/** The lines "key=value" that ImageJ writes into the description of the first page. */
export function parseImageJ(description: string): Map<string, string> {
  const fields = new Map<string, string>()
  for (const line of description.split(/\r?\n/)) {
    const at = line.indexOf('=')
    if (at > 0 && !fields.has(line.slice(0, at).trim())) fields.set(line.slice(0, at).trim(), line.slice(at + 1).trim())
  }
  return fields
}

/**
 * @param fields     what parseImageJ found
 * @param pages      planes in the file: its pages, or more when they follow the first page without directories
 * @param samples    planes that one page makes
 * @param resolution pixels per unit along x and y (tags 282, 283)
 */
export function imageJLayout(
  fields: Map<string, string>,
  pages: number,
  samples: number,
  resolution: [number, number] | null,
): Layout {
  const warnings: string[] = []
  const whole = (key: string): number => Math.max(1, Math.trunc(value(fields, key) ?? 1))
  let [c, z, t] = [whole('channels'), whole('slices'), whole('frames')]
  if (c * z * t > pages || (c * z * t < pages && c * z * t === 1)) {
    if (c * z * t > pages)
      warnings.push(
        `The description announces ${c} x ${z} x ${t} planes, but ${pages} are there; they are shown as one stack.`,
      )
    ;[c, z, t] = [1, pages, 1]
  } else if (c * z * t < pages)
    warnings.push(`The file has ${pages} planes; the description uses the first ${c * z * t}.`)
  // Calibration of values: cf = 0 is a straight line c0 + c1 v.
  const isLinear = fields.get('cf') === '0'
  return {
    z,
    t,
    c: c * samples,
    // Channels run fastest, then slices, then frames.
    at: (channel, time, slice) => ({
      page: Math.floor(channel / samples) + c * (slice + z * time),
      sample: channel % samples,
    }),
    spacing: spacingOf(fields, z, resolution, warnings),
    frames: frameTimes(fields, t),
    channels: c * samples > 1 ? Array.from({ length: c * samples }, (_, i) => ({ label: `Channel ${i + 1}` })) : null,
    slope: isLinear ? (value(fields, 'c1') ?? 1) : 1,
    intercept: isLinear ? (value(fields, 'c0') ?? 0) : 0,
    unit: isLinear ? unitText(fields.get('vunit')) : '',
    window: windowOf(fields),
    modality: null,
    warnings,
  }
}

function value(fields: Map<string, string>, key: string): number | undefined {
  const text = fields.get(key)
  return text !== undefined && text !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined
}

/** ImageJ writes non-ASCII characters of units as \u00B5 sometimes. */
const unitText = (text = ''): string =>
  text.replace(/\\u([\da-f]{4})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))

function spacingOf(
  fields: Map<string, string>,
  z: number,
  resolution: [number, number] | null,
  warnings: string[],
): Header['spacing'] {
  const factor = millimetresOf[unitText(fields.get('unit'))]
  if (factor === undefined || !resolution) return null
  const [x, y] = resolution.map((perUnit) => Number((factor / perUnit).toPrecision(9))) as [number, number]
  const depth = value(fields, 'spacing')
  if (depth !== undefined && depth !== 0) return [x, y, Number((Math.abs(depth) * factor).toPrecision(9))]
  if (z > 1) warnings.push('The file gives no distance between slices; the width of a pixel is assumed.')
  return [x, y, x]
}

function frameTimes(fields: Map<string, string>, t: number): Header['frames'] {
  const rate = value(fields, 'fps')
  const step = value(fields, 'finterval') ?? (rate ? 1 / rate : undefined)
  if (t < 2 || step === undefined || step <= 0) return null
  return {
    startSeconds: Array.from({ length: t }, (_, i) => Number((i * step).toPrecision(9))),
    durationSeconds: Array(t).fill(step) as number[],
  }
}

function windowOf(fields: Map<string, string>): Header['window'] {
  const [low, high] = [value(fields, 'min'), value(fields, 'max')]
  return low !== undefined && high !== undefined && high > low ? { low, high } : null
}

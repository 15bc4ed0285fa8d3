/** Display windows: the values drawn as the darkest and the brightest colour. */
import type { SeriesHeader } from './contract.ts'

export interface Window {
  low: number
  high: number
}

export interface WindowPreset extends Window {
  label: string
}

type WindowHeader = Pick<SeriesHeader, 'modality' | 'unit' | 'window' | 'range' | 'samplesPerPixel' | 'sampleType'>

/** A window that is never empty. */
export function usable(low: number, high: number): Window {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return { low: 0, high: 1 }
  if (high > low) return { low, high }
  return { low, high: low + Math.max(Math.abs(low) * 1e-3, 1e-6) }
}

/** What the file recommends, else the range without its outermost percents; activity starts at zero. */
export function defaultWindow(header: WindowHeader): Window {
  if (header.samplesPerPixel > 1) return { low: 0, high: 255 }
  if (header.window) return usable(header.window.low, header.window.high)
  const { low, high, min, max } = header.range
  if (isActivity(header)) return usable(Math.min(0, low), high > 0 ? high : max)
  return high > low ? { low, high } : usable(min, max)
}

const isActivity = ({ modality }: WindowHeader): boolean => modality === 'PT' || modality === 'NM'
const isHounsfield = ({ unit }: WindowHeader): boolean => unit === 'HU' || unit === "[hnsf'U]"

/** Windows to choose from, by modality and unit. */
export function windowPresets(header: WindowHeader): WindowPreset[] {
  const { min, max, low, high } = header.range
  const presets: WindowPreset[] = []
  if (header.window) presets.push({ label: 'From the file', ...usable(header.window.low, header.window.high) })
  if (header.samplesPerPixel > 1) return [...presets, { label: 'As stored', low: 0, high: 255 }]
  if (isHounsfield(header)) {
    presets.push(
      { label: 'Soft tissue', low: -160, high: 240 },
      { label: 'Bone', low: -450, high: 1550 },
      { label: 'Lung', low: -1150, high: 350 },
      { label: 'Fat', low: -350, high: 50 },
    )
  }
  if (isActivity(header)) {
    presets.push(
      { label: '0 to maximum', ...usable(0, max) },
      { label: '0 to half', ...usable(0, max / 2) },
      { label: '0 to a fifth', ...usable(0, max / 5) },
    )
  }
  presets.push({ label: '1 % to 99 %', ...usable(low, high) })
  if (header.sampleType === 'uint8') presets.push({ label: '0 to 255', low: 0, high: 255 })
  presets.push({ label: 'Full range', ...usable(min, max) })
  return presets
}

/**
 * The window after a drag: to the right wider, upwards brighter. A drag over the whole picture changes width and level
 * by what is shown of the range, so that the same hand movement suits HU and fractions.
 * @param dx, dy pixels moved; dy grows downwards
 */
export function draggedWindow(window: Window, range: SeriesHeader['range'], dx: number, dy: number): Window {
  const reach = Math.max(range.high - range.low, (range.max - range.min) / 20, window.high - window.low)
  const step = reach / 400
  const width = Math.max(window.high - window.low + dx * step, reach * 1e-3)
  const level = (window.low + window.high) / 2 + dy * step
  return { low: level - width / 2, high: level + width / 2 }
}

/** Digits after the point that a window of this width deserves. */
export const windowDigits = ({ low, high }: Window): number =>
  Math.min(Math.max(2 - Math.floor(Math.log10(Math.max(high - low, 1e-12))), 0), 8)

/** The window with no more digits than its width deserves, for links and inputs. */
export function roundedWindow(window: Window): Window {
  const digits = windowDigits(window)
  // Adding zero turns the minus zero that rounding can give into zero.
  return usable(Number(window.low.toFixed(digits)) + 0, Number(window.high.toFixed(digits)) + 0)
}

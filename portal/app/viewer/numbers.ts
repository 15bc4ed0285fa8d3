/** How lengths, values and times are written in the viewer. */

/** Millimetres in the unit that reads best: 0.012 as '12 µm', 12.34 as '12.3 mm', 123 as '12.3 cm'. */
export function formatLength(millimetres: number): string {
  const size = Math.abs(millimetres)
  if (size === 0) return '0 mm'
  if (size < 0.09995) return `${significant(millimetres * 1000, 3)} µm`
  if (size < 99.95) return `${significant(millimetres, 3)} mm`
  return `${significant(millimetres / 10, 3)} cm`
}

/** Square millimetres in the unit that reads best. */
export function formatArea(squareMillimetres: number): string {
  const size = Math.abs(squareMillimetres)
  if (size !== 0 && size < 0.00995) return `${significant(squareMillimetres * 1e6, 3)} µm²`
  if (size < 9995) return `${significant(squareMillimetres, 3)} mm²`
  return `${significant(squareMillimetres / 100, 3)} cm²`
}

/** Cubic millimetres in the unit that reads best. */
export function formatVolume(cubicMillimetres: number): string {
  const size = Math.abs(cubicMillimetres)
  if (size !== 0 && size < 0.000995) return `${significant(cubicMillimetres * 1e9, 3)} µm³`
  if (size < 99950) return `${significant(cubicMillimetres, 4)} mm³`
  return `${significant(cubicMillimetres / 1000, 4)} cm³`
}

/** A position in millimetres, or micrometres for microscopes, with the digits that the voxel size deserves. */
export function formatPosition(point: readonly number[], voxelMillimetres: number): string {
  const [factor, unit] = voxelMillimetres < 0.02 ? [1000, 'µm'] : [1, 'mm']
  const digits = Math.min(Math.max(1 - Math.floor(Math.log10(voxelMillimetres * factor)), 0), 5)
  return `${point.map((mm) => withoutMinusZero((mm * factor).toFixed(digits))).join(', ')} ${unit}`
}

/** A voxel value with at most five significant digits; whole numbers stay whole. */
export function formatValue(value: number): string {
  if (Number.isNaN(value)) return 'no number'
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞'
  if (Number.isInteger(value) && Math.abs(value) < 1e7) return String(value)
  const size = Math.abs(value)
  if (size !== 0 && (size < 1e-3 || size >= 1e7)) return value.toExponential(3)
  return significant(value, 5)
}

/** A value with its unit; a unit that is not known is left out. */
export const formatMeasured = (value: number, unit: string): string =>
  `${formatValue(value)}${unit === '' ? '' : ` ${unit}`}`

/** Seconds as a clock: '0.25 s', '12 s', '2:05', '1:02:05'. */
export function formatSeconds(seconds: number): string {
  if (seconds < 60) return `${significant(seconds, 3)} s`
  const whole = Math.round(seconds)
  const two = (n: number) => String(n).padStart(2, '0')
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60]
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`
}

/** 'frame 3 of 40, 2:00 to 3:00'; times are left out when the file does not state them. */
export function formatFrame(
  t: number,
  count: number,
  frames: { startSeconds: number[]; durationSeconds: number[] } | null,
): string {
  const place = `frame ${t + 1} of ${count}`
  const start = frames?.startSeconds[t]
  if (start === undefined) return place
  const duration = frames?.durationSeconds[t] ?? 0
  return duration > 0
    ? `${place}, ${formatSeconds(start)} to ${formatSeconds(start + duration)}`
    : `${place}, at ${formatSeconds(start)}`
}

/** The longest 1-2-5 length that is not above `limit`. */
export function niceLength(limit: number): number {
  const decade = 10 ** Math.floor(Math.log10(limit))
  return ([5, 2, 1].find((step) => step * decade <= limit) ?? 1) * decade
}

function significant(value: number, digits: number): string {
  if (value === 0) return '0'
  const decimals = Math.max(digits - 1 - Math.floor(Math.log10(Math.abs(value))), 0)
  const text = value.toFixed(Math.min(decimals, 12))
  return withoutMinusZero(text.includes('.') ? text.replace(/\.?0+$/, '') : text)
}

const withoutMinusZero = (text: string): string => (/^-0(\.0*)?$/.test(text) ? text.slice(1) : text)

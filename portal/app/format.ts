/**
 * How values are written for people. Pure functions that give the same text on the server and in the browser: month
 * names are our own because the locale data of the two may differ.
 */
import { modalities, type Modality } from '#ontology/modalities.ts'
import type { Quantity, WhenStamp } from '#ontology/values.ts'

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** '2025-03-14' as '14 Mar 2025'. */
export function formatDate(date: string): string {
  const [year, month, day] = date.slice(0, 10).split('-')
  return `${Number(day)} ${months[Number(month) - 1]} ${year}`
}

/** An instant in a time zone; without one, in the machine's own. 'UTC' is written behind the time. */
export function formatInstant(instant: string, zone?: string, precision: WhenStamp['precision'] = 'minute'): string {
  if (Number.isNaN(Date.parse(instant))) return instant
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(new Date(instant))
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? ''
  const day = `${Number(part('day'))} ${months[Number(part('month')) - 1]} ${part('year')}`
  const clock = {
    second: ` ${part('hour')}:${part('minute')}:${part('second')}`,
    minute: ` ${part('hour')}:${part('minute')}`,
    hour: ` ${part('hour')} h`,
    day: '',
  }[precision]
  return `${day}${clock}${zone === 'UTC' && clock ? ' UTC' : ''}`
}

/** A point in time with the precision that was known; whole days are not moved between zones. */
export const formatWhen = (stamp: WhenStamp, zone?: string): string =>
  stamp.precision === 'day' ? formatDate(stamp.dateTime) : formatInstant(stamp.dateTime, zone, stamp.precision)

const sizeUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']

/** Bytes in binary units with three digits: 3.42 GiB. */
export function formatBytes(byteCount: number): string {
  let value = byteCount
  let unit = 0
  while (value >= 1023.5 && unit < sizeUnits.length - 1) {
    value /= 1024
    unit += 1
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2
  return `${value.toFixed(digits)} ${sizeUnits[unit]}`
}

/** 12345 as '12,345'. */
export const formatCount = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ',')

/** '1 series', '3 files'. */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`

const unitTexts: Record<string, string> = {
  ug: 'µg',
  uL: 'µL',
  uCi: 'µCi',
  'ug/kg': 'µg/kg',
  'ug/mL': 'µg/mL',
  'umol/kg': 'µmol/kg',
  'umol/L': 'µmol/L',
  Cel: '°C',
  mm3: 'mm³',
  '{cells}': 'cells',
  '10*6.{cells}': '× 10⁶ cells',
  '[PFU]': 'PFU',
  "[hnsf'U]": 'HU',
  '{counts}': 'counts',
  '{counts}/s': 'counts/s',
  '{photons}/s/cm2/sr': 'photons/s/cm²/sr',
}

/** UCUM code as people write it. */
export const formatUnit = (unit: string): string => unitTexts[unit] ?? unit

/** A quantity with the digits that were entered. */
export const formatQuantity = ({ value, unit }: Quantity): string =>
  unit === '%' ? `${value} %` : `${value} ${formatUnit(unit)}`

/** 'PT' as 'PET'; codes that are not in the list stay as they are. */
export const formatModality = (code: string | null | undefined): string =>
  code ? (modalities[code as Modality] ?? code) : 'Unknown'

interface ImageSize {
  shape: number[]
  spacingMillimetres?: number[]
}

/** [512, 512, 94, 40, 1] as '512 × 512 × 94, 40 frames'. */
export function formatShape({ shape }: ImageSize): string {
  const [x = 1, y = 1, z = 1, t = 1, c = 1] = shape
  const space = z > 1 ? `${x} × ${y} × ${z}` : `${x} × ${y}`
  return [space, t > 1 && counted(t, 'frame'), c > 1 && counted(c, 'channel')].filter(Boolean).join(', ')
}

/** Voxel size in millimetres, in micrometres below a tenth of one. */
export function formatSpacing({ shape, spacingMillimetres }: ImageSize): string | null {
  if (!spacingMillimetres) return null
  const sizes = spacingMillimetres.slice(0, (shape[2] ?? 1) > 1 ? 3 : 2)
  const micro = sizes.every((size) => size < 0.1)
  const text = sizes.map((size) => String(Number((micro ? size * 1000 : size).toPrecision(3)))).join(' × ')
  return `${text} ${micro ? 'µm' : 'mm'}`
}

/** camelCase or kebab-case identifier as words: 'cellCulture' as 'Cell culture'. */
export function formatWords(name: string): string {
  const words = name.replace(/([a-z])([A-Z])/g, (_all, low: string, high: string) => `${low} ${high.toLowerCase()}`)
  const plain = words.replaceAll('-', ' ')
  return plain.charAt(0).toUpperCase() + plain.slice(1)
}

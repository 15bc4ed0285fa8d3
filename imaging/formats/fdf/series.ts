import { ImagingError } from '../../errors.ts'
import { millimetres } from '../../geometry/millimetres.ts'
import type { Header } from '../../header.ts'
import { numberOf, numbersOf, stringsOf } from './header.ts'
import { isLength } from './part.ts'
import type { FdfPart } from './part.ts'

/** The planes of a series: file and number of the plane in it, in the order of the header. */
export interface FdfSeries {
  header: Header
  places: { part: FdfPart; plane: number }[]
}

/** Share by which distances of slices may differ and still count as equal. */
const evenly = 0.01

/**
 * Puts the files of a folder in order: slices by their position, arrayed acquisitions as time, echoes and slabs as
 * channels.
 * @throws ImagingError 'missing-companion' when a slice is not there at every time and echo, 'malformed'
 */
export function arrange(parts: FdfPart[]): FdfSeries {
  const [first] = parts
  if (!first) throw new ImagingError('not-this-format', 'No FDF image is among the files.', 0)
  const odd = parts.find(({ x, y, z, sampleType }) => x !== first.x || y !== first.y || z !== first.z || sampleType !== first.sampleType) // prettier-ignore
  if (odd) {
    throw new ImagingError(
      'malformed',
      `${odd.entry.path} has ${odd.x} x ${odd.y} x ${odd.z} ${odd.sampleType} voxels and ${first.entry.path} has ` +
        `${first.x} x ${first.y} x ${first.z} ${first.sampleType}; they do not make one series.`,
    )
  }
  const warnings: string[] = []
  const files = numbered(parts, warnings)
  const sorted = (values: number[]) => [...new Set(values)].toSorted((a, b) => a - b)
  const [zs, ts] = [sorted(files.map(({ slice }) => slice)), sorted(files.map(({ array }) => array))]
  const channels = [...new Map(files.map((part) => [channelOf(part), part])).values()].toSorted(
    (a, b) => a.slab - b.slab || a.echo - b.echo,
  )
  const held = new Map<string, FdfPart>()
  for (const part of files) {
    const key = `${channelOf(part)}/${part.array}/${part.slice}`
    const twin = held.get(key)
    if (twin) {
      throw new ImagingError('malformed', `${part.entry.path} and ${twin.entry.path} say that they are the same image.`)
    }
    held.set(key, part)
  }
  const places: FdfSeries['places'] = []
  for (const channel of channels.map(channelOf)) {
    for (const t of ts) {
      for (const z of zs) {
        const part = held.get(`${channel}/${t}/${z}`)
        if (!part) throw hole(first, channel, t, z)
        for (let plane = 0; plane < part.z; plane++) places.push({ part, plane })
      }
    }
  }
  const announced = numberOf(first.header, 'slices') ?? 0
  if (first.z === 1 && announced > zs.length) {
    warnings.push(`The header announces ${announced} slices, but the folder holds ${zs.length}.`)
  }
  if (ts.length > 1)
    warnings.push('Arrayed images are shown one after the other in time; what was varied is in the header.')
  const ordered = places.slice(0, zs.length * first.z).map(({ part }) => part)
  return {
    places,
    header: {
      format: 'fdf',
      modality: 'MR',
      shape: { x: first.x, y: first.y, z: zs.length * first.z, t: ts.length, c: channels.length },
      sampleType: first.sampleType,
      samplesPerPixel: 1,
      ...placement(ordered, warnings),
      slope: [1],
      intercept: [0],
      unit: stringsOf(first.header, 'ordinate').some((word) => /^radians?$/i.test(word)) ? 'rad' : '',
      frames: null,
      channels: channels.length > 1 ? channels.map((part) => ({ label: channelOf(part) })) : null,
      window: null,
      warnings,
    },
  }
}

const channelOf = ({ slab, echo }: FdfPart): string => (slab > 1 ? `slab ${slab}, echo ${echo}` : `echo ${echo}`)

const hole = (first: FdfPart, channel: string, t: number, z: number) =>
  new ImagingError(
    'missing-companion',
    `The series of ${first.entry.path} lacks the file for slice ${z}, image ${t}, ${channel}. Add it.`,
  )

type Numbered = FdfPart & { slice: number }

/** The files with slice numbers from 1; where headers and names give none, in the order of the names. */
function numbered(parts: FdfPart[], warnings: string[]): Numbered[] {
  if (parts[0]!.z > 1) return parts.map((part) => ({ ...part, slice: 1 }))
  if (parts.every((part): part is Numbered => part.slice !== undefined)) return byPosition(parts)
  if (parts.length > 1)
    warnings.push('Neither headers nor names number the slices; they stand in the order of the names.')
  const names = parts.toSorted((a, b) => (a.entry.path < b.entry.path ? -1 : 1))
  return names.map((part, i) => ({ ...part, slice: i + 1, slab: 1, echo: 1, array: 1 }))
}

/** Slices in the order of their positions when each number has a position of its own, else in that of the numbers. */
function byPosition(parts: Numbered[]): Numbered[] {
  const positions = new Map<number, number | undefined>()
  for (const { slice, position } of parts) {
    const isSame = !positions.has(slice) || positions.get(slice) === position
    positions.set(slice, isSame ? position : undefined)
  }
  const list = [...positions]
  const isUsable = list.every(([, at]) => at !== undefined) && new Set(positions.values()).size === list.length
  if (!isUsable) return parts
  const rank = new Map(list.toSorted(([, a], [, b]) => a! - b!).map(([slice], i) => [slice, i + 1]))
  return parts.map((part) => ({ ...part, slice: rank.get(part.slice)! }))
}

/**
 * Voxel sizes from `span` (cm) and the distances of the slices. Directions are given in the coordinates of the magnet, and
 * nothing says how the animal lay in it: they stay unknown.
 */
function placement(
  ordered: FdfPart[],
  warnings: string[],
): Pick<Header, 'spacing' | 'origin' | 'direction' | 'orientation'> {
  const [first] = ordered
  const unknown = { origin: null, direction: null, orientation: 'unknown' as const }
  const span = numbersOf(first!.header, 'span')
  const sizes = [first!.x, first!.y, ...(first!.z > 1 ? [first!.z] : [])]
  const [dx, dy, dz] = sizes.map((size, axis) => millimetres(Math.abs((span[axis] ?? 0) * 10) / size))
  const step = first!.z > 1 ? dz : sliceStep(ordered, warnings)
  if (!isLength(first!.header) || !dx || !dy || !step) return { spacing: null, ...unknown }
  warnings.push('The header gives directions in the coordinates of the magnet; how the animal lay in it is not known.')
  return { spacing: [dx, dy, step], ...unknown }
}

/** Distance of slice centres in mm; of a single slice, and where the distances differ, the thickness. */
function sliceStep(ordered: FdfPart[], warnings: string[]): number | undefined {
  const thickness = millimetres((numbersOf(ordered[0]!.header, 'roi')[2] ?? 0) * 10)
  if (ordered.length === 1) return thickness
  const positions = ordered.map(({ position }) => position)
  if (positions.includes(undefined)) return undefined
  const steps = positions.slice(1).map((at, i) => at! - positions[i]!)
  const mean = steps.reduce((sum, step) => sum + step, 0) / steps.length
  if (mean !== 0 && steps.every((step) => Math.abs(step - mean) <= Math.abs(mean) * evenly)) {
    return millimetres(Math.abs(mean))
  }
  warnings.push('The slices do not stand at equal distances; their thickness is taken for the distance.')
  return thickness
}

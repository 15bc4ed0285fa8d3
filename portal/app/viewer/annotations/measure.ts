/** The numbers of a drawing, and how they are written. */
import { annotationTools, type AnnotationTool, type AnnotationValue } from '#ontology/entities/annotation.ts'
import { counted } from '../../format.ts'
import { voxelAt, type Vec3, type VolumeGeometry } from '../geometry.ts'
import { formatArea, formatLength, formatMeasured, formatPosition, formatValue, formatVolume } from '../numbers.ts'
import type { LayerView } from '../overlayContent.ts'
import type { Drawn } from './drawn.ts'
import { regionOf, regionStatistics } from './region.ts'
import { minus, size } from './shapes.ts'

export interface Measured {
  values: AnnotationValue[]
  /** For the list. */
  lines: string[]
  /** For the picture, where there is little room. */
  short: string[]
  /** Planes that were needed are not in memory yet. */
  waiting: boolean
}

type What = Pick<Drawn, 'tool' | 'points' | 'plane'>

/** @param layers what is shown of the series, it first; values of all are told */
export function measure({ tool, points, plane }: What, layers: readonly LayerView[]): Measured {
  const { spacing } = layers[0]!.pixels.header
  const lengthOf = (from: Vec3, to: Vec3) => size(minus(to, from))
  const length = (quantity: 'length' | 'shortAxis', millimetres: number) => ({
    value: { quantity, value: millimetres, unit: spacing ? 'mm' : 'px' } as const,
    text: spacing ? formatLength(millimetres) : `${formatValue(rounded(millimetres, 4))} px`,
  })
  switch (tool) {
    case 'length':
      return plain([length('length', lengthOf(points[0]!, points[1]!))])
    case 'bidirectional':
      return plain([
        length('length', lengthOf(points[0]!, points[1]!)),
        length('shortAxis', lengthOf(points[2]!, points[3]!)),
      ])
    case 'angle': {
      if (points.length < 3) return plain([])
      const degrees = angleOf(points)
      return plain([{ value: { quantity: 'angle', value: degrees, unit: 'deg' }, text: `${degrees.toFixed(1)}°` }])
    }
    case 'probe':
      return probe(points[0]!, plane, layers)
    case 'arrow':
      return plain([])
    default:
      return area(tool, points, plane, layers)
  }
}

function plain(all: { value: AnnotationValue; text: string }[]): Measured {
  const text = all.map((one) => one.text)
  const lines = text.length > 1 ? [text.join(' × ')] : text
  return { values: all.map(({ value }) => value), lines, short: lines, waiting: false }
}

/** Degrees between the two arms at the second point. */
export function angleOf(points: readonly Vec3[]): number {
  const [a, b] = [minus(points[0]!, points[1]!), minus(points[2]!, points[1]!)]
  const cosine = (a[0] * b[0] + a[1] * b[1] + a[2] * b[2]) / (size(a) * size(b) || 1)
  return (Math.acos(Math.min(Math.max(cosine, -1), 1)) * 180) / Math.PI
}

function probe(point: Vec3, plane: number | null, layers: readonly LayerView[]): Measured {
  const { pixels } = layers[0]!
  const { spacing } = pixels.header
  const found = layers.map((layer) => {
    const index = voxelAt(boxOf(layer), point)
    return { layer, value: index ? valueAt(layer, index, plane) : ('outside' as const) }
  })
  const texts = found.map(({ layer, value }) => {
    if (value === 'outside') return named(layers, layer, 'outside')
    if (value === null) return named(layers, layer, 'loading')
    const text = typeof value === 'number' ? formatMeasured(value, layer.pixels.header.unit) : `RGB ${value.join(' ')}`
    return named(layers, layer, text)
  })
  const place = pixels.geometry ? point : point.slice(0, 2)
  const position = spacing ? [formatPosition(place, Math.min(spacing[0], spacing[1]))] : []
  return {
    values: found.flatMap(({ layer, value }) =>
      typeof value === 'number' && Number.isFinite(value) ? [inSeries(layers, layer, 'value', value)] : [],
    ),
    lines: [...texts, ...position],
    short: texts,
    waiting: found.some(({ value }) => value === null),
  }
}

function area(
  tool: AnnotationTool,
  points: readonly Vec3[],
  plane: number | null,
  layers: readonly LayerView[],
): Measured {
  const region = points.length < annotationTools[tool].points[0] ? null : regionOf(tool, points)
  if (!region) return plain([])
  const { spacing } = layers[0]!.pixels.header
  const isBody = region.plane === null
  const extent: AnnotationValue = isBody
    ? { quantity: 'volume', value: region.extent, unit: spacing ? 'mm3' : 'px3' }
    : { quantity: 'area', value: Math.abs(region.extent), unit: spacing ? 'mm2' : 'px2' }
  const pixels = `${formatValue(rounded(extent.value, 4))} px${isBody ? '³' : '²'}`
  const extentText = !spacing ? pixels : isBody ? formatVolume(extent.value) : formatArea(extent.value)
  const values: AnnotationValue[] = [extent]
  const [lines, short]: string[][] = [[], []]
  let waiting = false
  for (const layer of layers) {
    const { unit, samplesPerPixel } = layer.pixels.header
    if (samplesPerPixel > 1) continue
    let missing = false
    const found = regionStatistics(boxOf(layer), region, (index) => {
      const value = valueAt(layer, index, plane)
      if (value === null) missing = true
      return typeof value === 'number' ? value : null
    })
    waiting ||= missing
    if (!found) {
      const text = named(layers, layer, missing ? 'values are loading' : 'no voxel centre inside')
      lines!.push(text)
      short!.push(text)
      continue
    }
    const deviation = formatValue(rounded(found.standardDeviation, 3))
    lines!.push(
      named(layers, layer, `mean ${formatMeasured(rounded(found.mean, 5), unit)}, SD ${deviation}`),
      `${formatValue(rounded(found.min, 5))} to ${formatValue(rounded(found.max, 5))}, ${counted(found.count, 'voxel')}`,
    )
    short!.push(named(layers, layer, `${formatValue(rounded(found.mean, 3))} ± ${deviation} ${unit}`.trim()))
    values.push(
      inSeries(layers, layer, 'mean', found.mean),
      inSeries(layers, layer, 'standardDeviation', found.standardDeviation),
      inSeries(layers, layer, 'minimum', found.min),
      inSeries(layers, layer, 'maximum', found.max),
      { ...inSeries(layers, layer, 'voxelCount', found.count), unit: '1' },
    )
  }
  return { values, lines: [...lines!, extentText], short: [...short!, extentText], waiting }
}

function inSeries(
  layers: readonly LayerView[],
  { pixels: { header } }: LayerView,
  quantity: AnnotationValue['quantity'],
  value: number,
): AnnotationValue {
  const own = layers[0]!.pixels.header.seriesId === header.seriesId
  return { quantity, value, unit: header.unit.slice(0, 30), ...(!own && { seriesId: header.seriesId }) }
}

const rounded = (value: number, digits: number): number => Number(value.toPrecision(digits))

const named = (layers: readonly LayerView[], { pixels }: LayerView, text: string): string =>
  layers.length > 1 ? `${pixels.header.modality ?? pixels.header.label}: ${text}` : text

/** The box of a volume, or of one plane of a stack. */
export function boxOf({ pixels }: Pick<LayerView, 'pixels'>): VolumeGeometry {
  const { shape, spacing } = pixels.header
  return (
    pixels.geometry ?? {
      dimensions: [shape.x, shape.y, 1],
      spacing: [spacing?.[0] ?? 1, spacing?.[1] ?? 1, 1],
      origin: [0, 0, 0],
      axes: [
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
      ],
      leftHanded: false,
    }
  )
}

function valueAt({ pixels, view }: LayerView, index: Vec3, plane: number | null): ReturnType<typeof pixels.valueAt> {
  const z = pixels.geometry ? index[2] : (plane ?? view.index[2])
  return pixels.valueAt([index[0], index[1], z], view.t, view.c)
}

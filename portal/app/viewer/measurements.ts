/** What was drawn on a picture, in words: lengths, regions and points with their values. */
import { counted } from '../format.ts'
import { plus, scaled, voxelAt, type Vec3, type VolumeGeometry } from './geometry.ts'
import { formatArea, formatLength, formatMeasured, formatPosition, formatValue } from './numbers.ts'
import type { LayerView } from './overlayContent.ts'
import { ellipseArea, ellipseStatistics } from './regionStatistics.ts'

export type MeasuringTool = 'length' | 'ellipse' | 'probe'

export interface Measurement {
  id: string
  /** 'Length 1', 'Ellipse 2' */
  title: string
  /** The result in words, with units. */
  lines: string[]
  seriesId: string
  /** LPS position of its middle; of the picture for stacks. */
  point: Vec3
  /** Plane of the file that it was drawn on; null on volumes. */
  plane: number | null
}

/** A result in words. */
export interface Description {
  /** For the list. */
  lines: string[]
  /** For the picture, where there is little room. */
  short: string[]
}

/**
 * @param points handles: the two ends of a length, the ends of the two axes of an ellipse (bottom, top, left, right), a point
 * @param layers the series at the bottom first; values of all are told
 */
export function describe(tool: MeasuringTool, points: readonly Vec3[], layers: readonly LayerView[]): Description {
  const { spacing } = layers[0]!.pixels.header
  if (tool === 'length') {
    const [from, to] = points as [Vec3, Vec3]
    const length = Math.hypot(to[0] - from[0], to[1] - from[1], to[2] - from[2])
    return same([spacing ? formatLength(length) : `${formatValue(rounded(length, 4))} px`])
  }
  if (tool === 'probe') {
    const values = layers.map((layer) => named(layers, layer, probed(layer, points[0]!)))
    const place = layers[0]!.pixels.geometry ? points[0]! : points[0]!.slice(0, 2)
    const position = spacing ? [formatPosition(place, Math.min(spacing[0], spacing[1]))] : []
    return { lines: [...values, ...position], short: values }
  }
  return describeEllipse(points as [Vec3, Vec3, Vec3, Vec3], layers)
}

function describeEllipse(
  [bottom, top, left, right]: [Vec3, Vec3, Vec3, Vec3],
  layers: readonly LayerView[],
): Description {
  const ellipse = {
    centre: scaled(plus(bottom, top), 0.5),
    a: scaled(plus(top, scaled(bottom, -1)), 0.5),
    b: scaled(plus(right, scaled(left, -1)), 0.5),
  }
  const area = ellipseArea(ellipse)
  const areaText = layers[0]!.pixels.header.spacing ? formatArea(area) : `${formatValue(rounded(area, 4))} px²`
  const texts = layers.map((layer) => {
    const { unit, samplesPerPixel } = layer.pixels.header
    if (samplesPerPixel > 1) return same([])
    const found = ellipseStatistics(boxOf(layer), ellipse, (index) => numberAt(layer, index))
    if (!found) return same([named(layers, layer, 'values are loading')])
    const [mean, deviation] = [rounded(found.mean, 5), formatValue(rounded(found.standardDeviation, 3))]
    const range = `${formatValue(rounded(found.min, 5))} to ${formatValue(rounded(found.max, 5))}`
    return {
      lines: [
        named(layers, layer, `mean ${formatMeasured(mean, unit)}, SD ${deviation}`),
        `${range}, ${counted(found.count, 'voxel')}`,
      ],
      short: [named(layers, layer, `${formatValue(rounded(found.mean, 3))} ± ${deviation} ${unit}`.trim())],
    }
  })
  return {
    lines: [...texts.flatMap(({ lines }) => lines), areaText],
    short: [...texts.flatMap(({ short }) => short), areaText],
  }
}

const same = (lines: string[]): Description => ({ lines, short: lines })

const rounded = (value: number, digits: number): number => Number(value.toPrecision(digits))

const named = (layers: readonly LayerView[], { pixels }: LayerView, text: string): string =>
  layers.length > 1 ? `${pixels.header.modality ?? pixels.header.label}: ${text}` : text

/** The box of a volume, or of the one plane of a stack that is shown. */
function boxOf({ pixels }: LayerView): VolumeGeometry {
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

function valueAt({ pixels, view }: LayerView, index: Vec3): ReturnType<typeof pixels.valueAt> {
  return pixels.valueAt(pixels.geometry ? index : [index[0], index[1], view.index[2]], view.t, view.c)
}

function numberAt(layer: LayerView, index: Vec3): number | null {
  const value = valueAt(layer, index)
  return typeof value === 'number' ? value : null
}

function probed(layer: LayerView, point: Vec3): string {
  const index = voxelAt(boxOf(layer), point)
  if (!index) return 'outside'
  const value = valueAt(layer, index)
  if (value === null) return 'loading'
  return typeof value === 'number' ? formatMeasured(value, layer.pixels.header.unit) : `RGB ${value.join(' ')}`
}

/** From what a picture shows to what is written over it. */
import type { CornerField } from './cornerFields.ts'
import { directionLetters, scaled, type Plane, type Vec3 } from './geometry.ts'
import { formatFrame, formatLength, formatMeasured, niceLength } from './numbers.ts'
import { roughly, scaleText, type OverlayContent } from './overlay.tsx'
import type { PaneSpec } from './panes.ts'
import type { SeriesPixels } from './seriesPixels.client.ts'
import type { SeriesView, Slab } from './viewState.ts'
import type { Picture } from './viewports.client.ts'

export interface LayerView {
  pixels: SeriesPixels
  view: SeriesView
}

/** Plane names with their place: 'Axial 48/96', 'Plane 3/20' for stacks. */
export function planeTitle(plane: Plane | null, { pixels, view }: LayerView): string {
  const { shape } = pixels.header
  if (!plane) return shape.z > 1 ? `Plane ${view.index[2] + 1}/${shape.z}` : 'Single plane'
  const count = [shape.x, shape.y, shape.z][plane.axis]!
  return `${planeLabel(plane, pixels)} ${view.index[plane.axis] + 1}/${count}`
}

const titles = { axial: 'Axial', coronal: 'Coronal', sagittal: 'Sagittal' }
const axisTitles = ['YZ', 'XZ', 'XY']

/** Anatomical name, or the axes of the file where nothing is known about the animal's position. */
export const planeLabel = (plane: Plane, { header }: SeriesPixels): string =>
  header.orientation === 'unknown' ? axisTitles[plane.axis]! : titles[plane.name]

/** Directions of the screen: right and up. */
function screenAxes(plane: Plane | null, pixels: SeriesPixels): { right: Vec3; up: Vec3 } | null {
  const { orientation, direction } = pixels.header
  if (orientation === 'unknown') return null
  if (plane) return plane
  if (!direction) return null
  const [a, b, c, d, e, f] = direction as [number, number, number, number, number, number]
  return { right: [a, b, c], up: scaled([d, e, f], -1) }
}

/** @param size of the picture in CSS pixels */
export function overlayContent(
  spec: PaneSpec,
  layers: LayerView[],
  picture: Picture,
  point: Vec3,
  size: { width: number; height: number },
  options: { crosshair: boolean; fields: readonly CornerField[]; lines: string[]; slab: Slab },
): OverlayContent {
  const ground = layers[0]!
  const { header } = ground.pixels
  const shows = (field: CornerField) => options.fields.includes(field)
  const when = (field: CornerField, text: string) => (shows(field) && text !== '' ? [text] : [])
  const axes = screenAxes(spec.plane, ground.pixels)
  const windows = layers.filter(hasWindow).map(({ pixels, view: { window } }) => {
    const [low, high] = [roughly(window.low, window), roughly(window.high, window)]
    return `W ${formatMeasured(roughly(high - low, window), '')} L ${formatMeasured(roughly((low + high) / 2, window), pixels.header.unit)}`
  })
  const frames = layers
    .filter(({ pixels }) => pixels.header.shape.t > 1)
    .map(({ pixels, view }) => formatFrame(view.t, pixels.header.shape.t, pixels.header.frames))
  return {
    ...size,
    topLeft: [
      ...when('label', layers.map(({ pixels }) => pixels.header.label).join(' + ')),
      ...when('belongs', belongsTo(ground)),
      ...when('modality', layers.map(({ pixels }) => pixels.header.modality ?? 'modality not known').join(' + ')),
      ...when('format', header.format),
      ...options.lines,
    ],
    topRight: shows('plane') ? [planeTitle(spec.plane, ground), ...channelTexts(ground)] : [],
    bottomLeft: [
      ...when('size', [header.shape.x, header.shape.y, header.shape.z].join(' × ')),
      ...when('voxel', header.spacing ? header.spacing.map(formatLength).join(' × ') : ''),
      ...when('slab', spec.plane && options.slab.thickness > 0 ? slabText(options.slab) : ''),
      ...(shows('frame') ? frames : []),
      ...(shows('window') ? windows : []),
    ],
    edges: axes && {
      right: directionLetters(axes.right),
      left: directionLetters(scaled(axes.right, -1)),
      top: directionLetters(axes.up),
      bottom: directionLetters(scaled(axes.up, -1)),
    },
    uncertain: header.orientation === 'assumed',
    crosshair: options.crosshair && picture.mounted ? picture.toScreen(point) : null,
    scale: picture.mounted ? scaleBar(picture, spec, size.width, header.spacing !== null) : null,
    bars: layers
      .filter(hasWindow)
      .map(({ pixels, view }) => ({ map: view.map, window: view.window, unit: pixels.header.unit })),
  }
}

/** Colours, and channels in colours of their own, have no window and no colour bar. */
const hasWindow = ({ pixels, view }: LayerView): boolean =>
  pixels.header.samplesPerPixel === 1 && !(view.mix && !pixels.geometry)

const slabNames = { maximum: 'MIP', minimum: 'MinIP', mean: 'Mean' }
const slabText = ({ kind, thickness }: Slab): string => `${slabNames[kind]} of ${formatLength(thickness)}`

/** Subject and session. */
const belongsTo = ({ pixels: { header } }: LayerView): string =>
  header.displayName === header.label ? '' : header.displayName.slice(0, -` · ${header.label}`.length)

function channelTexts({ pixels, view }: LayerView): string[] {
  const { channels, shape } = pixels.header
  const name = (c: number) => channels?.[c]?.label || `Channel ${c + 1}`
  if (view.mix && !pixels.geometry) return view.mix.flatMap(({ visible }, c) => (visible ? [name(c)] : []))
  return shape.c > 1 ? [channels?.[view.c]?.label || `Channel ${view.c + 1}/${shape.c}`] : []
}

function scaleBar(picture: Picture, { plane }: PaneSpec, width: number, hasSpacing: boolean): OverlayContent['scale'] {
  const right = plane?.right ?? ([1, 0, 0] as const)
  const start = picture.toWorld([0, 0])
  const [x0, y0] = picture.toScreen(start)
  const [x1, y1] = picture.toScreen([start[0] + right[0], start[1] + right[1], start[2] + right[2]])
  const pixelsPerUnit = Math.hypot(x1 - x0, y1 - y0)
  if (!(pixelsPerUnit > 0) || !Number.isFinite(pixelsPerUnit)) return null
  const length = niceLength((width * 0.25) / pixelsPerUnit)
  return { pixels: length * pixelsPerUnit, text: scaleText(length, hasSpacing) }
}

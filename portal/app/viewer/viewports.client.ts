/**
 * One picture on the screen: a plane of a volume, or of a stack, with layers over it. All knowledge of Cornerstone's
 * planar viewport stands here, because it is still changing.
 */
import { Enums, utilities, type PlanarViewport, type Types } from '@cornerstonejs/core'
import { colourMapId, imageIdOf, renderingEngine } from './cornerstone.client.ts'
import type { ChannelView } from './channels.ts'
import type { ColourMapName } from './colourMaps.ts'
import { dot, towardsViewer, type Plane, type Vec3 } from './geometry.ts'
import type { SeriesPixels } from './seriesPixels.client.ts'
import type { Blend, Slab } from './viewState.ts'
import type { Window } from './window.ts'

export interface Layer {
  pixels: SeriesPixels
  channel: number
  /** Channels laid into each other; null shows `channel` alone. */
  mix: readonly ChannelView[] | null
  window: Window
  map: ColourMapName
  visible: boolean
  /** Of a layer over others; the one at the bottom is always opaque. */
  opacity: number
  blend: Blend
}

/** What a picture shows. */
export interface PictureView {
  /** The first is the ground; the others lie over it. */
  layers: readonly Layer[]
  /**
   * Pixels of the ground are in memory. New layers wait for them: a stack mounted with a plane that is not here would
   * wait for ever, and a volume would be drawn twice.
   */
  available: boolean
  /** Plane through a volume, or null for a stack. */
  plane: Plane | null
  /** LPS position that the plane goes through. */
  point: Vec3
  /** Plane of the stack, counted over all time points of the channel. */
  stackIndex: number
  smooth: boolean
  slab: Slab
}

type PlanarSlice = NonNullable<Parameters<PlanarViewport['setViewState']>[0]['slice']>
type PlanarOrientation = NonNullable<Parameters<PlanarViewport['addDisplaySet']>[1]>['orientation']

const displaySets = utilities.genericViewportDisplaySetMetadataProvider
let count = 0

export class Picture {
  readonly id = `picture-${++count}`
  readonly element: HTMLDivElement
  readonly #viewport: PlanarViewport
  readonly #observer: ResizeObserver
  #wanted: PictureView | null = null
  #mounted = ''
  #ground = ''
  readonly #presented = new Map<string, string>()
  #busy = false
  #removed = false

  constructor(element: HTMLDivElement) {
    this.element = element
    const engine = renderingEngine()
    engine.enableElement({ viewportId: this.id, type: Enums.ViewportType.PLANAR_NEXT, element })
    this.#viewport = engine.getViewport(this.id) as unknown as PlanarViewport
    // The pane around the picture takes the focus and names it; a second stop inside would have no name.
    element.removeAttribute('tabindex')
    this.#observer = new ResizeObserver(() => engine.resize(true, true))
    this.#observer.observe(element)
  }

  get canvas(): HTMLCanvasElement {
    return this.#viewport.getCanvas()
  }

  /** Whether the layers are on the graphics card, so that positions can be asked for. */
  get mounted(): boolean {
    return this.#mounted !== ''
  }

  /** Plane of the stack that is drawn. */
  get stackIndex(): number {
    return this.#viewport.getCurrentImageIdIndex()
  }

  /** Shows a view; of views that come while one is being mounted only the last is shown. */
  show(view: PictureView): void {
    this.#wanted = view
    void this.#apply()
  }

  async #apply(): Promise<void> {
    if (this.#busy) return
    this.#busy = true
    try {
      while (this.#wanted && !this.#removed) {
        const view = this.#wanted
        this.#wanted = null
        if (!(await this.#mount(view))) continue
        if (this.#removed) return
        this.#present(view)
      }
    } finally {
      this.#busy = false
    }
  }

  /** Returns false when the view has to wait for its pixels. */
  async #mount(view: PictureView): Promise<boolean> {
    const key = [view.plane?.name ?? 'stack', ...view.layers.map(displaySetId)].join(' ')
    if (key === this.#mounted) return true
    if (!view.available) return false
    for (const layer of view.layers) addDisplaySet(layer, view)
    const orientation = orientationOf(view)
    const { plane } = view
    // Another mixture of the same channels stays where it is.
    const ground = view.layers[0]!.pixels.id
    const stays = this.#mounted !== '' && this.#ground === ground && !plane
    const [zoom, pan] = stays ? [this.#viewport.getZoom(), this.#viewport.getPan()] : [1, null]
    this.#mounted = ''
    this.#presented.clear()
    await this.#viewport.setDisplaySets(
      ...view.layers.map((layer, n) => ({
        displaySetId: displaySetId(layer),
        options: { orientation, role: n === 0 ? ('source' as const) : ('overlay' as const) },
      })),
    )
    if (this.#removed) return false
    this.fit()
    if (pan) {
      this.#viewport.setZoom(zoom)
      this.#viewport.setPan(pan)
    }
    this.#ground = ground
    this.#mounted = key
    return true
  }

  /** Hands over what has changed since the last time; the same again would be drawn again. */
  #present(view: PictureView): void {
    const smooth = view.smooth ? Enums.InterpolationType.LINEAR : Enums.InterpolationType.NEAREST
    view.layers.forEach((layer, n) => {
      const { window, map, visible } = layer
      const id = displaySetId(layer)
      const presentation = {
        // A mixture has its windows in it.
        voiRange: layer.mix ? { lower: 0, upper: 255 } : { lower: window.low, upper: window.high },
        colormap: { name: colourMapId(map), ...(n > 0 && { opacity: layerOpacity(layer) }) },
        interpolationType: smooth,
        visible,
        ...(view.plane && {
          blendMode: slabModes[view.slab.kind],
          slabThickness: slabSetting(view.slab.thickness, layer.pixels.header.spacing),
        }),
      }
      if (this.#isNews(id, presentation)) this.#viewport.setDisplaySetPresentation(id, presentation)
    })
    const slice: PlanarSlice = view.plane
      ? { kind: 'volumePoint', sliceWorldPoint: [...view.point] as Types.Point3 }
      : { kind: 'stackIndex', imageIdIndex: view.stackIndex }
    // The first orientation comes with the layers.
    const orientation = orientationOf(view)
    if (this.#isNews('orientation', orientation as object)) this.#viewport.setViewState({ orientation })
    // Moving within the plane changes nothing that is drawn.
    const place = view.plane ? dot(view.point, towardsViewer(view.plane)) : view.stackIndex
    if (this.#isNews('slice', [place, orientation])) this.#viewport.setViewState({ slice })
  }

  #isNews(what: string, value: object | number): boolean {
    const text = JSON.stringify(value)
    if (this.#presented.get(what) === text) return false
    this.#presented.set(what, text)
    return true
  }

  /** Draws again, for pixels that have arrived. */
  render(): void {
    if (this.mounted) this.#viewport.render()
  }

  /** The whole picture in the middle. */
  fit(): void {
    this.#viewport.resetViewState({ resetOrientation: false })
  }

  /** @param at point on the screen, in pixels of the picture, that stays where it is */
  zoomBy(factor: number, at?: readonly [number, number]): void {
    if (!this.mounted) return
    const zoom = Math.min(Math.max(this.#viewport.getZoom() * factor, 0.1), 200)
    this.#viewport.setZoom(zoom, at && [at[0], at[1]])
  }

  panBy(dx: number, dy: number): void {
    if (!this.mounted) return
    const [x, y] = this.#viewport.getPan()
    this.#viewport.setPan([x + dx, y + dy])
  }

  /** Position of a point of the picture; LPS for volumes, millimetres from the first voxel for stacks. */
  toWorld(at: readonly [number, number]): Vec3 {
    return this.#viewport.canvasToWorld([at[0], at[1]])
  }

  toScreen(point: Vec3): readonly [number, number] {
    return this.#viewport.worldToCanvas([...point] as Types.Point3)
  }

  /** Calls back after every rendering (true) and after every move of the camera (false). */
  follow(follower: (rendered: boolean) => void): () => void {
    const rendered = () => follower(true)
    const moved = () => follower(false)
    this.element.addEventListener(Enums.Events.IMAGE_RENDERED, rendered)
    this.element.addEventListener(Enums.Events.CAMERA_MODIFIED, moved)
    return () => {
      this.element.removeEventListener(Enums.Events.IMAGE_RENDERED, rendered)
      this.element.removeEventListener(Enums.Events.CAMERA_MODIFIED, moved)
    }
  }

  remove(): void {
    this.#removed = true
    this.#mounted = ''
    this.#observer.disconnect()
    renderingEngine().disableElement(this.id)
  }
}

export const displaySetId = ({ pixels, channel, mix }: Layer): string =>
  pixels.geometry ? `viv:${pixels.id}/channel/${channel}` : `viv:${pixels.id}/stack/${mix ? pixels.mix(mix) : channel}`

function addDisplaySet(layer: Layer, view: PictureView): void {
  const { pixels, channel } = layer
  const id = displaySetId(layer)
  if (view.plane) return addVolumeDisplaySet(layer)
  const { z, t } = pixels.header.shape
  const mixture = layer.mix && pixels.mix(layer.mix)
  const imageIds = Array.from({ length: z * t }, (_, n) =>
    mixture ? imageIdOf(`${pixels.id}/${mixture}`, n) : pixels.imageId(channel * z * t + n),
  )
  displaySets.add(id, { kind: 'planar', imageIds, initialImageIdIndex: view.stackIndex })
}

/**
 * What the reslice mapper of vtk.js 36.4 must be told for a slab of this thickness in millimetres. It walks in steps of half
 * the least spacing, but counts both sides as one: its samples lie at 1, 3, 5 ... steps, so that it goes almost twice as
 * far as it was told (ImageResliceMapper, getSlabSampleLoopLines).
 */
export function slabSetting(millimetres: number, spacing: readonly number[] | null): number {
  if (millimetres === 0 || !spacing) return 0
  const step = Math.min(...spacing) / 2
  const samples = Math.max(Math.floor((millimetres / 2 / step + 1) / 2 + 1e-6), 1)
  return 2 * (samples + 1) * step * (1 + 1e-6)
}

const slabModes = {
  maximum: Enums.BlendModes.MAXIMUM_INTENSITY_BLEND,
  minimum: Enums.BlendModes.MINIMUM_INTENSITY_BLEND,
  mean: Enums.BlendModes.AVERAGE_INTENSITY_BLEND,
}

const orientationOf = ({ plane }: PictureView): PlanarOrientation =>
  plane
    ? { viewPlaneNormal: [...towardsViewer(plane)] as Types.Point3, viewUp: [...plane.up] as Types.Point3 }
    : Enums.OrientationAxis.ACQUISITION

/** Makes the volume of a layer known to the viewports. */
export function addVolumeDisplaySet(layer: Layer): void {
  const { volumeId, imageIds } = layer.pixels.volume(layer.channel)
  displaySets.add(displaySetId(layer), { kind: 'planar', imageIds, volumeId })
}

/**
 * Opacity of a layer over its window. even: the same for every value. signal: nothing at the foot, so that what is below
 * stays as it is where there is no signal, rising evenly to the stated opacity at a third of the window.
 */
const layerOpacity = ({ opacity, blend }: Layer) => [
  { value: 0, opacity: blend === 'even' ? opacity : 0 },
  { value: 0.33, opacity },
  { value: 1, opacity },
]

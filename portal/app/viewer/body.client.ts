/** The body in space on the screen. All knowledge of Cornerstone's volume viewport stands here. */
import { Enums, type GenericVolumeViewport3D, type Types } from '@cornerstonejs/core'
import vtkPiecewiseFunction from '@kitware/vtk.js/Common/DataModel/PiecewiseFunction.js'
import vtkColorTransferFunction from '@kitware/vtk.js/Rendering/Core/ColorTransferFunction.js'
import type vtkVolume from '@kitware/vtk.js/Rendering/Core/Volume.js'
import type vtkVolumeMapper from '@kitware/vtk.js/Rendering/Core/VolumeMapper.js'
import { BlendMode } from '@kitware/vtk.js/Rendering/Core/VolumeMapper/Constants.js'
import { bodyLooks, cameraOf, opacityPoints, type BodyStyle, type Eye } from './bodyLook.ts'
import { colourMaps, colourStops } from './colourMaps.ts'
import { renderingEngine } from './cornerstone.client.ts'
import { addVolumeDisplaySet, displaySetId, type Layer } from './viewports.client.ts'

export interface BodyView {
  layers: readonly Layer[]
  /** One for each layer. */
  styles: readonly BodyStyle[]
  available: boolean
  eye: Eye
}

let count = 0

export class Body {
  readonly id = `body-${++count}`
  readonly element: HTMLDivElement
  readonly #viewport: GenericVolumeViewport3D
  readonly #observer: ResizeObserver
  #wanted: BodyView | null = null
  #mounted = ''
  #drawn = ''
  #zoom = 1
  #pan: [number, number] = [0, 0]
  #busy = false
  #removed = false

  constructor(element: HTMLDivElement) {
    this.element = element
    const engine = renderingEngine()
    engine.enableElement({ viewportId: this.id, type: Enums.ViewportType.VOLUME_3D_NEXT, element })
    this.#viewport = engine.getViewport(this.id) as unknown as GenericVolumeViewport3D
    element.removeAttribute('tabindex')
    this.#observer = new ResizeObserver(() => engine.resize(true, true))
    this.#observer.observe(element)
  }

  get mounted(): boolean {
    return this.#mounted !== ''
  }

  /** Shows a view; of views that come while one is being mounted only the last is shown. */
  show(view: BodyView): void {
    this.#wanted = view
    void this.#apply()
  }

  zoomBy(factor: number): void {
    this.#zoom = Math.min(Math.max(this.#zoom * factor, 0.2), 40)
  }

  panBy(dx: number, dy: number): void {
    this.#pan = [this.#pan[0] + dx / this.#zoom, this.#pan[1] + dy / this.#zoom]
  }

  fit(): void {
    this.#zoom = 1
    this.#pan = [0, 0]
  }

  render(): void {
    if (this.mounted) this.#viewport.render()
  }

  follow(rendered: () => void): () => void {
    this.element.addEventListener(Enums.Events.IMAGE_RENDERED, rendered)
    return () => this.element.removeEventListener(Enums.Events.IMAGE_RENDERED, rendered)
  }

  remove(): void {
    this.#removed = true
    this.#mounted = ''
    this.#observer.disconnect()
    renderingEngine().disableElement(this.id)
  }

  async #apply(): Promise<void> {
    if (this.#busy) return
    this.#busy = true
    try {
      while (this.#wanted && !this.#removed) {
        const view = this.#wanted
        this.#wanted = null
        if (!view.available) continue
        const key = view.layers.map(displaySetId).join(' ')
        if (key !== this.#mounted) {
          this.#mounted = ''
          for (const layer of view.layers) addVolumeDisplaySet(layer)
          await this.#viewport.setDisplaySets(
            ...view.layers.map((layer) => ({ displaySetId: displaySetId(layer), options: {} })),
          )
          if (this.#removed) return
          this.#mounted = key
          this.#drawn = ''
        }
        this.#present(view)
      }
    } finally {
      this.#busy = false
    }
  }

  #present(view: BodyView): void {
    const key = JSON.stringify([
      view.styles,
      view.eye,
      this.#zoom,
      this.#pan,
      view.layers.map(({ window, map, visible, opacity }) => [window, map, visible, opacity]),
    ])
    if (key === this.#drawn) return
    this.#drawn = key
    const actors = this.#viewport.getActors().map(({ actor }) => actor as unknown as vtkVolume)
    view.layers.forEach((layer, n) => dress(actors[n]!, layer, view.styles[n]!, n > 0 ? layer.opacity : 1))
    const { radius, ...camera } = cameraOf(view.layers[0]!.pixels.geometry!, view.eye)
    const { focalPoint, position, viewUp, viewPlaneNormal } = camera
    const scale = radius / this.#zoom
    const millimetres = (2 * scale) / Math.max(this.element.clientHeight, 1)
    const right = [
      viewUp[1] * viewPlaneNormal[2] - viewUp[2] * viewPlaneNormal[1],
      viewUp[2] * viewPlaneNormal[0] - viewUp[0] * viewPlaneNormal[2],
      viewUp[0] * viewPlaneNormal[1] - viewUp[1] * viewPlaneNormal[0],
    ]
    const [dx, dy] = [-this.#pan[0] * this.#zoom * millimetres, this.#pan[1] * this.#zoom * millimetres]
    const moved = (point: readonly number[]) =>
      point.map((at, axis) => at + right[axis]! * dx + viewUp[axis as 0 | 1 | 2] * dy) as Types.Point3
    this.#viewport.setViewState({
      parallelProjection: true,
      parallelScale: scale,
      focalPoint: moved(focalPoint),
      position: moved(position),
      viewUp: [...viewUp] as Types.Point3,
    })
    this.#viewport.render()
  }
}

/** Gives a volume the colours, the opacity and the light of a style. */
function dress(actor: vtkVolume, { pixels, window, map, visible }: Layer, style: BodyStyle, opacity: number): void {
  const look = bodyLooks[style]
  const property = actor.getProperty()
  const mapper = actor.getMapper() as vtkVolumeMapper
  const colours = vtkColorTransferFunction.newInstance()
  if (look.colours) for (const [at, r, g, b] of look.colours) colours.addRGBPoint(at, r, g, b)
  else {
    colourMaps[map].points.forEach(([r, g, b], n) => {
      const { at } = colourStops(map)[n]!
      colours.addRGBPoint(window.low + at * (window.high - window.low), r, g, b)
    })
  }
  const clear = vtkPiecewiseFunction.newInstance()
  for (const [at, value] of opacityPoints(look, window)) clear.addPoint(at, value * opacity)
  property.setRGBTransferFunction(0, colours)
  property.setScalarOpacity(0, clear)
  // Opacity is meant for one voxel of the series, whatever its size.
  property.setScalarOpacityUnitDistance(0, Math.min(...pixels.geometry!.spacing))
  property.setInterpolationTypeToLinear()
  property.setShade(look.shade)
  property.setAmbient(0.25)
  property.setDiffuse(0.75)
  property.setSpecular(0.15)
  property.setSpecularPower(12)
  mapper.setBlendMode(look.maximum ? BlendMode.MAXIMUM_INTENSITY_BLEND : BlendMode.COMPOSITE_BLEND)
  actor.setVisibility(visible)
}

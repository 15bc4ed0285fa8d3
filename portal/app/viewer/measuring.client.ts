/**
 * Drawing of measurements on the pictures. Cornerstone's tools draw and move them; the numbers are made here from the
 * planes in memory, because theirs do not follow time points and know one layer only. Loaded when first used.
 */
import { Enums as CoreEnums, eventTarget, triggerEvent } from '@cornerstonejs/core'
import {
  EllipticalROITool,
  Enums,
  LengthTool,
  ProbeTool,
  ToolGroupManager,
  addTool,
  annotation,
  init,
  utilities,
  type Types,
} from '@cornerstonejs/tools'
import { renderingEngine } from './cornerstone.client.ts'
import { cross, plus, scaled, type Vec3 } from './geometry.ts'
import { describe, type Description, type Measurement, type MeasuringTool } from './measurements.ts'
import type { LayerView } from './overlayContent.ts'
import type { Picture } from './viewports.client.ts'
import type { Tool } from './viewState.ts'

const toolNames: Record<MeasuringTool, string> = {
  length: LengthTool.toolName,
  ellipse: EllipticalROITool.toolName,
  probe: ProbeTool.toolName,
}
const titles: Record<MeasuringTool, string> = { length: 'Length', ellipse: 'Ellipse', probe: 'Point' }
const measuringTools = Object.keys(toolNames) as MeasuringTool[]
const groupId = 'viewer'
let started = false

/** Lines of text under a drawing; kept with it because the tools ask for them while they draw. */
type Described = Types.Annotation & { metadata: Types.AnnotationMetadata; data: { description?: Description } }

function start(): void {
  if (started) return
  started = true
  init()
  for (const tool of [LengthTool, EllipticalROITool, ProbeTool]) addTool(tool)
  annotation.config.style.setDefaultToolStyles({
    global: {
      ...annotation.config.style.getDefaultToolStyles().global,
      color: '#f2c878',
      colorHighlighted: '#ffe9bd',
      colorSelected: '#ffe9bd',
      lineWidth: '1.5',
      textBoxFontFamily: 'system-ui, sans-serif',
      textBoxFontSize: '12px',
      textBoxColor: '#ffe9bd',
      textBoxColorHighlighted: '#ffe9bd',
      textBoxColorSelected: '#ffe9bd',
      textBoxLinkLineDash: '2,3',
    },
  })
}

export class Measuring {
  readonly #group: NonNullable<ReturnType<typeof ToolGroupManager.createToolGroup>>
  readonly #layersOf: (seriesId: string) => readonly LayerView[]
  readonly #followers = new Set<() => void>()
  readonly #leaving = new AbortController()
  #waiting = false

  /** @param layersOf what is shown of a series and over it now; empty when it is not on screen */
  constructor(layersOf: (seriesId: string) => readonly LayerView[]) {
    start()
    this.#layersOf = layersOf
    ToolGroupManager.destroyToolGroup(groupId)
    this.#group = ToolGroupManager.createToolGroup(groupId)!
    for (const tool of measuringTools) {
      this.#group.addTool(toolNames[tool], { getTextLines: (data: Described['data']) => data.description?.short ?? [] })
    }
    const { ANNOTATION_ADDED, ANNOTATION_MODIFIED, ANNOTATION_COMPLETED, ANNOTATION_REMOVED } = Enums.Events
    for (const type of [ANNOTATION_ADDED, ANNOTATION_MODIFIED, ANNOTATION_COMPLETED, ANNOTATION_REMOVED]) {
      const changed = () => this.refresh()
      eventTarget.addEventListener(type, changed)
      this.#leaving.signal.addEventListener('abort', () => eventTarget.removeEventListener(type, changed))
    }
  }

  /** Lets a picture be drawn on. */
  add(picture: Picture): void {
    if (!picture.element.querySelector('svg.svg-layer')) {
      // The tools attach to pictures when these are made; this one was there before them.
      triggerEvent(eventTarget, CoreEnums.Events.ELEMENT_ENABLED, {
        element: picture.element,
        viewportId: picture.id,
        renderingEngineId: renderingEngine().id,
      })
    }
    this.#group.addViewport(picture.id, renderingEngine().id)
  }

  /** Drawn things can be moved only while a measuring tool is chosen: otherwise the drag belongs to the other tools. */
  choose(tool: Tool): void {
    const measuring = (measuringTools as Tool[]).includes(tool)
    for (const one of measuringTools) {
      const name = toolNames[one]
      if (one === tool) {
        this.#group.setToolActive(name, { bindings: [{ mouseButton: Enums.MouseBindings.Primary }] })
      } else if (measuring) this.#group.setToolPassive(name)
      else this.#group.setToolEnabled(name)
    }
    this.#draw()
  }

  list(): Measurement[] {
    const counts = new Map<MeasuringTool, number>()
    return this.#all().map(({ tool, drawn }) => {
      const count = (counts.get(tool) ?? 0) + 1
      counts.set(tool, count)
      const points = pointsOf(drawn)
      const seriesId = seriesOf(drawn)
      return {
        id: drawn.annotationUID!,
        title: `${titles[tool]} ${count}`,
        lines: drawn.data.description?.lines ?? [],
        seriesId,
        point: scaled(points.reduce(plus), 1 / points.length),
        plane: this.#planeOf(drawn),
      }
    })
  }

  remove(ids: readonly string[]): void {
    for (const id of ids) annotation.state.removeAnnotation(id)
    this.#draw()
    this.#tell()
  }

  /** Computes all numbers again: something was drawn, or other values are shown. */
  refresh(): void {
    for (const { tool, drawn } of this.#all()) {
      const layers = this.#layersOf(seriesOf(drawn))
      const plane = this.#planeOf(drawn)
      // What was drawn on another plane of a stack keeps the numbers of that plane.
      if (layers[0] && (plane === null || plane === shownPlane(layers[0]))) {
        drawn.data.description = describe(tool, pointsOf(drawn), layers)
      }
      if (tool !== 'probe') keepToPlane(drawn)
    }
    this.#waiting = this.#all().some(({ drawn }) =>
      drawn.data.description?.lines.some((line) => line.includes('loading')),
    )
    this.#draw()
    this.#tell()
  }

  /** Planes have arrived: numbers that waited for them can be made. */
  arrived(): void {
    if (this.#waiting) this.refresh()
  }

  follow(follower: () => void): () => void {
    this.#followers.add(follower)
    return () => this.#followers.delete(follower)
  }

  close(): void {
    this.#leaving.abort()
    annotation.state.removeAllAnnotations()
    ToolGroupManager.destroyToolGroup(groupId)
  }

  #all(): { tool: MeasuringTool; drawn: Described }[] {
    const all = annotation.state.getAllAnnotations() as Described[]
    return all.flatMap((drawn) => {
      const tool = measuringTools.find((one) => toolNames[one] === drawn.metadata.toolName)
      return tool && pointsOf(drawn).length > 0 ? [{ tool, drawn }] : []
    })
  }

  /** Plane of the file that something was drawn on; null on volumes. */
  #planeOf({ metadata }: Described): number | null {
    const image = metadata.referencedImageId
    if (!image || this.#layersOf(seriesOf({ metadata }))[0]?.pixels.geometry) return null
    return Number(image.slice(image.lastIndexOf('/') + 1))
  }

  #draw(): void {
    utilities.triggerAnnotationRenderForViewportIds(this.#group.getViewportIds())
  }

  #tell(): void {
    for (const follower of this.#followers) follower()
  }
}

const shownPlane = ({ pixels, view }: LayerView): number => pixels.planeOf(view.index, view.t, view.c)

const pointsOf = (drawn: Described): Vec3[] => (drawn.data.handles?.points ?? []) as unknown as Vec3[]

/**
 * Shows a drawing on the plane that it was drawn on only. The tools derive its plane from its points when they are still
 * all one, and then take every plane through that point for it.
 */
function keepToPlane({ metadata, data }: Described): void {
  const { planeRestriction, viewUp, viewPlaneNormal } = metadata
  if (!planeRestriction || !viewUp || !viewPlaneNormal) return
  planeRestriction.point = data.handles!.points![0]!
  planeRestriction.inPlaneVector1 = viewUp
  planeRestriction.inPlaneVector2 = [...cross(viewUp, viewPlaneNormal)]
}

/** Series are told apart by their frame of reference, which the metadata provider makes from their id. */
const seriesOf = ({ metadata }: Pick<Described, 'metadata'>): string =>
  (metadata.FrameOfReferenceUID ?? '').replace(/^vivarchive-/, '')

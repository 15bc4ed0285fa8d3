/** One picture with what is written over it, and what hands and keys do to it. */
import { useEffect, useLayoutEffect, useReducer, useRef, useState, useSyncExternalStore } from 'react'
import { boxOf } from './annotations/measure.ts'
import { LabelLayer } from './segmentation/labelLayer.tsx'
import { usePaint } from './segmentation/usePaint.ts'
import type { Segmentations } from './segmentation/useSegmentations.ts'
import { DrawingLayer } from './annotations/drawingLayer.tsx'
import type { Annotations } from './annotations/useAnnotations.ts'
import { surfaceOf, useHand } from './annotations/useHand.ts'
import { clampIndex, indexOf, worldOf, type Vec3 } from './geometry.ts'
import { listen, type DragKind, type GestureMeaning, type Point } from './gestures.ts'
import { Hover } from './hover.tsx'
import { isReduced, Loading } from './loading.tsx'
import { useCorners } from './cornerFields.ts'
import { Overlay } from './overlay.tsx'
import { overlayContent, planeTitle, type LayerView } from './overlayContent.ts'
import { topOf, type PaneSpec } from './panes.ts'
import { scroll } from './scroll.ts'
import type { ViewerActions, ViewerState } from './useViewer.ts'
import { useTagLines } from './useTagLines.ts'
import { Picture } from './viewports.client.ts'
import styles from './viewer.module.css'
import { draggedWindow } from './window.ts'

export interface PaneProps {
  spec: PaneSpec
  /** The ground and what lies over it. */
  layers: LayerView[]
  state: ViewerState
  actions: ViewerActions
  annotations: Annotations
  segmentations: Segmentations
  focused: boolean
  onFocus: () => void
  onEnlarge: () => void
  /** The picture is there, or gone (null). */
  onPicture: (key: string, picture: Picture | null) => void
}

export function Pane({
  spec,
  layers,
  state,
  actions,
  annotations,
  segmentations,
  focused,
  onFocus,
  onEnlarge,
  onPicture,
}: PaneProps) {
  const host = useRef<HTMLDivElement>(null)
  const [picture, setPicture] = useState<Picture | null>(null)
  const [hover, setHover] = useState<Point | null>(null)
  const [size, setSize] = useState({ width: 0, height: 0 })
  const [, redraw] = useReducer((count: number) => count + 1, 0)
  const ground = layers[0]!
  const corners = useCorners()
  const lines = useTagLines(ground.pixels.header.seriesId)
  const { geometry, header } = ground.pixels
  const point: Vec3 = geometry ? worldOf(geometry, ground.view.index) : flatPoint(ground.view.index, header.spacing)
  const stackIndex = stackOf(ground)
  const [painted, setPainted] = useState('')
  const shown = useRef({ spec, layers })
  useVersions(layers)

  useLayoutEffect(() => {
    const made = new Picture(host.current!)
    const observer = new ResizeObserver(([entry]) => {
      setSize({ width: Math.round(entry!.contentRect.width), height: Math.round(entry!.contentRect.height) })
    })
    observer.observe(host.current!)
    setPicture(made)
    return () => {
      observer.disconnect()
      made.remove()
    }
  }, [])

  useEffect(() => {
    if (!picture) return
    onPicture(spec.key, picture)
    let frame = 0
    const stop = picture.follow((rendered) => {
      if (rendered) setPainted(paintedKey(shown.current.spec, shown.current.layers, picture))
      cancelAnimationFrame(frame)
      frame = requestAnimationFrame(redraw)
    })
    return () => {
      cancelAnimationFrame(frame)
      stop()
      onPicture(spec.key, null)
    }
  }, [picture, onPicture, spec.key])

  useEffect(() => {
    shown.current = { spec, layers }
    picture?.show({
      layers: layers.map(({ pixels, view }) => ({ ...view, pixels, channel: view.c, mix: mixOf({ pixels, view }) })),
      available: mixOf(ground)
        ? ground.pixels.isMixable(stackIndex)
        : ground.pixels.isDrawable(ground.view.index, ground.view.t, ground.view.c),
      plane: spec.plane,
      point,
      stackIndex,
      smooth: state.smooth,
      slab: state.slab,
    })
  })

  // Only what is on screen asks for a new picture: other time points arrive all the time.
  const drawn = useRef('')
  useEffect(() => {
    const now = layers.map(({ pixels, view }) => pixels.show(view.t, view.c)).join()
    if (now === drawn.current) return
    drawn.current = now
    picture?.render()
  })

  const surface = picture?.mounted ? surfaceOf(spec, ground, picture, point) : null
  const { taking: drawing, shown: drawings } = useHand(annotations, state.tool, layers, surface)
  const painting = usePaint(segmentations, ground, surface)
  const taking = painting ?? drawing
  const open = segmentations.store.active
  const labelled = open?.header.seriesId === header.seriesId ? open : null

  const meaning = useRef<GestureMeaning>(null)
  useEffect(() => {
    meaning.current = {
      tool: state.tool,
      taking,
      menu: () => undefined,
      point: (at) => moveTo(at),
      drag: (kind, by, at) => drag(kind, by, at),
      scroll: (planes) => scroll(spec, ground, actions, planes),
      zoom: (factor, at) => picture?.zoomBy(factor, at),
      enlarge: onEnlarge,
    }
  })
  useEffect(() => listen(host.current!, () => meaning.current!, setHover), [])

  function moveTo(at: Point) {
    if (!picture?.mounted) return
    const world = picture.toWorld(at)
    if (geometry) return actions.moveTo(spec.ground, clampIndex(geometry.dimensions, indexOf(geometry, world)))
    const [sx, sy] = header.spacing ?? [1, 1]
    actions.moveTo(spec.ground, [world[0] / sx, world[1] / sy, ground.view.index[2]])
  }

  function drag(kind: DragKind, [dx, dy]: Point, at: Point) {
    if (kind === 'pan') return picture?.panBy(dx, dy)
    if (kind === 'zoom') return picture?.zoomBy(Math.exp(-dy / 150))
    if (kind === 'crosshair') return moveTo(at)
    // The layer on top is the one that a person adjusts after laying it there.
    const n = topOf(spec)
    const { pixels, view } = layers.at(-1)!
    actions.setView(n, { window: draggedWindow(view.window, pixels.header.range, dx, dy) })
  }

  const loaded = layers.every((layer) =>
    mixOf(layer)
      ? layer.pixels.isMixable(stackOf(layer))
      : layer.pixels.isShown(layer.view.index, layer.view.t, layer.view.c),
  )
  const ready = loaded && picture?.mounted === true && painted === wantedKey(spec, layers, stackIndex)
  // For those who measure how long a first picture takes.
  const marked = useRef(false)
  useEffect(() => {
    if (!ready || marked.current) return
    marked.current = true
    performance.mark('viewer-picture', { detail: spec.key })
  }, [ready, spec.key])

  const title = planeTitle(spec.plane, ground)
  return (
    // A picture is worked on with hand and keys like an application, but no role of the platform names that.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <section
      className={styles.pane}
      data-focused={focused || undefined}
      data-ready={ready ? '' : undefined}
      data-reduced={!loaded && picture?.mounted && layers.some(isReduced) ? '' : undefined}
      data-pane={spec.plane?.name ?? 'stack'}
      aria-label={`${header.label}, ${title}`}
      aria-roledescription="image plane"
      // Arrow and page keys move through the planes while it has the focus.
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      role="application"
      onFocus={onFocus}
      onPointerDown={onFocus}
    >
      <div ref={host} className={styles.picture} />
      {picture && (
        <div className={styles.overlay}>
          <Overlay
            content={overlayContent(spec, layers, picture, point, size, {
              crosshair: state.crosshair,
              slab: state.slab,
              fields: corners.fields,
              lines,
            })}
          />
        </div>
      )}
      {surface && picture && labelled && (
        <div className={styles.overlay}>
          <LabelLayer
            open={labelled}
            labels={labelled.volumes[ground.view.t] ?? null}
            geometry={boxOf(ground)}
            plane={geometry ? null : ground.view.index[2]}
            toWorld={(at) => picture.toWorld(at)}
            opacity={segmentations.painting.opacity}
            version={segmentations.store.version}
            {...size}
          />
        </div>
      )}
      {surface && (
        <div className={styles.overlay}>
          <DrawingLayer shown={drawings} selected={annotations.selected} surface={surface} {...size} />
        </div>
      )}
      {hover && picture?.mounted && <Hover at={hover} picture={picture} layers={layers} />}
      {!loaded && <Loading layers={layers} drawn={picture?.mounted === true} />}
    </section>
  )
}

/** Plane of the stack, over all times. */
const stackOf = ({ pixels, view }: LayerView): number => view.t * pixels.header.shape.z + view.index[2]

/** Channels laid into each other are for pictures that are no volumes. */
export const mixOf = ({ pixels, view }: LayerView) => (pixels.geometry ? null : view.mix)

/** What must be painted: channel, time point or plane, without a gap. */
const wantedKey = ({ plane }: PaneSpec, layers: LayerView[], stackIndex: number): string =>
  layers.map(({ view }) => `${view.c} ${plane ? view.t : stackIndex} 1`).join()

/** What has been painted, in the same words. */
const paintedKey = ({ plane }: PaneSpec, layers: LayerView[], picture: Picture): string =>
  layers
    .map(({ pixels, view: { c } }) => (plane ? `${c} ${pixels.shownPart(c)}` : `${c} ${picture.stackIndex} 1`))
    .join()

/** Follows the planes in memory of all layers. */
function useVersions(layers: LayerView[]): void {
  const sources = layers.map(({ pixels }) => pixels.source)
  useSyncExternalStore(
    (changed) => {
      const stops = sources.map((source) => source.follow(changed))
      return () => stops.forEach((stop) => stop())
    },
    () => sources.reduce((sum, source) => sum + source.version, 0),
  )
}

const flatPoint = (index: Vec3, spacing: readonly number[] | null): Vec3 => [
  index[0] * (spacing?.[0] ?? 1),
  index[1] * (spacing?.[1] ?? 1),
  0,
]

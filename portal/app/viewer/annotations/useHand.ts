/** Drawing by hand on one picture. */
import { useEffect, useMemo, useRef, useState } from 'react'
import type { AnnotationTool } from '#ontology/entities/annotation.ts'
import { annotationTools } from '#ontology/entities/annotation.ts'
import { cross, dot, type Vec3 } from '../geometry.ts'
import type { Point } from '../gestures.ts'
import type { LayerView } from '../overlayContent.ts'
import type { PaneSpec } from '../panes.ts'
import type { Picture } from '../viewports.client.ts'
import type { Tool } from '../viewState.ts'
import { begun, closed, followed, isSeen, released, touched, type Draft, type Surface } from './hand.ts'
import { measure } from './measure.ts'
import { shownOn, type Shown } from './drawingLayer.tsx'
import type { Annotations } from './useAnnotations.ts'

/** What gestures ask of whoever takes the main button. */
export interface Taking {
  /** The hand goes down; false: it is not for this one. */
  begin(at: Point, event: { coarse: boolean }): boolean
  move(at: Point): void
  /** @param travelled pixels since it went down */
  end(at: Point, travelled: number): void
  cancel(): void
  hover(at: Point): void
  /** A click of the tools that do something else; true when it touched a drawing. */
  click(at: Point): boolean
  doubleClick(): boolean
}

export const isAnnotationTool = (tool: string): tool is AnnotationTool => Object.hasOwn(annotationTools, tool)

/** The picture as a hand needs it. */
export function surfaceOf(spec: PaneSpec, { pixels, view }: LayerView, picture: Picture, point: Vec3): Surface {
  const basis = spec.plane ? { right: spec.plane.right, up: spec.plane.up } : flat
  const { geometry, header } = pixels
  const normal = cross(basis.right, basis.up)
  const step = geometry
    ? [0, 1, 2].reduce((sum, axis) => sum + Math.abs(dot(geometry.axes[axis]!, normal)) * geometry.spacing[axis]!, 0)
    : 1
  const { z } = header.shape
  return {
    basis,
    at: point,
    reach: step / 2,
    plane: geometry ? null : (view.c * header.shape.t + view.t) * z + view.index[2],
    toWorld: (at) => picture.toWorld(at),
    toScreen: (world) => picture.toScreen(world),
  }
}

const flat = { right: [1, 0, 0] as Vec3, up: [0, -1, 0] as Vec3 }

/** @param surface null while the picture is not there */
export function useHand(
  annotations: Annotations,
  tool: Tool,
  layers: readonly LayerView[],
  surface: Surface | null,
): { taking: Taking; shown: Shown[] } {
  const [draft, setDraft] = useState<Draft | null>(null)
  const { store, selected, select, hidden, measured, make, mayChange } = annotations
  const { header } = layers[0]!.pixels
  const own = store.all.filter((drawn) => drawn.seriesId === header.seriesId)
  const now = { draft, own, surface, tool, selected, hidden, layers }
  const current = useRef(now)
  useEffect(() => {
    current.current = now
  })

  const taking = useMemo<Taking>(() => {
    const hitAt = (at: Point, coarse: boolean) => {
      const { own: all, surface: on, selected: first, hidden: away } = current.current
      return (
        on &&
        touched(
          all.filter(({ key }) => !away.has(key)),
          on,
          at,
          { first, coarse },
        )
      )
    }
    const set = (next: Draft | null) => {
      current.current = { ...current.current, draft: next }
      setDraft(next)
    }
    const finish = (done: Draft) => {
      const { surface: on, layers: shown } = current.current
      set(null)
      const { pixels, view } = shown[0]!
      if (done.of) return store.update(done.of.key, { points: done.points, time: view.t, channel: view.c })
      const place = { time: view.t, channel: view.c, plane: on!.plane }
      make(pixels.header, { tool: done.tool, points: done.points, ...place })
    }
    return {
      begin(at, { coarse }) {
        const { surface: on, tool: chosen, draft: before, selected: first } = current.current
        if (!on) return false
        const drawing = isAnnotationTool(chosen) ? chosen : null
        const hit = before?.open ? null : hitAt(at, coarse)
        // Other tools move only what was chosen before, and by its handles.
        if (!drawing && !(hit && hit.drawn.key === first && hit.handle !== null)) return false
        const free = hit && !mayChange(hit.drawn) ? null : hit
        if (hit) select(hit.drawn.key)
        if (hit && !free) return true
        const next = begun(drawing, before, free, on.toWorld(at))
        if (!hit && next && !next.of) select(null)
        set(next)
        return next !== null
      },
      move(at) {
        const { draft: before, surface: on } = current.current
        if (before && on) set(followed(before, on.toWorld(at), on.basis))
      },
      end(at, travelled) {
        const { draft: before, surface: on } = current.current
        if (!before || !on) return
        const next = released(before.of ? before : followed(before, on.toWorld(at), on.basis), travelled)
        if (!next) return set(null)
        if (next.finished) return finish(next.draft)
        set(next.draft.of ? null : next.draft)
      },
      cancel: () => set(null),
      hover(at) {
        const { draft: before, surface: on } = current.current
        if (before?.open && !before.from && on) set(followed(before, on.toWorld(at), on.basis))
      },
      click(at) {
        const hit = hitAt(at, false)
        if (hit) select(hit.drawn.key)
        return hit !== null
      },
      doubleClick() {
        const { draft: before, tool: chosen } = current.current
        const done = before && closed(before)
        if (done) finish(done)
        return isAnnotationTool(chosen)
      },
    }
  }, [store, select, make, mayChange])

  // Another tool, plane or time ends what is not finished.
  const place = `${tool} ${header.seriesId} ${surface?.plane ?? ''} ${layers[0]!.view.t}`
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- the place says when
  useEffect(() => setDraft(null), [place])

  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const { draft: before } = current.current
      if (!before || (event.key !== 'Escape' && event.key !== 'Enter' && event.key !== 'Backspace')) return
      event.preventDefault()
      event.stopImmediatePropagation()
      if (event.key === 'Enter') return void taking.doubleClick()
      const fewer = event.key === 'Backspace' && before.open && before.points.length > 2
      setDraft(fewer ? { ...before, points: before.points.slice(0, -2).concat([before.points.at(-1)!]) } : null)
    }
    window.addEventListener('keydown', pressed, true)
    return () => window.removeEventListener('keydown', pressed, true)
  }, [taking])

  const shown = surface
    ? shownOn(own, {
        surface,
        hidden,
        draft,
        linesOf: (drawn) => {
          const known = drawn.key === undefined ? null : store.find(drawn.key)
          return (known && isSeen(known, surface) ? measured(known)?.short : measure(drawn, layers).short) ?? []
        },
      })
    : []
  return { taking, shown }
}

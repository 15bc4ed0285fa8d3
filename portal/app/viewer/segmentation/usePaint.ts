/** Painting by hand on one picture. */
import { useEffect, useMemo, useRef } from 'react'
import type { Taking } from '../annotations/useHand.ts'
import type { Surface } from '../annotations/hand.ts'
import { boxOf } from '../annotations/measure.ts'
import { cross, dot, indexOf, type Vec3 } from '../geometry.ts'
import type { Point } from '../gestures.ts'
import type { LayerView } from '../overlayContent.ts'
import { grow } from './islands.ts'
import { Edit, paint, type Brush } from './labelEdits.ts'
import type { Segmentations } from './useSegmentations.ts'

/** Voxels after which growing stops: what leaks into the whole animal is not what was meant. */
const mostGrown = 5_000_000

/** The axis of the volume that a picture is stacked along, or null for slanted planes. */
export function flatAxis(
  { axes }: Pick<ReturnType<typeof boxOf>, 'axes'>,
  { right, up }: Surface['basis'],
): 0 | 1 | 2 | null {
  const normal = cross(right, up)
  const found = ([0, 1, 2] as const).find((axis) => Math.abs(dot(axes[axis], normal)) > 0.999)
  return found ?? null
}

/**
 * @param layer the ground of the picture, which is the one that is segmented
 * @returns null while nothing is painted on it
 */
export function usePaint(segmentations: Segmentations, layer: LayerView, surface: Surface | null): Taking | null {
  const { store, painting, paint: change } = segmentations
  const now = { layer, surface, painting }
  const current = useRef(now)
  useEffect(() => {
    current.current = now
  })
  const stroke = useRef<{ edit: Edit; last: Point; t: number } | null>(null)
  const active = store.active
  const mine = active?.header.seriesId === layer.pixels.header.seriesId && active.labels === 'here'

  const taking = useMemo<Taking>(() => {
    const placeOf = (at: Point): Vec3 => {
      const { layer: ground, surface: on } = current.current
      const index = indexOf(boxOf(ground), on!.toWorld(at))
      return ground.pixels.geometry ? index : [index[0], index[1], ground.view.index[2]]
    }
    const valueAt = (index: number): number | null => {
      const { pixels, view } = current.current.layer
      const { x, y } = pixels.header.shape
      const at: Vec3 = [index % x, Math.floor(index / x) % y, Math.floor(index / (x * y))]
      const value = pixels.valueAt(at, view.t, view.c)
      return typeof value === 'number' ? value : null
    }
    const within = (index: number) => {
      const value = valueAt(index)
      const { low, high } = current.current.painting
      return value !== null && value >= low && value <= high
    }
    const flat = () => {
      const { layer: ground, surface: on } = current.current
      return ground.pixels.geometry ? flatAxis(ground.pixels.geometry, on!.basis) : 2
    }
    const dab = (at: Point) => {
      const held = stroke.current!
      const { painting: how } = current.current
      const brush: Brush = {
        label: how.tool === 'eraser' ? 0 : store.segment,
        radius: how.radius,
        flat: how.ball ? null : flat(),
        ...(how.tool === 'threshold' && { accepts: within }),
        ...(how.tool === 'eraser' && { only: store.segment }),
      }
      // Between two events the pointer may have gone far: dabs lie a third of the radius apart at most.
      const [from, to] = [placeOf(held.last), placeOf(at)]
      store.edit(
        held.t,
        (labels, grid, edit) => {
          const far = Math.hypot(...[0, 1, 2].map((n) => (to[n]! - from[n]!) * grid.spacing[n]!))
          const steps = Math.min(Math.max(Math.ceil(far / (brush.radius / 3)), 1), 500)
          for (let n = 1; n <= steps; n++) {
            const point = [0, 1, 2].map((axis) => from[axis]! + ((to[axis]! - from[axis]!) * n) / steps)
            paint(grid, labels, point as unknown as Vec3, brush, edit)
          }
        },
        held.edit,
      )
      held.last = at
    }
    return {
      begin(at) {
        const { painting: how, layer: ground, surface: on } = current.current
        if (!how.tool || !on) return false
        const { t } = ground.view
        if (how.tool === 'grow') {
          const from = placeOf(at).map(Math.round) as unknown as Vec3
          const plane = how.ball ? null : flat()
          store.edit(t, (labels, grid, edit) => {
            if (from.some((n, axis) => n < 0 || n >= grid.dimensions[axis]!)) return
            const fits = (index: number) => labels[index] === 0 && within(index)
            grow(grid, labels, from, { label: store.segment, fits, plane, most: mostGrown }, edit)
          })
          return true
        }
        stroke.current = { edit: new Edit(), last: at, t }
        dab(at)
        return true
      },
      move: (at) => stroke.current && dab(at),
      end() {
        if (stroke.current) store.finish(stroke.current.t, stroke.current.edit)
        stroke.current = null
      },
      cancel() {
        const held = stroke.current
        stroke.current = null
        if (held) store.edit(held.t, (labels) => held.edit.undo(labels), new Edit())
      },
      hover: () => undefined,
      click: () => false,
      doubleClick: () => current.current.painting.tool !== null,
    }
  }, [store])

  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && current.current.painting.tool) change({ tool: null })
    }
    window.addEventListener('keydown', pressed)
    return () => window.removeEventListener('keydown', pressed)
  })
  return mine && painting.tool ? taking : null
}

import { clampIndex, dot, indexOf, plus, scaled, towardsViewer, worldOf } from './geometry.ts'
import type { LayerView } from './overlayContent.ts'
import type { PaneSpec } from './panes.ts'
import { dimensionsOf, type ViewerActions } from './useViewer.ts'

/** Moves along the normal of the pane; positive goes to the next plane of the file. */
export function scroll(spec: PaneSpec, { pixels, view }: LayerView, actions: ViewerActions, planes: number): void {
  const dimensions = dimensionsOf(pixels.header)
  const axis = spec.plane?.axis ?? 2
  if (!spec.plane && dimensions[2] === 1) {
    // A cine of single pictures: the wheel goes through time.
    const t = Math.min(Math.max(view.t + planes, 0), pixels.header.shape.t - 1)
    return actions.setView(spec.ground, { t })
  }
  const index: [number, number, number] = [...view.index]
  if (spec.plane?.oblique && pixels.geometry) {
    // Along the normal, by the voxels of the axis that it is nearest to.
    const { geometry } = pixels
    const normal = towardsViewer(spec.plane)
    const along = geometry.axes.map((axis) => dot(normal, axis))
    const nearest = along.reduce((best, size, n) => (Math.abs(size) > Math.abs(along[best]!) ? n : best), 0) as
      0 | 1 | 2
    const step = (planes * geometry.spacing[nearest]) / along[nearest]!
    const point = plus(worldOf(geometry, index), scaled(normal, step))
    return actions.moveTo(spec.ground, clampIndex(dimensions, indexOf(geometry, point)))
  }
  index[axis] += planes
  actions.moveTo(spec.ground, clampIndex(dimensions, index))
}

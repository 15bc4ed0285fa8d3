import { voxelAt, type Vec3 } from './geometry.ts'
import type { Point } from './gestures.ts'
import { formatMeasured, formatPosition } from './numbers.ts'
import type { LayerView } from './overlayContent.ts'
import styles from './viewer.module.css'
import type { Picture } from './viewports.client.ts'

/** Position and values under the pointer. */
export function Hover({ at, picture, layers }: { at: Point; picture: Picture; layers: LayerView[] }) {
  const world = picture.toWorld(at)
  const { header, geometry } = layers[0]!.pixels
  const values = layers.map((layer) => valueText(layer, voxelUnder(layer, world)))
  const spacing = header.spacing ?? [1, 1, 1]
  const position = geometry
    ? formatPosition(world, Math.min(...spacing))
    : header.spacing
      ? formatPosition(world.slice(0, 2), Math.min(spacing[0], spacing[1]))
      : `${world.slice(0, 2).map(Math.round).join(', ')} px`
  return (
    <div className={styles.hover} data-hover="">
      {values.every((text) => text === '') ? '' : `${values.join(' + ')} at ${position}`}
    </div>
  )
}

function voxelUnder({ pixels, view }: LayerView, world: Vec3): Vec3 | null {
  if (pixels.geometry) return voxelAt(pixels.geometry, world)
  const { shape, spacing } = pixels.header
  const [x, y] = [Math.round(world[0] / (spacing?.[0] ?? 1)), Math.round(world[1] / (spacing?.[1] ?? 1))]
  return x >= 0 && y >= 0 && x < shape.x && y < shape.y ? [x, y, view.index[2]] : null
}

/** Value of a layer at a voxel, with its unit; '' outside of it. */
export function valueText({ pixels, view }: LayerView, index: Vec3 | null): string {
  if (!index) return ''
  const value = pixels.valueAt(index, view.t, view.c)
  if (value === null) return 'loading'
  return typeof value === 'number' ? formatMeasured(value, pixels.header.unit) : `RGB ${value.join(' ')}`
}

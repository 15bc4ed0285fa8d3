/** Labels over a picture: the slice of the label volume, drawn with the picture's own geometry. */
import { useEffect, useRef } from 'react'
import { indexOf, type Vec3, type VolumeGeometry } from '../geometry.ts'
import type { Point } from '../gestures.ts'
import type { Open } from './store.ts'

interface Props {
  open: Open
  labels: Uint8Array | null
  geometry: VolumeGeometry
  /** Plane of the labels for a stack; null where the picture says itself where it is. */
  plane: number | null
  toWorld: (at: Point) => Vec3
  width: number
  height: number
  opacity: number
  /** Rises when labels have changed. */
  version: number
}

/**
 * From points of the screen to voxels: index = origin + x * right + y * down. The map is straight, so three points tell it.
 */
export function screenToIndex(
  geometry: VolumeGeometry,
  toWorld: Props['toWorld'],
): { origin: Vec3; right: Vec3; down: Vec3 } {
  const reach = 100
  const at = (x: number, y: number) => indexOf(geometry, toWorld([x, y]))
  const origin = at(0, 0)
  const step = (end: Vec3) => [0, 1, 2].map((n) => (end[n]! - origin[n]!) / reach) as unknown as Vec3
  return { origin, right: step(at(reach, 0)), down: step(at(0, reach)) }
}

export function LabelLayer({ open, labels, geometry, plane, toWorld, width, height, opacity, version }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (!context || width === 0 || height === 0) return
    context.clearRect(0, 0, width, height)
    if (!labels) return
    const image = context.createImageData(width, height)
    const colours = coloursOf(open, opacity)
    const pixels = new Uint32Array(image.data.buffer)
    const { origin, right, down } = screenToIndex(geometry, toWorld)
    const [nx, ny, nz] = geometry.dimensions
    for (let y = 0; y < height; y++) {
      // Half a pixel: colours stand for the middle of a pixel.
      let i = origin[0] + 0.5 * right[0] + (y + 0.5) * down[0]
      let j = origin[1] + 0.5 * right[1] + (y + 0.5) * down[1]
      let k = plane ?? origin[2] + 0.5 * right[2] + (y + 0.5) * down[2]
      for (let x = 0; x < width; x++) {
        const [a, b, c] = [Math.round(i), Math.round(j), Math.round(k)]
        if (a >= 0 && b >= 0 && c >= 0 && a < nx && b < ny && c < nz) {
          const label = labels[(c * ny + b) * nx + a]!
          if (label > 0) pixels[y * width + x] = colours[label]!
        }
        i += right[0]
        j += right[1]
        if (plane === null) k += right[2]
      }
    }
    context.putImageData(image, 0, 0)
  })
  return (
    <canvas
      ref={canvas}
      width={width}
      height={height}
      data-labels={open.label}
      data-version={version}
      aria-hidden="true"
    />
  )
}

/** Pixels of each label as little-endian ABGR. */
function coloursOf({ segments }: Pick<Open, 'segments'>, opacity: number): Uint32Array {
  const alpha = Math.round(opacity * 255)
  const table = new Uint32Array(256)
  for (let label = 1; label < 256; label++) {
    const colour = Number.parseInt((segments.find((one) => one.number === label)?.colour ?? '#b0b0b0').slice(1), 16)
    table[label] = ((alpha << 24) | ((colour & 255) << 16) | (colour & 0xff00) | (colour >> 16)) >>> 0
  }
  return table
}

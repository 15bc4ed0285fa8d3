import type { Header } from '#imaging/header.ts'
import type { Samples } from '#imaging/samples.ts'
import { encodePng } from './png.ts'

/** Longest side of a thumbnail in pixels. */
export const thumbnailSide = 256

interface Picture {
  width: number
  height: number
  /** Size of one picture element; only the ratio counts. */
  aspect: [number, number]
  values: Float64Array
}

/**
 * Makes the thumbnail of a series while its planes pass by: for emission images (PET, SPECT) the maximum-intensity
 * projection seen from the front, else the middle plane of the middle time point, with up to three channels as colours.
 */
export function thumbnail(header: Header): { add(k: number, samples: Samples): void; finish(): Buffer } {
  const { shape, slope, intercept } = header
  const spacing = header.spacing ?? [1, 1, 1]
  const emission = ['PT', 'NM'].includes(header.modality ?? '') && shape.z >= 8 && header.samplesPerPixel === 1
  const perChannel = shape.z * shape.t
  const middle = Math.floor(shape.t / 2) * shape.z + Math.floor(shape.z / 2)
  const layers = header.samplesPerPixel > 1 ? 3 : Math.min(shape.c, 3)
  const pictures: Picture[] = []
  if (emission) pictures.push(blank(shape.x, shape.z, [spacing[0], spacing[2]], -Infinity))

  /** Keeps sample number `layer` of each pixel, averaged down to the size of the thumbnail. */
  function keep(samples: Samples, layer: number, scale: number, shift: number): Picture {
    const [width, height] = fitted(shape.x, shape.y)
    const picture = blank(width, height, [spacing[0] * (shape.x / width), spacing[1] * (shape.y / height)], 0)
    const step = header.samplesPerPixel
    for (let y = 0; y < height; y++) {
      const top = Math.floor((y * shape.y) / height)
      const bottom = Math.max(top + 1, Math.floor(((y + 1) * shape.y) / height))
      for (let x = 0; x < width; x++) {
        const left = Math.floor((x * shape.x) / width)
        const right = Math.max(left + 1, Math.floor(((x + 1) * shape.x) / width))
        let sum = 0
        for (let row = top; row < bottom; row++) {
          for (let column = left; column < right; column++) sum += samples[(row * shape.x + column) * step + layer]!
        }
        picture.values[y * width + x] = (sum / ((bottom - top) * (right - left))) * scale + shift
      }
    }
    return picture
  }

  return {
    add(k, samples) {
      const scale = slope[slope.length > 1 ? k : 0] ?? 1
      const shift = intercept[intercept.length > 1 ? k : 0] ?? 0
      if (emission) {
        if (k >= perChannel) return
        const { values } = pictures[0]!
        const row = (shape.z - 1 - (k % shape.z)) * shape.x // the z axis runs to the head, which belongs on top
        for (let y = 0, i = 0; y < shape.y; y++) {
          for (let x = 0; x < shape.x; x++, i++) {
            const value = samples[i]! * scale + shift
            if (value > values[row + x]!) values[row + x] = value
          }
        }
      } else if (k % perChannel === middle) {
        if (header.samplesPerPixel > 1) {
          for (let layer = 0; layer < 3; layer++) pictures.push(keep(samples, layer, scale, shift))
        } else if (pictures.length < layers) pictures.push(keep(samples, 0, scale, shift))
      }
    },
    finish() {
      const first = pictures[0]!
      const colour = header.samplesPerPixel > 1
      const grey = pictures.map((picture, i) => {
        const [low, high] = colour ? [0, 255] : emission ? [0, share(picture.values, 0.995)] : window(picture, i)
        return Uint8Array.from(picture.values, (v) => Math.min(255, Math.max(0, ((v - low) / (high - low || 1)) * 255)))
      })
      if (pictures.length === 1) return scaled(first, 1, grey[0]!)
      const colours = colour ? basic : grey.map((_, i) => parsed(header.channels?.[i]?.colour) ?? basic[i]!)
      const mixed = new Uint8Array(first.values.length * 3)
      for (let i = 0; i < first.values.length; i++) {
        for (let part = 0; part < 3; part++) {
          mixed[i * 3 + part] = Math.min(
            255,
            grey.reduce((sum, layer, l) => sum + layer[i]! * colours[l]![part]!, 0),
          )
        }
      }
      return scaled(first, 3, mixed)
    },
  }

  function window(picture: Picture, channel: number): [number, number] {
    if (channel === 0 && shape.c === 1 && header.window) return [header.window.low, header.window.high]
    return [share(picture.values, 0.01), share(picture.values, 0.995)]
  }
}

const basic = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
]

/** "#rrggbb" as three shares. */
function parsed(colour: string | undefined): number[] | null {
  const parts = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})/i.exec(colour ?? '')
  return parts && parts.slice(1).map((part) => Number.parseInt(part, 16) / 255)
}

const blank = (width: number, height: number, aspect: [number, number], value: number): Picture => ({
  width,
  height,
  aspect,
  values: new Float64Array(width * height).fill(value),
})

/** Size that fits into the thumbnail and is never larger than the picture. */
function fitted(width: number, height: number): [number, number] {
  const factor = Math.min(1, thumbnailSide / Math.max(width, height))
  return [Math.max(1, Math.round(width * factor)), Math.max(1, Math.round(height * factor))]
}

/** The value below which this share of the finite values lies. */
function share(values: Float64Array, part: number): number {
  const sorted = values.filter(Number.isFinite).toSorted()
  return sorted[Math.round(part * (sorted.length - 1))] ?? 0
}

/** The picture with square elements and the longest side of a thumbnail, by linear interpolation. */
function scaled(picture: Picture, samples: 1 | 3, bytes: Uint8Array): Buffer {
  const { width, height, aspect } = picture
  const side = Math.max(width * aspect[0], height * aspect[1])
  const outWidth = Math.max(1, Math.round(((width * aspect[0]) / side) * thumbnailSide))
  const outHeight = Math.max(1, Math.round(((height * aspect[1]) / side) * thumbnailSide))
  const out = new Uint8Array(outWidth * outHeight * samples)
  for (let y = 0; y < outHeight; y++) {
    const v = Math.min(height - 1, Math.max(0, ((y + 0.5) * height) / outHeight - 0.5))
    const [y0, dy] = [Math.floor(v), v % 1]
    const y1 = Math.min(height - 1, y0 + 1)
    for (let x = 0; x < outWidth; x++) {
      const u = Math.min(width - 1, Math.max(0, ((x + 0.5) * width) / outWidth - 0.5))
      const [x0, dx] = [Math.floor(u), u % 1]
      const x1 = Math.min(width - 1, x0 + 1)
      for (let s = 0; s < samples; s++) {
        const at = (px: number, py: number) => bytes[(py * width + px) * samples + s]!
        const upper = at(x0, y0) * (1 - dx) + at(x1, y0) * dx
        const lower = at(x0, y1) * (1 - dx) + at(x1, y1) * dx
        out[(y * outWidth + x) * samples + s] = upper * (1 - dy) + lower * dy
      }
    }
  }
  return encodePng(outWidth, outHeight, samples, out)
}

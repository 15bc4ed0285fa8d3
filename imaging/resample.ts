import { indexToWorld } from './geometry/affine.ts'
import { ImagingError } from './errors.ts'
import type { Header } from './header.ts'
import { bytesOf, samplesOf } from './samples.ts'
import type { Image } from './write/planes.ts'

/** Voxels of a resampled volume; beyond them a spacing was a slip. */
const mostVoxels = 2 ** 30

export interface Planes {
  header: Header
  /** Stored samples of plane k, little-endian. */
  plane(k: number): Promise<Uint8Array>
}

/**
 * An image at another spacing, by trilinear interpolation of its values (slope and intercept applied), as float32. The
 * outer faces of the volume stay where they are; beyond the outermost voxel centres the nearest value holds. Two
 * source planes are in memory at a time.
 * @param spacing mm along x, y, z
 * @throws ImagingError 'unsupported' for colours and for images whose spacing is not known
 */
export function resampled({ header: h, plane }: Planes, spacing: readonly [number, number, number]): Image {
  const from = h.spacing
  if (!from)
    throw new ImagingError('unsupported', 'The voxel size of this image is not known, so it cannot be resampled.')
  if (h.samplesPerPixel !== 1) throw new ImagingError('unsupported', 'Colour images are not resampled.')
  const { x, y, z, t, c } = h.shape
  const size = [x, y, z].map((n, axis) => Math.max(1, Math.round((n * from[axis]!) / spacing[axis]!)))
  const [nx, ny, nz] = size as [number, number, number]
  if (nx * ny * nz * t * c > mostVoxels) {
    throw new ImagingError(
      'unsupported',
      `At ${spacing.join(' x ')} mm this image has more voxels than can be written.`,
    )
  }
  const [alongX, alongY, alongZ] = [x, y, z].map((n, axis) => weights(n, size[axis]!, from[axis]!, spacing[axis]!))

  async function* planes(): AsyncGenerator<Uint8Array> {
    const values = new Map<number, Float64Array>()
    const read = async (k: number): Promise<Float64Array> => {
      const known = values.get(k)
      if (known) return known
      const slope = h.slope.length > 1 ? h.slope[k]! : h.slope[0]!
      const intercept = h.intercept.length > 1 ? h.intercept[k]! : h.intercept[0]!
      const made = Float64Array.from(samplesOf(h.sampleType, await plane(k)), (v) => v * slope + intercept)
      for (const old of values.keys()) if (old < k - 1) values.delete(old)
      values.set(k, made)
      return made
    }
    for (let volume = 0; volume < t * c; volume++) {
      for (let k = 0; k < nz; k++) {
        const { low, high, share } = alongZ![k]!
        const below = await read(volume * z + low)
        const above = await read(volume * z + high)
        const out = new Float32Array(nx * ny)
        for (let j = 0; j < ny; j++) {
          const row = alongY![j]!
          for (let i = 0; i < nx; i++) {
            const column = alongX![i]!
            const at = (source: Float64Array) => {
              const top = mix(source[row.low * x + column.low]!, source[row.low * x + column.high]!, column.share)
              const bottom = mix(source[row.high * x + column.low]!, source[row.high * x + column.high]!, column.share)
              return mix(top, bottom, row.share)
            }
            out[j * nx + i] = low === high ? at(below) : mix(at(below), at(above), share)
          }
        }
        yield bytesOf(out)
      }
      values.clear()
    }
  }
  return { header: resampledHeader(h, [nx, ny, nz], spacing), planes }
}

/** The first voxel moves, because the face of the volume stays: by half the difference of the spacings along each axis. */
function resampledHeader(
  h: Header,
  [x, y, z]: [number, number, number],
  spacing: readonly [number, number, number],
): Header {
  const affine = indexToWorld(h)
  const shift = h.spacing!.map((was, axis) => (spacing[axis]! / was - 1) / 2)
  const origin =
    affine &&
    [0, 1, 2].map((row) => affine[4 * row + 3]! + shift.reduce((sum, s, axis) => sum + s * affine[4 * row + axis]!, 0))
  return {
    ...h,
    shape: { ...h.shape, x, y, z },
    spacing: [...spacing] as [number, number, number],
    origin: origin as Header['origin'],
    sampleType: 'float32',
    slope: [1],
    intercept: [0],
    warnings: [...h.warnings, `Resampled from ${h.spacing!.join(' x ')} mm by trilinear interpolation.`],
  }
}

const mix = (a: number, b: number, share: number): number => a + (b - a) * share

/** For each new place on an axis: the two old ones beside it, and the share of the second. */
function weights(n: number, size: number, from: number, to: number): { low: number; high: number; share: number }[] {
  return Array.from({ length: size }, (_, i) => {
    const at = Math.min(Math.max(((i + 0.5) * to) / from - 0.5, 0), n - 1)
    const low = Math.floor(at)
    return { low, high: Math.min(low + 1, n - 1), share: at - low }
  })
}

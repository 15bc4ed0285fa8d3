/** One channel of a series as a volume of which one time point at a time is on the graphics card. */
import { ImageVolume, cache, utilities, type Types } from '@cornerstonejs/core'
import { rightHanded, type VolumeGeometry } from './geometry.ts'
import { planeIndex } from './memoryPlan.ts'
import type { PlaneSource } from './planeSource.ts'
import type { DrawnType } from './samples.ts'

const arrayNames: Record<DrawnType, Types.PixelDataTypedArrayString> = {
  uint8: 'Uint8Array',
  int16: 'Int16Array',
  uint16: 'Uint16Array',
  float32: 'Float32Array',
}

interface Parts {
  volumeId: string
  channel: number
  geometry: VolumeGeometry
  source: PlaneSource
  imageIdOf: (k: number) => string
  metadata: Types.Metadata
}

/**
 * The base class's `load` does nothing, which is what is wanted here: planes come from the plane loader, and the
 * library's own loading order would bring the shown time point last.
 */
export class SeriesVolume extends ImageVolume {
  readonly #parts: Parts
  /** All planes of the shown time point have been on the graphics card. */
  whole = false
  #shown = 0

  constructor(parts: Parts) {
    const { geometry, source, volumeId, metadata } = parts
    const { origin, direction } = rightHanded(geometry)
    const dimensions = [...geometry.dimensions] as Types.Point3
    const frame = dimensions[0] * dimensions[1]
    const shown = { t: 0 }
    super({
      volumeId,
      imageIds: imageIdsOf(parts, 0),
      dimensions,
      spacing: [...geometry.spacing] as Types.Point3,
      origin: [...origin] as Types.Point3,
      direction: direction as Types.Mat3,
      dataType: arrayNames[source.plan.drawn],
      metadata,
      // Reads through to the planes in memory, so that evicted ones are not kept alive from here.
      voxelManager: new utilities.VoxelManager<number>(dimensions, {
        _get: (index) => source.plane(storedPlane(parts, shown.t, Math.floor(index / frame)))?.[index % frame] ?? NaN,
        _id: volumeId,
        numberOfComponents: 1,
        _getConstructor: () => viewTypes[source.plan.drawn],
      }),
      numberOfComponents: 1,
    } as Types.ImageVolumeProps)
    this.#parts = parts
    this.#shownHolder = shown
    // The ends of all values, told by the server; the viewport of bodies in space asks for them.
    this.voxelManager!.getRange = () => [source.header.range.min, source.header.range.max]
    cache.putVolumeSync(volumeId, this as unknown as Types.IImageVolume)
  }
  readonly #shownHolder: { t: number }

  /** Time point on the graphics card. */
  get shown(): number {
    return this.#shown
  }

  /** Puts another time point on the graphics card at the next rendering. */
  show(t: number): void {
    if (t === this.#shown) return
    this.#shown = t
    this.whole = false
    this.#shownHolder.t = t
    this.imageIds = imageIdsOf(this.#parts, t)
    this.modified()
  }

  /** Marks planes that have arrived for the graphics card. Returns whether they belong to the shown time point. */
  arrived(first: number, count: number): boolean {
    let any = false
    for (let k = first; k < first + count; k++) {
      const slice = this.getImageIdIndex(this.#parts.imageIdOf(k))
      if (slice === undefined) continue
      this.vtkOpenGLTexture.setUpdatedFrame(slice)
      any = true
    }
    if (any) this.imageData?.modified()
    return any
  }

  /** Frees the graphics memory and forgets the volume. */
  release(): void {
    cache.removeVolumeLoadObject(this.volumeId)
    this.vtkOpenGLTexture.releaseGraphicsResources()
    this.vtkOpenGLTexture.delete()
  }
}

const viewTypes = { uint8: Uint8Array, int16: Int16Array, uint16: Uint16Array, float32: Float32Array }

/** Plane of the file that the renderer's slice shows. */
function storedPlane({ channel, geometry, source }: Parts, t: number, slice: number): number {
  const { shape } = source.header
  return planeIndex(shape, { c: channel, t, z: geometry.leftHanded ? shape.z - 1 - slice : slice })
}

function imageIdsOf(parts: Parts, t: number): string[] {
  return Array.from({ length: parts.geometry.dimensions[2] }, (_, slice) =>
    parts.imageIdOf(storedPlane(parts, t, slice)),
  )
}

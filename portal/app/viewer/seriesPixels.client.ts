/** The pixels of one open series for Cornerstone: images, volumes and the metadata that it asks for. */
import { Enums, cache, utilities, type Types } from '@cornerstonejs/core'
import { imageIdOf, register } from './cornerstone.client.ts'
import { mixed, type ChannelView } from './channels.ts'
import type { SeriesHeader } from './contract.ts'
import { shrunk } from './shrunk.ts'
import { volumeGeometry, type Vec3, type VolumeGeometry } from './geometry.ts'
import { planeIndex } from './memoryPlan.ts'
import { placed, readPlacement } from './placement.ts'
import { frameOfReference, volumeMetadata } from './planeMetadata.client.ts'
import { PlaneSource } from './planeSource.ts'
import { drawnBytes, type Samples } from './samples.ts'
import { SeriesVolume } from './seriesVolume.client.ts'
import { defaultWindow } from './window.ts'

export interface Limits {
  maximumVolumeSide: number
  /** A stack with larger planes is drawn from means of blocks of pixels. */
  maximumPlaneSide: number
  /** A time point larger than this is shown plane by plane. */
  maximumVolumeBytes: number
}

let count = 0
let mixtures = 0

export class SeriesPixels {
  /** In the names of its images and volumes: another one of the same series can be made before this one is closed. */
  readonly id: string
  readonly header: SeriesHeader
  readonly source: PlaneSource
  /** The box of voxels; null when the series can be shown plane by plane only. */
  readonly geometry: VolumeGeometry | null
  /** Why there is no box: a sentence for people. */
  readonly stackReason: string | null
  /** Pixels along each side of the block that one drawn pixel of a stack stands for. */
  readonly shrink: number
  readonly #volumes = new Map<number, SeriesVolume>()
  readonly #waiting = new Map<number, ((image: Types.IImage) => void)[]>()
  #mix: { views: readonly ChannelView[]; name: string; images: Set<string> } | null = null
  readonly #unregister: () => void

  constructor(header: SeriesHeader, limits: Limits) {
    this.header = header
    this.id = `${header.seriesId}.${++count}`
    const box = boxOf(header, limits)
    this.geometry = 'reason' in box ? null : placed(box, readPlacement(header.placement))
    this.stackReason = 'reason' in box ? box.reason : null
    const side = Math.max(header.shape.x, header.shape.y)
    this.shrink = this.geometry ? 1 : Math.max(Math.ceil(side / Math.max(limits.maximumPlaneSide, 1)), 1)
    this.source = new PlaneSource(header, this.geometry === null)
    this.source.onArrival = ({ first, count }) => this.#arrived(first, count)
    this.source.onDrop = ({ first, count }) => this.#dropped(first, count)
    this.#unregister = register(this)
  }

  imageId(k: number): string {
    return imageIdOf(this.id, k)
  }

  /** Plane of an index (x, y, plane) at a time point of a channel. */
  planeOf(index: Vec3, t: number, c: number): number {
    return planeIndex(this.header.shape, { c, t, z: index[2] })
  }

  /** Value at a voxel: a number, red green blue, or null while it is not in memory. */
  valueAt(index: Vec3, t: number, c: number): number | [number, number, number] | null {
    const plane = this.source.plane(this.planeOf(index, t, c))
    if (!plane) return null
    const pixel = index[1] * this.header.shape.x + index[0]
    if (this.source.plan.components === 1) return plane[pixel]!
    return [plane[pixel * 3]!, plane[pixel * 3 + 1]!, plane[pixel * 3 + 2]!]
  }

  /** The volume of a channel, made when first asked for. */
  volume(channel: number): SeriesVolume {
    if (!this.geometry) throw new Error(`${this.header.label} has no volume: ${this.stackReason}`)
    let volume = this.#volumes.get(channel)
    if (!volume) {
      volume = new SeriesVolume({
        volumeId: `viv:${this.id}/channel/${channel}`,
        channel,
        geometry: this.geometry,
        source: this.source,
        imageIdOf: (k) => this.imageId(k),
        metadata: volumeMetadata(this, this.geometry),
      })
      this.#volumes.set(channel, volume)
    }
    return volume
  }

  /**
   * Puts a time point on the graphics card once it is whole; until then the one before stays on screen.
   * @returns what is on the graphics card
   */
  show(t: number, c: number): string {
    if (!this.geometry) return `${t}`
    const volume = this.volume(c)
    const whole = this.source.loaded(c, t) === 1
    // With nothing to keep on screen, parts are better than the dark. A picture that was whole stays on the graphics card
    // when its planes have been dropped from memory.
    if (whole || this.source.isReduced(c, t) || !volume.whole) volume.show(t)
    volume.whole ||= this.source.loaded(c, volume.shown) === 1
    return this.shownPart(c)
  }

  /** Time point on the graphics card and how much of it is there: '3 1' when it is whole. */
  shownPart(c: number): string {
    const t = this.shownTime(c)
    return `${t} ${this.source.loaded(c, t)}${this.source.isReduced(c, t) ? ' reduced' : ''}`
  }

  /** Whether something of what is asked for can be drawn. */
  isDrawable(index: Vec3, t: number, c: number): boolean {
    return this.progress(index, t, c) > 0 || (this.geometry !== null && this.source.isReduced(c, t))
  }

  /** Time point on the graphics card. */
  shownTime(c: number): number {
    return this.geometry ? this.volume(c).shown : 0
  }

  /** Whether what is asked for is on screen without a gap. */
  isShown(index: Vec3, t: number, c: number): boolean {
    if (!this.geometry) return this.source.plane(this.planeOf(index, t, c)) !== null
    return this.source.loaded(c, t) === 1 && this.volume(c).shown === t
  }

  /** Part of what is asked for that is in memory, 0..1. */
  progress(index: Vec3, t: number, c: number): number {
    return this.geometry ? this.source.loaded(c, t) : this.source.plane(this.planeOf(index, t, c)) ? 1 : 0
  }

  /** Lays channels into each other from now on; null shows one alone. Returns a name of this mixture. */
  mix(views: readonly ChannelView[] | null): string {
    if (views === this.#mix?.views) return this.#mix?.name ?? ''
    // Pictures of a mixture are never asked for again.
    for (const id of this.#mix?.images ?? []) if (cache.getImageLoadObject(id)) cache.removeImageLoadObject(id)
    this.#mix = views && { views, name: `mix${++mixtures}`, images: new Set() }
    this.source.channels = views && views.flatMap(({ visible }, c) => (visible ? [c] : []))
    return this.#mix?.name ?? ''
  }

  /** Whether all channels that are shown of a plane are in memory. @param n plane of the stack, over all times */
  isMixable(n: number): boolean {
    const { z, t } = this.header.shape
    return (this.source.channels ?? []).every((c) => this.source.plane(c * z * t + n))
  }

  /** The mixture of a plane whose channels are in memory. */
  mixedImage(n: number, imageId: string): Types.IImage {
    const { x, y, z, t } = this.header.shape
    const views = this.#mix?.views ?? []
    this.#mix?.images.add(imageId)
    const planes = views.map(({ visible }, c) => (visible ? this.source.plane(c * z * t + n) : null))
    return this.#image(imageId, mixed(planes, views, x * y), 3)
  }

  /** The image of a plane once it is in memory. */
  image(k: number): Promise<Types.IImage> {
    const samples = this.source.plane(k)
    if (samples) return Promise.resolve(this.#image(this.imageId(k), samples))
    return new Promise((resolve) => {
      this.#waiting.set(k, [...(this.#waiting.get(k) ?? []), resolve])
    })
  }

  close(): void {
    this.mix(null)
    for (const volume of this.#volumes.values()) volume.release()
    this.#volumes.clear()
    for (let k = 0; k < this.header.planeCount; k++) this.#forget(k)
    this.#waiting.clear()
    this.#unregister()
  }

  #arrived(first: number, count: number): void {
    for (let k = first; k < first + count; k++) {
      const waiting = this.#waiting.get(k)
      this.#waiting.delete(k)
      const image = waiting || this.geometry ? this.#image(this.imageId(k), this.source.drawable(k)!) : null
      if (!image) continue
      waiting?.forEach((resolve) => resolve(image))
      if (!this.geometry || waiting) continue
      // In the place of a plane of the reduced image.
      this.#forget(k)
      cache.putImageSync(this.imageId(k), image)
    }
    for (const volume of this.#volumes.values()) volume.arrived(first, count)
  }

  #dropped(first: number, count: number): void {
    for (let k = first; k < first + count; k++) this.#forget(k)
  }

  #forget(k: number): void {
    // A plane that somebody waits for has an entry without an image; it must stay, or the waiting never ends.
    if (!this.#waiting.has(k) && cache.getImageLoadObject(this.imageId(k))) cache.removeImageLoadObject(this.imageId(k))
  }

  #image(imageId: string, whole: Samples, components = this.source.plan.components): Types.IImage {
    const { header, shrink } = this
    const samples = shrunk(whole, header.shape, components, shrink)
    const [x, y] = [Math.ceil(header.shape.x / shrink), Math.ceil(header.shape.y / shrink)]
    const window = defaultWindow(header)
    const spacing = (header.spacing ?? [1, 1, 1]).map((mm, axis) => (axis < 2 ? mm * shrink : mm))
    const voxelManager = utilities.VoxelManager.createImageVoxelManager({
      scalarData: samples,
      width: x,
      height: y,
      numberOfComponents: components,
      id: imageId,
    })
    return {
      imageId,
      rows: y,
      columns: x,
      height: y,
      width: x,
      color: components === 3,
      rgba: false,
      numberOfComponents: components,
      invert: false,
      dataType: samples.constructor.name as Types.PixelDataTypedArrayString,
      voxelManager,
      getPixelData: () => samples,
      getCanvas: () => document.createElement('canvas'),
      imageFrame: {} as Types.IImageFrame,
      sizeInBytes: samples.byteLength,
      slope: 1,
      intercept: 0,
      isPreScaled: true,
      preScale: { enabled: true, scaled: true, scalingParameters: { rescaleSlope: 1, rescaleIntercept: 0 } },
      minPixelValue: header.range.min,
      maxPixelValue: header.range.max,
      windowCenter: (window.low + window.high) / 2,
      windowWidth: window.high - window.low,
      voiLUTFunction: Enums.VOILUTFunctionType.LINEAR_EXACT,
      rowPixelSpacing: spacing[1]!,
      columnPixelSpacing: spacing[0]!,
      sliceThickness: spacing[2]!,
      photometricInterpretation: components === 3 ? 'RGB' : 'MONOCHROME2',
      FrameOfReferenceUID: frameOfReference(header),
    }
  }
}

function boxOf(header: SeriesHeader, limits: Limits): VolumeGeometry | { reason: string } {
  const box = volumeGeometry(header, limits.maximumVolumeSide)
  const source = new PlaneSource(header, false)
  const bytes = header.shape.z * source.plan.samplesPerPlane * drawnBytes[source.plan.drawn]
  if (!('reason' in box) && bytes > limits.maximumVolumeBytes) {
    const gibibytes = (size: number) => `${(size / 2 ** 30).toFixed(1)} GiB`
    return {
      reason: `One time point takes ${gibibytes(bytes)} and this browser may hold ${gibibytes(limits.maximumVolumeBytes)}, so planes are shown one by one.`,
    }
  }
  return box
}

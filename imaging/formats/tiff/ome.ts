import { ImagingError } from '../../errors.ts'
import type { Header } from '../../header.ts'
import { millimetresOf } from '../../lengthUnits.ts'
import { table } from '../../table.ts'
import type { Layout, PlaneSource } from './layout.ts'
import { attribute, child, children, numericAttribute, parseXml, textOf } from './xml.ts'
import type { XmlNode } from './xml.ts'

/** What the OME-XML of a file says (OME-TIFF specification; names from the 2016-06 schema, 2010-06 accepted). */
export interface Ome {
  uuid: string | undefined
  /** UUIDs of all files that hold planes of the first image, in the order of the description. */
  fileUuids: string[]
  /** Their names when it was written; often out of date. */
  fileNames: string[]
  /** Set when the description stands in another file (BinaryOnly). */
  describedBy: { uuid: string | undefined; fileName: string | undefined } | undefined
  images: XmlNode[]
  /** Further images in the same files that are not shown. */
  left: number
  root: XmlNode
}

export const looksLikeOme = (description: string): boolean => /<(\w+:)?OME[\s>]/.test(description.slice(0, 4096))

/** @throws ImagingError 'malformed' */
export function parseOme(description: string): Ome {
  const root = child(parseXml(description), 'OME')
  if (!root) throw new ImagingError('malformed', 'The OME-XML has no OME element.')
  const images = children(root, 'Image')
  const tiffData = children(child(images[0], 'Pixels'), 'TiffData')
  const uuids = tiffData.flatMap((data) => children(data, 'UUID').slice(0, 1))
  const binaryOnly = child(root, 'BinaryOnly')
  return {
    uuid: attribute(root, 'UUID'),
    fileUuids: [...new Set(uuids.flatMap((node) => textOf(node) ?? []))],
    fileNames: [...new Set(uuids.flatMap((node) => attribute(node, 'FileName') ?? []))],
    describedBy: binaryOnly && {
      uuid: attribute(binaryOnly, 'UUID'),
      fileName: attribute(binaryOnly, 'MetadataFile'),
    },
    images,
    left: Math.max(0, images.length - 1),
    root,
  }
}

/** The UUID of the file that a description stands in, without reading all of it. */
export const uuidOf = (description: string): string | undefined =>
  /<(?:\w+:)?OME\s[^>]*?\bUUID\s*=\s*["']([^"']+)["']/.exec(description.slice(0, 8192))?.[1]

const mostPlanes = 1_000_000

/**
 * The layout of the first image.
 * @param pages         pages of the file that the XML stands in, or of the first file of the set
 * @param samples       samples per pixel of a page
 * @param samplesServed true when a page is served as one colour plane
 * @param pagesOfSet    pages of all files of the set
 * @throws ImagingError when sizes are missing or absurd
 */
export function omeLayout(
  ome: Ome,
  pages: number,
  samples: number,
  samplesServed: boolean,
  pagesOfSet = pages,
): Layout {
  const pixels = child(ome.images[0], 'Pixels')
  const size = (name: string): number => {
    const value = numericAttribute(pixels, name)
    if (value === undefined || !Number.isInteger(value) || value < 1) {
      throw new ImagingError(
        'malformed',
        `The OME-XML gives no usable ${name} (${attribute(pixels, name) ?? 'absent'}).`,
      )
    }
    return value
  }
  const [z, t, sizeC] = [size('SizeZ'), size('SizeT'), size('SizeC')]
  // SizeC counts samples: an RGB page contributes three.
  const groups = sizeC % samples === 0 ? sizeC / samples : sizeC
  // A set of which much is missing is still shown; a few pages that claim to be a million planes are not believed.
  const placed = children(pixels, 'TiffData').length
  if (z * t * sizeC > Math.min(mostPlanes, 1000 + (pagesOfSet + placed) * samples * 100))
    throw new ImagingError('too-large', `The OME-XML announces ${z} x ${t} x ${sizeC} planes, which is not read here.`)
  const order = dimensionOrder(attribute(pixels, 'DimensionOrder'))
  const sizes = { Z: z, C: groups, T: t }
  const sources = planeSources(pixels, order, sizes, pages)
  const warnings: string[] = []
  if (ome.left > 0) warnings.push(`The file describes ${ome.left + 1} images; the first is shown.`)
  if (sources.size < z * t * groups) {
    warnings.push(`The description announces ${z * t * groups} pages, but places only ${sources.size} of them.`)
  }
  const perPage = samplesServed ? 1 : samples
  return {
    z,
    t,
    c: groups * perPage,
    at: (c, time, slice) => {
      const source = sources.get(keyOf({ Z: slice, C: Math.floor(c / perPage), T: time }, sizes))
      return source ? { ...source, sample: c % perPage } : null
    },
    spacing: physicalSize(pixels, z, warnings),
    frames: frameTimes(pixels, t),
    channels: channelsOf(pixels, groups, perPage),
    slope: 1,
    intercept: 0,
    unit: '',
    window: null,
    modality: hasMicroscope(ome.root) ? 'SM' : null,
    warnings,
  }
}

type Axis = 'Z' | 'C' | 'T'
type Position = Record<Axis, number>

function dimensionOrder(text: string | undefined): Axis[] {
  const axes = (text ?? 'XYZCT').slice(2).split('') as Axis[]
  return axes.toSorted().join('') === 'CTZ' ? axes : ['Z', 'C', 'T']
}

const keyOf = (at: Position, sizes: Position): number => (at.C * sizes.T + at.T) * sizes.Z + at.Z

/** Which page of which file holds a plane, by keyOf. */
function planeSources(
  pixels: XmlNode | undefined,
  order: Axis[],
  sizes: Position,
  pages: number,
): Map<number, Omit<PlaneSource, 'sample'>> {
  const sources = new Map<number, Omit<PlaneSource, 'sample'>>()
  const total = sizes.Z * sizes.C * sizes.T
  const blocks = children(pixels, 'TiffData')
  // Each plane is placed once in a sound file; blocks that place all planes again and again would take forever.
  let budget = total * 2 + blocks.length
  for (const block of blocks.length > 0 ? blocks : [{}]) {
    const ifd = numericAttribute(block, 'IFD')
    const uuid = child(block, 'UUID')
    // With IFD the default count is one plane, without it all pages (OME-TIFF specification, "TiffData").
    const count = numericAttribute(block, 'PlaneCount') ?? (ifd === undefined ? Math.min(pages, total) : 1)
    const start: Position = {
      Z: numericAttribute(block, 'FirstZ') ?? 0,
      C: numericAttribute(block, 'FirstC') ?? 0,
      T: numericAttribute(block, 'FirstT') ?? 0,
    }
    let index = 0
    let step = 1
    for (const axis of order) {
      index += start[axis] * step
      step *= sizes[axis]
    }
    for (let i = 0; i < count && index + i < total; i++) {
      if (budget-- <= 0) return sources
      let rest = index + i
      const at: Position = { Z: 0, C: 0, T: 0 }
      for (const axis of order) {
        at[axis] = rest % sizes[axis]
        rest = Math.floor(rest / sizes[axis])
      }
      sources.set(keyOf(at, sizes), { page: (ifd ?? 0) + i, uuid: textOf(uuid), fileName: attribute(uuid, 'FileName') })
    }
  }
  return sources
}

function physicalSize(pixels: XmlNode | undefined, z: number, warnings: string[]): Header['spacing'] {
  const along = (axis: 'X' | 'Y' | 'Z'): number | undefined => {
    const value = numericAttribute(pixels, `PhysicalSize${axis}`)
    const factor = millimetresOf[attribute(pixels, `PhysicalSize${axis}Unit`) ?? '\u00b5m']
    return value !== undefined && value > 0 && factor !== undefined ? tidy(value * factor) : undefined
  }
  const [x, y, depth] = [along('X'), along('Y'), along('Z')]
  if (x === undefined || y === undefined) return null
  if (depth === undefined && z > 1)
    warnings.push('The file gives no distance between slices; the width of a pixel is assumed.')
  return [x, y, depth ?? x]
}

/** Removes the noise of unit conversion. */
const tidy = (value: number): number => Number(value.toPrecision(12))

const secondsOf = table<number>({
  s: 1,
  ms: 1e-3,
  '\u00b5s': 1e-6,
  us: 1e-6,
  ns: 1e-9,
  min: 60,
  h: 3600,
  d: 86400,
})

function frameTimes(pixels: XmlNode | undefined, t: number): Header['frames'] {
  if (t < 2) return null
  const increment = numericAttribute(pixels, 'TimeIncrement')
  const unit = secondsOf[attribute(pixels, 'TimeIncrementUnit') ?? 's']
  if (increment !== undefined && increment > 0 && unit !== undefined) {
    const step = increment * unit
    return {
      startSeconds: Array.from({ length: t }, (_, i) => tidy(i * step)),
      durationSeconds: Array(t).fill(tidy(step)) as number[],
    }
  }
  const deltas: number[] = []
  for (const plane of children(pixels, 'Plane')) {
    const time = numericAttribute(plane, 'TheT')
    const factor = secondsOf[attribute(plane, 'DeltaTUnit') ?? 's']
    const delta = numericAttribute(plane, 'DeltaT')
    if (time === undefined || delta === undefined || factor === undefined || time >= t) continue
    // The first plane of a time stands for it.
    deltas[time] = Math.min(deltas[time] ?? Infinity, delta * factor)
  }
  const first = deltas[0]
  if (first === undefined) return null
  for (let i = 0; i < t; i++) if (deltas[i] === undefined || (i > 0 && deltas[i]! <= deltas[i - 1]!)) return null
  const startSeconds = deltas.map((delta) => tidy(delta - first))
  const durationSeconds = startSeconds.map((start, i) =>
    tidy((startSeconds[i + 1] ?? 2 * start - startSeconds[i - 1]!) - start),
  )
  return { startSeconds, durationSeconds }
}

function channelsOf(pixels: XmlNode | undefined, groups: number, perPage: number): Header['channels'] {
  const channels = children(pixels, 'Channel')
  const isNamed = channels.some((channel) => attribute(channel, 'Name'))
  if (groups * perPage === 1 && !isNamed) return null
  return Array.from({ length: groups * perPage }, (_, i) => {
    const channel = channels[Math.floor(i / perPage)]
    const label = attribute(channel, 'Name') ?? `Channel ${i + 1}`
    const colour = numericAttribute(channel, 'Color')
    return colour === undefined ? { label } : { label, colour: `#${(colour >>> 8).toString(16).padStart(6, '0')}` }
  })
}

/** The description names a microscope or its objective: then, and only then, the picture is known to come from one. */
const hasMicroscope = (root: XmlNode): boolean =>
  children(root, 'Instrument').some((instrument) => child(instrument, 'Microscope') ?? child(instrument, 'Objective'))

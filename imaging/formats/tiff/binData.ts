import { swapped } from '../../bytes.ts'
import { ImagingError } from '../../errors.ts'
import type { FileEntry, SeriesReader } from '../../format.ts'
import { checkPlane, planeBytes, sampleBytes } from '../../header.ts'
import type { Header } from '../../header.ts'
import { inflateBounded } from '../../inflate.ts'
import { omeFacts } from './facts.ts'
import { omeLayout } from './ome.ts'
import type { Ome } from './ome.ts'
import { sampleTypeOfOme } from './omePixelTypes.ts'
import { placesOf } from './planes.ts'
import { omeTags } from './tags.ts'
import { attribute, child, children, numericAttribute, textOf } from './xml.ts'

/**
 * Opens OME-XML whose pixels stand in it as base64: one BinData element for each plane, in DimensionOrder.
 * @throws ImagingError 'missing-companion' when the pixels are in files that are not here
 */
export function openBinData(document: FileEntry, ome: Ome): SeriesReader {
  const pixels = child(ome.images[0], 'Pixels')
  const blocks = children(pixels, 'BinData')
  if (blocks.length === 0) {
    const named = ome.fileNames.slice(0, 3).join(', ')
    throw new ImagingError(
      'missing-companion',
      `${document.path} describes an image whose pixels are in other files${named ? ` (${named})` : ''}; none of them is here. Add them.`,
    )
  }
  const type = attribute(pixels, 'Type') ?? ''
  const sampleType = sampleTypeOfOme[type]
  if (!sampleType) throw new ImagingError('unsupported', `OME-XML pixels of type "${type}" are not read here.`)
  const size = (name: string): number => {
    const value = numericAttribute(pixels, name) ?? 0
    if (!Number.isInteger(value) || value < 1 || value > 65536)
      throw new ImagingError('malformed', `The OME-XML gives no usable ${name}.`)
    return value
  }
  const layout = omeLayout(ome, blocks.length, 1, false)
  const header: Header = {
    format: 'tiff',
    modality: layout.modality,
    shape: { x: size('SizeX'), y: size('SizeY'), z: layout.z, t: layout.t, c: layout.c },
    sampleType,
    samplesPerPixel: 1,
    spacing: layout.spacing,
    origin: null,
    direction: null,
    orientation: 'unknown',
    slope: [1],
    intercept: [0],
    unit: '',
    frames: layout.frames,
    channels: layout.channels,
    window: null,
    warnings: layout.warnings,
  }
  const places = placesOf(layout)
  const isBig = (index: number): boolean =>
    (attribute(blocks[index], 'BigEndian') ?? attribute(pixels, 'BigEndian') ?? 'false').toLowerCase() === 'true'
  const wanted = planeBytes(header)
  const textLength = blocks.reduce((sum, block) => sum + (textOf(block)?.length ?? 0), 0)
  if (wanted * places.length > textLength * 1032)
    throw new ImagingError(
      'too-large',
      `The OME-XML announces ${places.length} planes of ${header.shape.x} x ${header.shape.y} pixels, which it cannot hold.`,
    )
  return {
    header,
    facts: omeFacts(ome),
    tags: async () => omeTags(ome),
    async plane(k) {
      checkPlane(header, k)
      const index = places[k]?.page ?? -1
      const block = blocks[index]
      if (!block) throw new ImagingError('truncated', `The file has no pixels for plane ${k + 1}.`)
      const stored = fromBase64(textOf(block) ?? '')
      const bytes = decompress(stored, attribute(block, 'Compression') ?? 'none', wanted)
      if (bytes.length < wanted)
        throw new ImagingError('truncated', `Plane ${k + 1} has ${bytes.length} of ${wanted} bytes.`)
      const plane = bytes.subarray(0, wanted)
      return isBig(index) ? swapped(plane, sampleBytes[sampleType]) : plane
    },
    direct: () => null,
  }
}

function decompress(bytes: Uint8Array, compression: string, limit: number): Uint8Array {
  if (compression === 'none') return bytes
  if (compression === 'zlib') return inflateBounded(bytes.subarray(2), { limit, beyond: 'stop', what: 'the OME-XML' })
  throw new ImagingError('unsupported', `Pixels in OME-XML compressed with ${compression} are not read here.`)
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const sextets = new Uint8Array(128).fill(255)
for (let i = 0; i < alphabet.length; i++) sextets[alphabet.charCodeAt(i)] = i

/** Base64 (RFC 4648, 4); other characters, such as line ends, are passed over. */
function fromBase64(text: string): Uint8Array {
  const out = new Uint8Array(Math.floor((text.length * 3) / 4))
  let made = 0
  let bits = 0
  let held = 0
  for (let i = 0; i < text.length; i++) {
    const sextet = sextets[text.charCodeAt(i)] ?? 255
    if (sextet === 255) continue
    bits = ((bits << 6) | sextet) & 0xffffff
    held += 6
    if (held >= 8) {
      held -= 8
      out[made++] = (bits >> held) & 255
    }
  }
  return out.subarray(0, made)
}

import { ImagingError } from '../../errors.ts'
import { inflateBounded } from '../../inflate.ts'
import { memorySource, withHead } from '../../source.ts'
import type { ByteSource } from '../../source.ts'
import { DataSet } from './dataSet.ts'
import { Incomplete, isVr, readElement, readStart, undefinedLength } from './parser.ts'
import type { Stretch, Syntax } from './parser.ts'
import {
  deflatedLittleEndian,
  explicitBigEndian,
  explicitLittleEndian,
  implicitLittleEndian,
} from './transferSyntax.ts'

/** Where the pixels of a file stand. */
export interface PixelElement {
  /** 7FE0,0010 integers, 7FE0,0008 float, 7FE0,0009 double. */
  tag: number
  offset: number
  /** Bytes, or null for encapsulated (compressed) pixels. */
  length: number | null
  vr: string
}

/** A DICOM file, read up to its pixels. */
export interface DicomFile {
  /** Where offsets of `data` and `pixels` count: the file, or its inflated form. */
  source: ByteSource
  /** True when `source` is the file itself. */
  plain: boolean
  transferSyntax: string
  littleEndian: boolean
  /** File meta information (group 0002) and data set in one. */
  data: DataSet
  pixels: PixelElement | null
  warnings: string[]
}

/** The header of one slice fits in this nearly always. */
const firstStretch = 16 * 1024
/** One attribute (an enhanced object's functional groups) may take this much. */
const longestStretch = 256 * 1024 * 1024
/** Longer values are skipped, not kept: they are vendors' private blocks. */
const longestValue = 1024 * 1024
const inflatedLimit = 256 * 1024 * 1024
const mostElements = 2_000_000

const preambleLength = 128
const pixelTags = new Set([0x7fe00008, 0x7fe00009, 0x7fe00010])

/**
 * Reads a DICOM file up to its pixels, with few and small reads.
 * @throws ImagingError 'not-this-format', 'truncated', 'malformed', 'too-large'
 */
export async function readDicomFile(source: ByteSource): Promise<DicomFile> {
  const head = await source.read(0, Math.min(source.size, firstStretch + 4096))
  const start = startOf(head)
  if (start === null) throw notDicom()
  // Most headers are in the first bytes: one read serves meta information and data set.
  const buffered = withHead(source, head)
  const warnings = new Set<string>()
  const meta = new DataSet(true, null)
  const at = await readGroup(buffered, start, { explicit: true, littleEndian: true }, meta, warnings, 0x0003)
  const stated = meta.string(0x00020010)?.replace(/\.+$/, '') ?? ''
  const body = stated === deflatedLittleEndian ? await inflate(source, at) : { source: buffered, at }
  const syntax = await bodySyntax(body.source, body.at, stated, warnings)
  const data = new DataSet(syntax.littleEndian, null)
  const pixels: { found: PixelElement | null } = { found: null }
  await readGroup(body.source, body.at, syntax, data, warnings, 0x10000, pixels)
  for (const [tag, element] of meta.elements) data.elements.set(tag, element)
  if (start === 0 && !data.has(0x00080016) && !(data.has(0x00280010) && pixels.found)) throw notDicom()
  return {
    source: body.source === buffered ? source : body.source,
    plain: body.source === buffered,
    transferSyntax: stated || (syntax.explicit ? explicitLittleEndian : implicitLittleEndian),
    littleEndian: syntax.littleEndian,
    data,
    pixels: pixels.found,
    warnings: [...warnings],
  }
}

/** Whether the first bytes of a file look like DICOM: the magic word, or a plausible headerless data set. */
export const looksLikeDicom = (head: Uint8Array): boolean => startOf(head) !== null

const notDicom = () =>
  new ImagingError(
    'not-this-format',
    'This is not a DICOM file: it has neither the DICM mark nor a data set at its start.',
    0,
  )

/** Offset of the first attribute; null when this is no DICOM. */
function startOf(head: Uint8Array): number | null {
  const mark = (at: number) =>
    head[at] === 0x44 && head[at + 1] === 0x49 && head[at + 2] === 0x43 && head[at + 3] === 0x4d
  if (head.length >= preambleLength + 4 && mark(preambleLength)) return preambleLength + 4
  return plausible(head, true) || plausible(head, false) ? 0 : null
}

/**
 * Three attributes with short values in rising order, the first of group 0002 or 0008, with VRs that exist; without VRs,
 * all three of these groups. No other file starts so.
 */
function plausible(head: Uint8Array, explicit: boolean): boolean {
  const stretch = stretchOf(head, 0, true, { elements: 3 }, new Set())
  let at = 0
  let last = -1
  try {
    for (let i = 0; i < 3; i++) {
      const { tag, vr, value, length } = readStart(stretch, at, head.length, { explicit, littleEndian: true })
      const group = tag >>> 16
      const isHeaderGroup = group === 2 || group === 8
      if (tag <= last || length > 256 || vr === 'UN' || group > 0x28) return false
      if (!isHeaderGroup && (i === 0 || !explicit)) return false
      last = tag
      at = value + length
    }
  } catch {
    return false
  }
  return true
}

const stretchOf = (
  bytes: Uint8Array,
  base: number,
  atEnd: boolean,
  budget: { elements: number },
  warnings: Set<string>,
): Stretch => ({
  bytes,
  view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  base,
  atEnd,
  budget,
  warnings,
})

async function inflate(source: ByteSource, at: number): Promise<{ source: ByteSource; at: number }> {
  if (source.size - at > inflatedLimit) {
    throw new ImagingError(
      'too-large',
      `Deflated DICOM files of more than ${inflatedLimit} bytes are not read here.`,
      at,
    )
  }
  const bytes = inflateBounded(await source.read(at, source.size - at), {
    limit: inflatedLimit,
    beyond: 'fail',
    what: 'the deflated data set',
    inflater: source.inflater,
  })
  return { source: memorySource(bytes), at: 0 }
}

/** The stated syntax, corrected when the first attribute shows that the file is written otherwise. */
async function bodySyntax(source: ByteSource, at: number, stated: string, warnings: Set<string>): Promise<Syntax> {
  const littleEndian = stated !== explicitBigEndian
  const first = await source.read(at, Math.min(8, Math.max(0, source.size - at)))
  const seemsExplicit = first.length === 8 && isVr(String.fromCharCode(first[4]!, first[5]!))
  const explicit = stated !== implicitLittleEndian
  if (stated === '')
    warnings.add('The file does not name its transfer syntax; it was recognised from the first attribute.')
  else if (first.length === 8 && seemsExplicit !== explicit && littleEndian) {
    warnings.add(
      `The file names transfer syntax ${stated}, but its attributes are written with ${seemsExplicit ? 'explicit' : 'implicit'} VR.`,
    )
  } else return { explicit, littleEndian }
  return { explicit: seemsExplicit, littleEndian }
}

/**
 * Reads attributes until group `untilGroup`, the pixels or the end of the file.
 * @returns offset of the first attribute that was not read
 */
async function readGroup(
  source: ByteSource,
  start: number,
  syntax: Syntax,
  into: DataSet,
  warnings: Set<string>,
  untilGroup: number,
  pixels?: { found: PixelElement | null },
): Promise<number> {
  const budget = { elements: mostElements }
  let offset = start
  let chunk = firstStretch
  for (;;) {
    const length = Math.min(chunk, source.size - offset)
    if (length < 8) return offset // what is left cannot be an attribute; writers pad
    const stretch = stretchOf(
      await source.read(offset, length),
      offset,
      offset + length === source.size,
      budget,
      warnings,
    )
    const step = readStretch(stretch, syntax, into, untilGroup, pixels)
    if (step.done) return offset + step.at
    // No progress means that one attribute is longer than the stretch.
    chunk = step.at === 0 ? chunk * 4 : firstStretch
    if (chunk > longestStretch) {
      throw new ImagingError(
        'too-large',
        `One attribute of the DICOM header is longer than ${longestStretch} bytes.`,
        offset,
      )
    }
    offset += step.at
  }
}

/** Reads the attributes that lie wholly in the stretch. `at` may lie behind it when a long value is skipped. */
function readStretch(
  stretch: Stretch,
  syntax: Syntax,
  into: DataSet,
  untilGroup: number,
  pixels?: { found: PixelElement | null },
): { at: number; done: boolean } {
  let at = 0
  while (at < stretch.bytes.length) {
    try {
      if (stretch.atEnd && stretch.bytes.length - at < 8) return { at, done: true }
      // Before the rest is read: after the meta information the file may go on in another syntax.
      if (at + 2 <= stretch.bytes.length && stretch.view.getUint16(at, syntax.littleEndian) >= untilGroup)
        return { at, done: true }
      const { tag, vr, value, length } = readStart(stretch, at, Infinity, syntax)
      // A run of zero bytes after the last attribute is padding (PS3.10, 7.2 forbids it; it is met).
      if (tag === 0 && length === 0) return { at, done: true }
      if (pixels && pixelTags.has(tag)) {
        pixels.found = { tag, offset: stretch.base + value, length: length === undefinedLength ? null : length, vr }
        return { at, done: true }
      }
      const skip =
        length !== undefinedLength &&
        length > longestValue &&
        vr !== 'SQ' &&
        !(vr === '' && hasItem(stretch, value, syntax))
      if (skip) {
        into.elements.set(tag, { tag, vr, offset: stretch.base + value, length, memory: null, start: 0, items: null })
        stretch.budget.elements--
        if (stretch.base + value + length > stretch.base + stretch.bytes.length && stretch.atEnd) {
          stretch.warnings.add('The file ends inside its header.')
          return { at, done: true }
        }
        at = value + length
        if (at > stretch.bytes.length) return { at, done: false }
        continue
      }
      at = readElement(stretch, at, Infinity, syntax, into, 0)
    } catch (error) {
      if (error instanceof Incomplete) return { at, done: false }
      throw error
    }
  }
  return { at, done: stretch.atEnd }
}

function hasItem(stretch: Stretch, at: number, syntax: Syntax): boolean {
  if (at + 4 > stretch.bytes.length) return false
  return (
    stretch.view.getUint16(at, syntax.littleEndian) === 0xfffe &&
    stretch.view.getUint16(at + 2, syntax.littleEndian) === 0xe000
  )
}

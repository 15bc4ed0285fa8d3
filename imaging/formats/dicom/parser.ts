import { ImagingError } from '../../errors.ts'
import { DataSet, tagText } from './dataSet.ts'
import type { Element } from './dataSet.ts'

/** How attributes are written (PS3.5, section 7). */
export interface Syntax {
  explicit: boolean
  littleEndian: boolean
}

/** A stretch of the file that is in memory. Positions are indices into `bytes`. */
export interface Stretch {
  bytes: Uint8Array
  view: DataView
  /** Offset of bytes[0] in the file. */
  base: number
  /** Whether the file ends where `bytes` end. */
  atEnd: boolean
  /** Attributes that may still be read; shared by the whole file. */
  budget: { elements: number }
  warnings: Set<string>
}

export interface ElementStart {
  tag: number
  vr: string
  /** Index of the value in the stretch. */
  value: number
  /** Bytes of the value, or `undefinedLength`. */
  length: number
}

/** Thrown inside this folder when an attribute goes on after the stretch: the caller reads more and tries again. */
export class Incomplete extends Error {}

export const undefinedLength = 0xffffffff

/** Real objects nest below 10 levels (structured reports a little more). */
const deepest = 64

const itemTag = 0xfffee000
const itemEnd = 0xfffee00d
const sequenceEnd = 0xfffee0dd
const implicitLittle: Syntax = { explicit: false, littleEndian: true }

const shortVrs = new Set('AE AS AT CS DA DS DT FL FD IS LO LT PN SH SL SS ST TM UI UL US'.split(' '))
const longVrs = new Set('OB OD OF OL OV OW SQ SV UC UN UR UT UV'.split(' '))

export const isVr = (vr: string): boolean => shortVrs.has(vr) || longVrs.has(vr)

/**
 * Reads tag, VR and length (PS3.5, 7.1).
 * @param limit index that must not be passed: end of the enclosing item, or Infinity
 */
export function readStart(stretch: Stretch, at: number, limit: number, syntax: Syntax): ElementStart {
  need(stretch, at, 8, limit)
  const { view, bytes } = stretch
  const little = syntax.littleEndian
  const tag = view.getUint16(at, little) * 0x10000 + view.getUint16(at + 2, little)
  // Item and delimiter tags never have a VR (PS3.5, 7.5).
  if (!syntax.explicit || tag >= 0xfffe0000)
    return { tag, vr: '', value: at + 8, length: view.getUint32(at + 4, little) }
  const vr = String.fromCharCode(bytes[at + 4]!, bytes[at + 5]!)
  if (shortVrs.has(vr)) return { tag, vr, value: at + 8, length: view.getUint16(at + 6, little) }
  if (!longVrs.has(vr)) {
    stretch.warnings.add(`Attribute ${tagText(tag)} has no known value representation; it was read as plain bytes.`)
    if (!/^[A-Z]{2}$/.test(vr)) return { tag, vr: 'UN', value: at + 8, length: view.getUint32(at + 4, little) }
    // New VRs have two reserved bytes and a long length (PS3.5, 6.2 note); old private ones look like the short form.
    if (view.getUint16(at + 6) !== 0) return { tag, vr: 'UN', value: at + 8, length: view.getUint16(at + 6, little) }
  }
  need(stretch, at, 12, limit)
  return { tag, vr: longVrs.has(vr) ? vr : 'UN', value: at + 12, length: view.getUint32(at + 8, little) }
}

/**
 * Reads the attribute at `at` into `into`.
 * @returns index after the attribute
 * @throws Incomplete when the stretch is too short, ImagingError when the file is
 */
export function readElement(
  stretch: Stretch,
  at: number,
  limit: number,
  syntax: Syntax,
  into: DataSet,
  depth: number,
): number {
  if (stretch.budget.elements-- <= 0) {
    throw new ImagingError('too-large', 'The DICOM header has more than 2,000,000 attributes.', stretch.base + at)
  }
  const start = readStart(stretch, at, limit, syntax)
  const { tag, vr, value, length } = start
  const element: Element = { tag, vr, offset: stretch.base + value, length, memory: null, start: value, items: null }
  let end: number
  if (length === undefinedLength) {
    if (vr !== '' && vr !== 'SQ' && vr !== 'UN') {
      end = skipFragments(stretch, value, limit, syntax.littleEndian)
    } else {
      // UN of undefined length is an implicit little-endian sequence whatever the file is (PS3.5, 6.2.2 note).
      element.items = []
      end = readItems(stretch, value, limit, vr === 'SQ' ? syntax : implicitLittle, into, depth, element.items, true)
    }
    element.length = end - value
  } else {
    need(stretch, value, length, limit)
    end = value + length
    const itemSyntax = vr === 'SQ' || vr === '' ? syntax : implicitLittle
    const isSequence =
      vr === 'SQ' || ((vr === '' || vr === 'UN') && startsWithItem(stretch, value, end, itemSyntax.littleEndian))
    if (isSequence) element.items = readKnownItems(stretch, value, end, itemSyntax, into, depth, tag)
    if (!element.items) element.memory = stretch.bytes
  }
  // The first of two equal tags is the one in its right place in files with a stray tail.
  if (!into.elements.has(tag)) into.elements.set(tag, element)
  return end
}

/** Items of a sequence of known length. What is broken inside does not reach beyond its end. */
function readKnownItems(
  stretch: Stretch,
  at: number,
  end: number,
  syntax: Syntax,
  parent: DataSet,
  depth: number,
  tag: number,
): DataSet[] | null {
  const items: DataSet[] = []
  try {
    readItems(stretch, at, end, syntax, parent, depth, items, false)
  } catch (error) {
    if (!(error instanceof ImagingError) || error.code === 'too-large') throw error
    stretch.warnings.add(`Sequence ${tagText(tag)} is damaged; the rest of it was left out.`)
  }
  return items
}

function readItems(
  stretch: Stretch,
  start: number,
  limit: number,
  syntax: Syntax,
  parent: DataSet,
  depth: number,
  items: DataSet[],
  delimited: boolean,
): number {
  if (depth >= deepest) {
    throw new ImagingError('malformed', `Sequences are nested more than ${deepest} levels deep.`, stretch.base + start)
  }
  let at = start
  for (;;) {
    if (!delimited && at >= limit) return at
    const { tag, value, length } = readStart(stretch, at, limit, { explicit: false, littleEndian: syntax.littleEndian })
    if (tag === sequenceEnd) return value
    if (tag !== itemTag) {
      throw new ImagingError('malformed', `A sequence item was expected, not ${tagText(tag)}.`, stretch.base + at)
    }
    const item = new DataSet(syntax.littleEndian, parent)
    items.push(item)
    at = readItem(stretch, value, limit, length, syntax, item, depth + 1)
  }
}

function readItem(
  stretch: Stretch,
  start: number,
  limit: number,
  length: number,
  syntax: Syntax,
  item: DataSet,
  depth: number,
): number {
  const end = length === undefinedLength ? limit : start + length
  if (length !== undefinedLength) need(stretch, start, length, limit)
  let at = start
  while (at < end) {
    need(stretch, at, 8, end)
    const { tag, value } = readStart(stretch, at, end, syntax)
    if (tag === itemEnd) return value
    // A missing item delimiter: the sequence or the next item goes on.
    if (tag === sequenceEnd || tag === itemTag) return at
    at = readElement(stretch, at, end, syntax, item, depth)
  }
  return at
}

/** Index after a value of undefined length that is a run of fragments (PS3.5, A.4). */
function skipFragments(stretch: Stretch, start: number, limit: number, littleEndian: boolean): number {
  let at = start
  for (;;) {
    const { tag, value, length } = readStart(stretch, at, limit, { explicit: false, littleEndian })
    if (tag === sequenceEnd) return value
    if (tag !== itemTag || length === undefinedLength) {
      throw new ImagingError('malformed', `A fragment was expected, not ${tagText(tag)}.`, stretch.base + at)
    }
    need(stretch, value, length, limit)
    at = value + length
  }
}

function startsWithItem(stretch: Stretch, at: number, end: number, littleEndian: boolean): boolean {
  if (end - at < 8) return false
  const { view } = stretch
  if (view.getUint16(at, littleEndian) !== 0xfffe || view.getUint16(at + 2, littleEndian) !== 0xe000) return false
  const length = view.getUint32(at + 4, littleEndian)
  return length === undefinedLength || length <= end - at - 8
}

function need(stretch: Stretch, at: number, length: number, limit: number): void {
  if (at + length > limit) {
    throw new ImagingError('malformed', 'An attribute is longer than the item that holds it.', stretch.base + at)
  }
  if (at + length <= stretch.bytes.length) return
  if (!stretch.atEnd) throw new Incomplete()
  throw new ImagingError(
    'truncated',
    `The file ends inside its header: ${length} bytes are needed at offset ${stretch.base + at}, ${Math.max(0, stretch.bytes.length - at)} are there. Bring the complete file again.`,
    stretch.base + at,
  )
}

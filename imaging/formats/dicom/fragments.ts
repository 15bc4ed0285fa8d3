import { ImagingError } from '../../errors.ts'
import type { ByteSource } from '../../source.ts'

interface Fragment {
  offset: number
  length: number
}

/** Where compressed pixels stand. */
export interface Encapsulated {
  source: ByteSource
  /** Offset of the first item (the Basic Offset Table). */
  offset: number
  /** Extended Offset Table (7FE0,0001), empty when absent. */
  extendedOffsets: number[]
}

/** Bytes read at a time while walking from fragment to fragment; small fragments then cost no read of their own. */
const windowBytes = 64 * 1024
const mostFragments = 4_000_000

/**
 * Finds the fragments of each frame of encapsulated pixels (PS3.5 A.4) with item lengths alone, never by looking for
 * marks inside compressed data.
 * @returns fragments by frame
 */
export async function frameFragments(pixels: Encapsulated, frames: number): Promise<Fragment[][]> {
  const { source, offset: start, extendedOffsets } = pixels
  const [table, ...fragments] = await walk(source, start)
  if (!table || fragments.length === 0) throw new ImagingError('truncated', 'The compressed pixels are missing.', start)
  if (frames === 1) return [fragments]
  const starts = extendedOffsets.length === frames ? extendedOffsets : await basicOffsets(source, table)
  if (starts.length === frames) return byOffset(fragments, starts)
  if (fragments.length === frames) return fragments.map((fragment) => [fragment])
  const byMark = fragments.length > frames ? await byStartMark(source, fragments) : []
  if (byMark.length === frames) return byMark
  throw new ImagingError(
    'unsupported',
    `${frames} frames stand in ${fragments.length} fragments without an offset table; they cannot be told apart.`,
    start,
  )
}

/** Compressed bytes of one frame. */
export async function joinFragments(source: ByteSource, fragments: Fragment[]): Promise<Uint8Array> {
  if (fragments.length === 1) return source.read(fragments[0]!.offset, fragments[0]!.length)
  const out = new Uint8Array(fragments.reduce((total, { length }) => total + length, 0))
  let at = 0
  for (const { offset, length } of fragments) {
    out.set(await source.read(offset, length), at)
    at += length
  }
  return out
}

async function walk(source: ByteSource, start: number): Promise<Fragment[]> {
  const found: Fragment[] = []
  let base = start
  let window: Uint8Array = new Uint8Array(0)
  let at = start
  while (at + 8 <= source.size) {
    if (at < base || at + 8 > base + window.length) {
      base = at
      window = await source.read(at, Math.min(windowBytes, source.size - at))
    }
    const view = new DataView(window.buffer, window.byteOffset + at - base, 8)
    const tag = view.getUint16(0, true) * 0x10000 + view.getUint16(2, true)
    const length = view.getUint32(4, true)
    if (tag === 0xfffee0dd) return found
    if (tag !== 0xfffee000)
      throw new ImagingError('malformed', 'Compressed pixels are interrupted by something else.', at)
    if (at + 8 + length > source.size) {
      throw new ImagingError(
        'truncated',
        'The file ends inside its compressed pixels; bring the complete file again.',
        at,
      )
    }
    if (found.length >= mostFragments)
      throw new ImagingError('too-large', `More than ${mostFragments} fragments are not read here.`, at)
    found.push({ offset: at + 8, length })
    at += 8 + length
  }
  // Without the closing mark nothing tells a complete file from a cut one; whole fragments are still good.
  return found
}

/** Basic Offset Table: offsets of the first fragment of each frame, counted from the item after the table. */
async function basicOffsets(source: ByteSource, table: Fragment): Promise<number[]> {
  const bytes = await source.read(table.offset, table.length)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Array.from({ length: bytes.length >> 2 }, (_, i) => view.getUint32(i * 4, true))
}

/** Fragments that begin with SOI or SOC begin a frame; the marks inside are never looked at. */
async function byStartMark(source: ByteSource, fragments: Fragment[]): Promise<Fragment[][]> {
  const frames: Fragment[][] = []
  for (const fragment of fragments) {
    const [first, second] = fragment.length >= 2 ? await source.read(fragment.offset, 2) : []
    const isStart = first === 0xff && (second === 0xd8 || second === 0x4f)
    if (isStart) frames.push([fragment])
    else if (frames.length > 0) frames.at(-1)!.push(fragment)
    else return []
  }
  return frames
}

function byOffset(fragments: Fragment[], starts: number[]): Fragment[][] {
  const base = fragments[0]!.offset
  const frames: Fragment[][] = starts.map(() => [])
  let frame = -1
  for (const fragment of fragments) {
    while (frame + 1 < starts.length && fragment.offset - base >= starts[frame + 1]!) frame++
    frames[Math.max(frame, 0)]!.push(fragment)
  }
  const empty = frames.findIndex((list) => list.length === 0)
  if (empty >= 0)
    throw new ImagingError('malformed', `The offset table points at no fragment for frame ${empty + 1}.`, base)
  return frames
}

import { ImagingError } from '../../errors.ts'
import type { ByteSource } from '../../source.ts'

/** Bytes before the first frame, and before the samples of each. */
const fileHeaderBytes = 40
const frameHeaderBytes = 56
/** Bit of the file's information field: samples have 8 bits. */
const raw8 = 8
const readVersion = 3

/** Frame headers read to learn the times of a cine; longer ones are shown without. */
const mostTimes = 20_000
const mostFrames = 1_000_000

/** How the frames of a file stand in it. */
export interface Frames {
  count: number
  is8Bit: boolean
  /** Bytes of one frame without its header; equal in all. */
  packetBytes: number
  /** Where the samples of frame k begin. */
  offset(k: number): number
}

/** What the frame headers say. */
export interface FrameTimes {
  /** Milliseconds, or null when they were not read. */
  milliseconds: number[] | null
  /** Frames that the scanner marks as not valid. */
  invalid: number
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/**
 * File header: version, number of frames, information (uint32 each, little-endian), 28 bytes reserved. The size of the
 * frames is that of the first.
 * @throws ImagingError 'truncated', 'unsupported', 'malformed', 'too-large'
 */
export async function readFrames(source: ByteSource, path: string): Promise<Frames> {
  const needed = fileHeaderBytes + frameHeaderBytes
  if (source.size < needed) {
    throw new ImagingError('truncated', `${path} has ${source.size} bytes, less than its headers take.`, source.size)
  }
  const view = viewOf(await source.read(0, needed))
  const [version, count, information] = [view.getUint32(0, true), view.getUint32(4, true), view.getUint32(8, true)]
  if (version !== readVersion) {
    throw new ImagingError(
      'unsupported',
      `${path} is a Vevo file of version ${version}; version ${readVersion} is read here.`,
      0,
    )
  }
  if (count === 0) throw new ImagingError('malformed', `${path} says that it has no frames.`, 4)
  if (count > mostFrames) {
    throw new ImagingError('too-large', `${path} announces ${count} frames; at most ${mostFrames} are read.`, 4)
  }
  const packetBytes = view.getUint32(fileHeaderBytes + 20, true)
  const stride = frameHeaderBytes + packetBytes
  if (fileHeaderBytes + count * stride > source.size) {
    throw new ImagingError(
      'truncated',
      `${path} announces ${count} frames of ${packetBytes} bytes (${fileHeaderBytes + count * stride} with their headers), ` +
        `but has ${source.size} bytes; bring the complete file again.`,
      source.size,
    )
  }
  return {
    count,
    is8Bit: (information & raw8) === raw8,
    packetBytes,
    offset: (k) => fileHeaderBytes + k * stride + frameHeaderBytes,
  }
}

/**
 * Frame headers: ticks (uint32), time stamp in ms (float64), number, information (0 = valid), bytes of data (uint32 each).
 * @throws ImagingError 'malformed' when a frame has another size than the first
 */
export async function readTimes(source: ByteSource, path: string, frames: Frames): Promise<FrameTimes> {
  if (frames.count > mostTimes) return { milliseconds: null, invalid: 0 }
  const milliseconds: number[] = []
  let invalid = 0
  for (let k = 0; k < frames.count; k++) {
    const at = frames.offset(k) - frameHeaderBytes
    const view = viewOf(await source.read(at, frameHeaderBytes))
    const packet = view.getUint32(20, true)
    if (packet !== frames.packetBytes) {
      throw new ImagingError(
        'malformed',
        `Frame ${k} of ${path} has ${packet} bytes and the first ${frames.packetBytes}; frames of one size are read here.`,
        at + 20,
      )
    }
    milliseconds.push(view.getFloat64(4, true))
    if (view.getUint32(16, true) !== 0) invalid++
  }
  return { milliseconds, invalid }
}

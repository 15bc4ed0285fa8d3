import { ImagingError } from '../../errors.ts'
import type { ByteSource } from '../../source.ts'
import type { DataSet } from './dataSet.ts'
import { servedPlane, unpackBits } from './decode.ts'
import type { DicomFile } from './file.ts'
import { encapsulatedPlanes } from './encapsulated.ts'
import type { PixelFormat } from './pixelFormat.ts'

/** The pixels of one file. */
export interface Pixels {
  format: PixelFormat
  /** Frames that the file announces. */
  count: number
  warnings: string[]
  /** Frame as it is served. */
  plane(frame: number): Promise<Uint8Array>
  /** Set when not even one frame is whole; every plane throws it. */
  shortage: ImagingError | null
  /** Offset of frame 0 when the file holds its planes exactly as they are served. */
  direct: number | null
}

/**
 * The pixels of a file. What is returned does not hold on to the data set of the file.
 * @throws ImagingError 'malformed'
 */
export function pixelsOf(file: DicomFile, format: PixelFormat): Pixels {
  const { rows, columns } = format
  const { source, transferSyntax } = file
  const { offset, length } = file.pixels!
  const stated = statedFrames(file.data)
  if (format.coding !== 'native') {
    const count = stated ?? 1
    // A frame takes a fragment, and a fragment eight bytes at least.
    if (count > 1 && count * 8 > source.size - offset) {
      throw new ImagingError(
        'truncated',
        `The file announces ${count} images, which its ${source.size} bytes cannot hold. Bring the complete file again.`,
        offset,
      )
    }
    const extendedOffsets = file.data.numbers(0x7fe00001, 'OV')
    return {
      format,
      count,
      warnings: stated === null ? [badFrameCount(file.data, 1)] : [],
      plane: encapsulatedPlanes({ source, offset, extendedOffsets }, format, count, transferSyntax),
      shortage:
        length === null
          ? null
          : new ImagingError(
              'malformed',
              'The transfer syntax says that the pixels are compressed, but they are not encapsulated.',
              offset,
            ),
      direct: null,
    }
  }
  if (length === null)
    throw new ImagingError(
      'malformed',
      'The pixels are encapsulated, but the transfer syntax says that they are not.',
      offset,
    )
  const bytes = Math.max(0, Math.min(length, source.size - offset))
  const whole = Math.floor((bytes * 8) / format.frameBits)
  const shortage =
    whole > 0
      ? null
      : new ImagingError(
          'truncated',
          `An image of ${columns} x ${rows} pixels needs ${Math.ceil(format.frameBits / 8)} bytes, but only ${bytes} are there. Bring the complete file again.`,
          offset,
        )
  const count = stated ?? Math.max(1, whole)
  if (count > 1000 && whole < count / 2) {
    throw new ImagingError(
      'truncated',
      `The file announces ${count} images, but holds only ${whole}. Bring the complete file again.`,
      offset,
    )
  }
  const warnings = stated === null ? [badFrameCount(file.data, whole)] : []
  if (shortage) warnings.push(shortage.message)
  else if (whole < count) warnings.push(`The file ends early: only ${whole} of ${count} images are there.`)
  return {
    format,
    count,
    warnings,
    shortage,
    plane: (frame) => nativePlane({ source, offset, length: bytes }, format, frame),
    direct: format.isExact && file.plain && whole >= count ? offset : null,
  }
}

/** Number of Frames; null when it is no number. */
function statedFrames(data: DataSet): number | null {
  const text = data.string(0x00280008)
  if (text === undefined) return 1
  return /^\+?\d{1,9}$/.test(text) && Number(text) > 0 ? Number(text) : null
}

const badFrameCount = (data: DataSet, used: number): string =>
  `NumberOfFrames (0028,0008) is "${data.string(0x00280008)}", which is no number of frames; ${used} ${used === 1 ? 'is' : 'are'} used.`

interface Native {
  source: ByteSource
  offset: number
  length: number
}

async function nativePlane(
  { source, offset, length }: Native,
  format: PixelFormat,
  frame: number,
): Promise<Uint8Array> {
  const { frameBits } = format
  const firstBit = frame * frameBits
  const first = Math.floor(firstBit / 8)
  const end = Math.ceil((firstBit + frameBits) / 8)
  if (end > length) {
    throw new ImagingError(
      'truncated',
      `Image ${frame + 1} of the file is cut off; bring the complete file again.`,
      offset + first,
    )
  }
  if (format.bitsAllocated === 1) {
    const packed = await source.read(offset + first, end - first)
    return servedPlane(format, unpackBits(packed, firstBit % 8, format.rows * format.columns * format.samples))
  }
  if (!format.isWordSwapped) return servedPlane(format, await source.read(offset + first, end - first))
  // Words are swapped as a whole, so a frame of an odd number of bytes begins or ends inside one.
  const from = first - (first % 2)
  const to = Math.min(end + (end % 2), length)
  const words = (await source.read(offset + from, to - from)).slice()
  for (let i = 0; i + 1 < words.length; i += 2) [words[i], words[i + 1]] = [words[i + 1]!, words[i]!]
  return servedPlane(format, words.subarray(first - from, first - from + frameBits / 8))
}

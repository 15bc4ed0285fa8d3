import { ImagingError } from './errors.ts'
import type { Inflater } from './inflater.ts'

/** Random access to the bytes of one file. The only way readers see a file. */
export interface ByteSource {
  /** Size in bytes. */
  readonly size: number
  /**
   * Reads exactly `length` bytes from `offset`, as a plain Uint8Array that the caller must not change: it may be a view of
   * shared memory. (Never a Node Buffer, whose `slice` copies nothing.)
   * @throws ImagingError 'truncated' when the range is not wholly inside the file
   */
  read(offset: number, length: number): Promise<Uint8Array>
  /** Used for what is compressed in the file; absent: JavaScript does it. */
  readonly inflater?: Inflater
}

/** Throws 'truncated' unless offset..offset+length lies inside a source of `size` bytes. */
export function checkRange(size: number, offset: number, length: number): void {
  if (
    !Number.isSafeInteger(offset) ||
    !Number.isSafeInteger(length) ||
    offset < 0 ||
    length < 0 ||
    offset + length > size
  ) {
    throw new ImagingError(
      'truncated',
      `The file has ${size} bytes; ${length} bytes at offset ${offset} are not in it.`,
      Number.isSafeInteger(offset) && offset >= 0 ? offset : undefined,
    )
  }
}

/** A source whose first bytes are there already. */
export const withHead = (source: ByteSource, head: Uint8Array): ByteSource => ({
  size: source.size,
  ...(source.inflater && { inflater: source.inflater }),
  read: async (offset, length) =>
    offset + length <= head.length && offset >= 0 && length >= 0
      ? head.subarray(offset, offset + length)
      : source.read(offset, length),
})

/** A ByteSource over bytes in memory. */
export function memorySource(memory: Uint8Array): ByteSource {
  const bytes = new Uint8Array(memory.buffer, memory.byteOffset, memory.byteLength)
  return {
    size: bytes.byteLength,
    async read(offset, length) {
      checkRange(bytes.byteLength, offset, length)
      return bytes.subarray(offset, offset + length)
    },
  }
}

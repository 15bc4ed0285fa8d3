/** The part of unbzip2-stream that decodes one block has no types of its own. */
declare module 'unbzip2-stream/lib/bzip2.js' {
  /** Takes the next bits of the input as a number; null leaves out the rest of a byte. */
  type TakeBits = (count: number | null) => number
  const bzip2: {
    /** Reads "BZh" and the block size in units of 100,000 bytes. */
    header(bits: TakeBits): number
    /**
     * Decodes one block; `write` gets its bytes after all its bits are taken.
     * @returns the checksum so far, or null after the end of the stream
     */
    decompress(
      bits: TakeBits,
      write: (byte: number) => void,
      buffer: Int32Array,
      bufferSize: number,
      checksum: number,
    ): number | null
  }
  export default bzip2
}

/**
 * Inflates faster than JavaScript can: zlib itself, where the program that reads has it. A `ByteSource` brings it along;
 * without one fflate does the work, which is everywhere.
 */
export interface Inflater {
  /**
   * What gzip members (RFC 1952, several count as one) or a zlib stream (RFC 1950) stand for, piece by piece. It takes no
   * more of `coded` than it needs for the next piece. Data that end early end the pieces; damaged ones throw.
   */
  pieces(coding: 'gzip' | 'zlib', coded: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>
  /** What raw deflate data (RFC 1951) stand for; null when they are damaged, end early or make more than `limit` bytes. */
  whole(bytes: Uint8Array, limit: number): Uint8Array | null
}

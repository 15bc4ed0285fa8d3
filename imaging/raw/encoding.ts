import { bunzippedBound } from '../bunzip.ts'
import { maximumInflation } from '../gunzip.ts'
import { sampleBytes } from '../header.ts'
import type { SampleType } from '../header.ts'

/** How the samples of an array are written. */
export type Encoding = 'raw' | 'gzip' | 'zlib' | 'bzip2' | 'text' | 'hex'

/** Most bytes that `length` coded bytes can stand for; numbers written as text become samples of `type`. */
export function decodedBound(encoding: Encoding, length: number, type: SampleType): number {
  const coded = Math.max(0, length)
  switch (encoding) {
    case 'raw':
      return coded
    case 'gzip':
    case 'zlib':
      return coded * maximumInflation
    case 'bzip2':
      return bunzippedBound(coded)
    case 'hex':
      return Math.floor(coded / 2)
    case 'text':
      // A number and the blank after it take two bytes at least.
      return Math.ceil(coded / 2) * sampleBytes[type]
  }
}

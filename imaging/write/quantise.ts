import type { Header } from '../header.ts'
import { planeCount, sampleBytes } from '../header.ts'
import { bytesOf, samplesOf } from '../samples.ts'
import type { Image } from './planes.ts'

/**
 * The same image with samples of 16 bits, for formats that have no wider ones. Values keep an accuracy of 1/65535 of the
 * largest of their plane (1/32767 where some are negative); the intercept is 0, as PET objects must have it (PS3.3
 * C.8.9.1). What is no number becomes 0. `slope` of the header is known for a plane once that plane was given.
 * @param image     one with samples of up to 16 bits is returned as it is
 * @param negative  some values are below 0
 * @param oneScale  the largest value of all when all planes must share one slope (MR objects have no place for it)
 */
export function quantised(image: Image, { negative, oneScale }: { negative: boolean; oneScale?: number }): Image {
  const { header } = image
  if (sampleBytes[header.sampleType] <= 2) return image
  const count = planeCount(header)
  const out: Header = {
    ...header,
    sampleType: negative ? 'int16' : 'uint16',
    slope: Array.from({ length: count }, () => 1),
    intercept: Array.from({ length: count }, () => 0),
  }
  const most = negative ? 32767 : 65535
  return {
    header: out,
    async *planes() {
      let k = 0
      for await (const plane of image.planes()) {
        const slope = header.slope[k] ?? header.slope[0]!
        const intercept = header.intercept[k] ?? header.intercept[0]!
        const samples = samplesOf(header.sampleType, plane)
        let largest = oneScale ?? 0
        if (oneScale === undefined) {
          for (let i = 0; i < samples.length; i++) {
            const size = Math.abs(slope * samples[i]! + intercept)
            if (size > largest && size < Infinity) largest = size
          }
        }
        const step = largest > 0 ? largest / most : 1
        const stored = negative ? new Int16Array(samples.length) : new Uint16Array(samples.length)
        for (let i = 0; i < samples.length; i++) {
          const value = Math.round((slope * samples[i]! + intercept) / step)
          // A comparison with what is no number is false, so it stays 0.
          if (value > most) stored[i] = most
          else if (value < -most) stored[i] = -most
          else if (value >= -most) stored[i] = value
        }
        out.slope[k] = step
        k++
        yield bytesOf(stored)
      }
    },
  }
}

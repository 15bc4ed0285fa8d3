import { expect } from 'vitest'
import type { SeriesReader } from '#imaging/format.ts'
import { planeCount } from '#imaging/header.ts'
import { phantom } from '#imaging/phantoms/index.ts'
import { memorySource } from '#imaging/source.ts'
import { writeOmeTiff } from '#imaging/write/tiff.ts'
import { sampleBytes, sha256 } from './profile.ts'
import type { FormatProfile } from './profile.ts'

interface Expected {
  pages?: number
  width: number
  height: number
  samplesPerPixel: number
  bitsPerSample: number
  sampleFormat: number
  photometric: number
  planarConfig: number
  lossy?: boolean
  dtype: string
  sha256_page0?: string
  sha256_lastPage?: string
  page0_mean_per_channel?: number[]
  imagej?: { slices: number; min: number; max: number }
  series0_shape?: number[]
  series0_axes?: string
  note?: string
}

export const tiffProfile: FormatProfile = {
  format: 'tiff',
  folders: ['tiff/', 'ome-tiff/', 'imagej-tiff/'],
  parts: (path) => [path],
  notRead: {},

  async check(reader, given) {
    const expected = given as unknown as Expected
    const { header } = reader
    if (expected.note?.includes('circular')) {
      expect(header.warnings.join()).toContain('runs in a circle')
      await reader.plane(0)
      return
    }
    if (expected.width === undefined) {
      // OME-XML with the pixels inside: no independent program read it; its name tells the sizes, and its text the pixels.
      expect(header.shape).toEqual({ x: 18, y: 24, z: 5, t: 5, c: 2 })
      expect(header).toMatchObject({ sampleType: 'uint8', samplesPerPixel: 1 })
      const text = Buffer.from(await sampleBytes('ome-tiff/18x24y5z5t2c8b-text.ome')).toString('latin1')
      const blocks = [...text.matchAll(/<Bin:BinData[^>]*>([^<]*)</g)].map(([, base64]) =>
        Buffer.from(base64!, 'base64'),
      )
      expect(blocks).toHaveLength(50)
      for (const [k, block] of blocks.entries()) {
        // DimensionOrder XYZCT: slices, then channels, then times; planes are served by channel, then time.
        const [z, c, t] = [k % 5, Math.floor(k / 5) % 2, Math.floor(k / 10)]
        expect(sha256(await reader.plane((c * 5 + t) * 5 + z))).toBe(sha256(block))
      }
      return
    }
    expect([header.shape.x, header.shape.y]).toEqual([expected.width, expected.height])
    const axes = expected.series0_axes ?? ''
    for (const [axis, letter] of [
      ['z', 'Z'],
      ['t', 'T'],
      ['c', 'C'],
    ] as const) {
      if (axes.includes(letter)) expect(header.shape[axis]).toBe(expected.series0_shape![axes.indexOf(letter)])
    }
    if (expected.imagej) {
      expect(header.shape.z).toBe(expected.imagej.slices)
      expect(header.window).toEqual({ low: expected.imagej.min, high: expected.imagej.max })
    }
    if (expected.photometric === 3) {
      expect(header).toMatchObject({ sampleType: 'uint8', samplesPerPixel: 3 })
      return
    }
    if (expected.lossy) {
      const plane = await reader.plane(0)
      expect(header).toMatchObject({ sampleType: 'uint8', samplesPerPixel: 3 })
      const sums = [0, 0, 0]
      plane.forEach((v, i) => (sums[i % 3]! += v))
      sums.forEach((sum, i) =>
        expect(Math.abs(sum / (plane.length / 3) - expected.page0_mean_per_channel![i]!)).toBeLessThan(1),
      )
      return
    }
    expect(header.sampleType).toBe(expected.dtype)
    const isColour = expected.photometric === 2
    expect(header.samplesPerPixel).toBe(isColour ? expected.samplesPerPixel : 1)
    expect(sha256(await pageOf(reader, 0, expected))).toBe(expected.sha256_page0)
    if (expected.sha256_lastPage) {
      expect(sha256(await reader.plane(planeCount(header) - 1))).toBe(expected.sha256_lastPage)
    }
    expect((await reader.tags()).find((tag) => tag.key === 'IFD0/ImageWidth')?.value).toBe(String(expected.width))
  },

  async generate() {
    const bytes = await writeOmeTiff(phantom('cells', { resolution: 0.25, seed: 3 }), { name: 'Cells' })
    return [{ path: 'made/cells.ome.tif', source: memorySource(bytes) }]
  },
}

/** Page 0 as the facts have it: grey pages of several samples are served as one plane for each sample. */
async function pageOf(reader: SeriesReader, page: number, expected: Expected): Promise<Uint8Array> {
  if (reader.header.samplesPerPixel > 1 || expected.samplesPerPixel === 1) return reader.plane(page)
  const planes = await Promise.all(
    Array.from({ length: expected.samplesPerPixel }, (_, s) => reader.plane(s * reader.header.shape.z + page)),
  )
  // The facts of separate grey samples keep them apart.
  if (expected.planarConfig === 2) return Buffer.concat(planes)
  const size = expected.bitsPerSample / 8
  const out = new Uint8Array(planes[0]!.length * planes.length)
  for (let at = 0; at < out.length; at++) {
    const sample = Math.floor(at / size)
    out[at] = planes[sample % planes.length]![Math.floor(sample / planes.length) * size + (at % size)]!
  }
  return out
}

import { describe, expect, it } from 'vitest'
import type { Header } from '../../../imaging/header.ts'
import { createCoarse } from '../../../imaging/render/coarse.ts'
import { expanded, linkRate, reducedFirst } from '../../../portal/app/viewer/reducedImage.ts'

describe('the reduced image in the size of the planes', () => {
  it('fills each block of the image with the mean that the server made of it, ends included', () => {
    const shape = { x: 301, y: 300, z: 33, t: 1, c: 1 }
    const sized: Pick<Header, 'shape' | 'sampleType' | 'samplesPerPixel' | 'slope' | 'intercept'> = {
      shape,
      sampleType: 'uint16',
      samplesPerPixel: 1,
      slope: [1],
      intercept: [0],
    }
    const size = { x: 151, y: 150, z: 17, t: 1, c: 1 }
    const image = { shape: size, factor: { x: 2, y: 2, z: 2 }, bytes: size.x * size.y * size.z * 2 }
    const value = (i: number, j: number, k: number) => ((i * 7) % 50) * 10 + ((j * 3) % 40) + k * 100
    const parts: Uint8Array[] = []
    const reduce = createCoarse(sized, image, (plane) => parts.push(plane.slice()))
    for (let k = 0; k < shape.z; k++) {
      const plane = new Uint16Array(shape.x * shape.y)
      for (let j = 0; j < shape.y; j++) for (let i = 0; i < shape.x; i++) plane[j * shape.x + i] = value(i, j, k)
      reduce.add(k, new Uint8Array(plane.buffer))
    }
    const bytes = new Uint8Array(image.bytes)
    parts.forEach((part, n) => bytes.set(part, n * part.length))
    const all = new Uint16Array(expanded(bytes.buffer, image, { shape, sampleType: 'uint16', samplesPerPixel: 1 }))
    expect(all).toHaveLength(shape.x * shape.y * shape.z)
    const mean = (i: number, j: number, k: number) => {
      const values: number[] = []
      for (const z of [k, k + 1]) {
        for (const y of [j, j + 1]) {
          for (const x of [i, i + 1]) if (x < shape.x && y < shape.y && z < shape.z) values.push(value(x, y, z))
        }
      }
      return Math.round(values.reduce((sum, one) => sum + one, 0) / values.length)
    }
    for (const [i, j, k] of [
      [0, 0, 0],
      [1, 1, 1],
      [150, 77, 20],
      [300, 299, 32],
      [300, 0, 31],
    ] as const) {
      const expected = mean(i - (i % 2), j - (j % 2), k - (k % 2))
      expect(all[(k * shape.y + j) * shape.x + i], `${i} ${j} ${k}`).toBe(expected)
    }
  })

  it('keeps the colours of a pixel together', () => {
    const image = { shape: { x: 1, y: 1, z: 1, t: 1, c: 1 }, factor: { x: 2, y: 2, z: 1 }, bytes: 3 }
    const full = { shape: { x: 2, y: 2, z: 1 }, sampleType: 'uint8' as const, samplesPerPixel: 3 }
    expect([...new Uint8Array(expanded(Uint8Array.of(1, 2, 3).buffer, image, full))]).toEqual([
      1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3,
    ])
  })
})

describe('whether the link is slow', () => {
  it('is measured from what came, without counting a moment twice', () => {
    const transfer = (transferSize: number, responseStart: number, responseEnd: number) => ({
      transferSize,
      responseStart,
      responseEnd,
    })
    expect(linkRate([])).toBeNull()
    expect(linkRate([transfer(500, 0, 100)]), 'too small to tell').toBeNull()
    expect(linkRate([transfer(0, 10, 11)]), 'from the cache').toBeNull()
    const overlapping = [transfer(1_000_000, 100, 300), transfer(1_000_000, 200, 500), transfer(500_000, 900, 1000)]
    expect(linkRate(overlapping)).toBe(5_000_000)
  })

  it('asks for the reduced image only where it saves a person from waiting', () => {
    const [large, reduced] = [24_600_000, 1_000_000]
    expect(reducedFirst(large, reduced, null)).toBe(false)
    expect(reducedFirst(large, reduced, 100_000_000)).toBe(false)
    expect(reducedFirst(large, reduced, 12_500_000)).toBe(true)
    expect(reducedFirst(2_000_000, reduced, 1_000_000), 'hardly more than the reduced one').toBe(false)
  })
})

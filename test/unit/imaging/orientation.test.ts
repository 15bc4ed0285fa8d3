/** Directions that people state, compared with what they do to points of the animal. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { indexToWorld } from '#imaging/geometry/affine.ts'
import { axisLetters, withAxes } from '#imaging/geometry/orientation.ts'
import { ImageSeries } from '#ontology/entities/series.ts'

const letters = [...'LRPASI']
const triples = letters.flatMap((a) => letters.flatMap((b) => letters.map((c) => a + b + c)))
const pattern = new RegExp((ImageSeries.record.properties.axisDirections as { pattern?: string }).pattern!)
const named = triples.filter((names) => pattern.test(names))

const determinant = ([a, b, c, d, e, f, g, h, i]: number[]) =>
  a! * (e! * i! - f! * h!) - b! * (d! * i! - f! * g!) + c! * (d! * h! - e! * g!)

/** L, P and S of a turn about S and then about L, in degrees. */
function slanted(about: number, tilt: number): number[] {
  const [a, b] = [(about * Math.PI) / 180, (tilt * Math.PI) / 180]
  const [ca, sa, cb, sb] = [Math.cos(a), Math.sin(a), Math.cos(b), Math.sin(b)]
  return [ca, sa * cb, sa * sb, -sa, ca * cb, ca * sb, 0, -sb, cb]
}

describe('axes that a person states', () => {
  it('are the 48 ways to name each direction once; all others are refused', () => {
    expect(named).toHaveLength(48)
    for (const names of [...triples, 'LP', 'LPSS', 'lps', 'LPX', '']) {
      const run = () => axisLetters(withAxes({ origin: null, direction: null }, names))!.join('')
      if (named.includes(names)) expect(run()).toBe(names)
      else expect(run, names).toThrow(RangeError)
    }
  })

  it('are exactly those where the file knows none, and leave no origin', () => {
    expect(withAxes({ origin: [1, 2, 3], direction: null }, 'RSP')).toEqual({
      origin: null,
      direction: [-1, 0, 0, 0, 0, 1, 0, 1, 0],
    })
    expect(determinant(withAxes({ origin: null, direction: null }, 'RPS').direction!)).toBe(-1)
  })

  it('mirror where a person says left for right, and turn where two directions are exchanged', () => {
    const prone = { origin: [-8, -6, 20] as [number, number, number], direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] }
    expect(withAxes(prone, 'RPS')).toEqual({ origin: [8, -6, 20], direction: [-1, 0, 0, 0, 1, 0, 0, 0, 1] })
    // On its back: left and right change with dorsal and ventral, which no mirror does.
    const supine = withAxes(prone, 'RAS')
    expect(supine).toEqual({ origin: [8, 6, 20], direction: [-1, 0, 0, 0, -1, 0, 0, 0, 1] })
    expect(determinant(supine.direction!)).toBe(1)
    expect(Object.values(withAxes(prone, 'LPS'))).toEqual([prone.origin, prone.direction])
    expect(withAxes(supine, 'LPS')).toEqual(prone)
  })

  it('move every voxel by one signed exchange of coordinates: distances stay, and so does what lies on what', () => {
    const degrees = fc.double({ min: -40, max: 40, noNaN: true })
    const index = fc.tuple(fc.integer({ max: 99 }), fc.integer({ max: 99 }), fc.integer({ max: 99 }))
    const name = fc.constantFrom(...named)
    fc.assert(
      fc.property(degrees, degrees, name, name, index, index, (about, tilt, first, names, one, other) => {
        // Two images of one animal with different axes, as PET and CT of one scanner can be.
        const pet = { spacing: [0.8, 0.8, 1.2], origin: [3, -4, 5], direction: slanted(about, tilt) } as never
        const turned = { ...(pet as object), ...withAxes(pet, names) } as never
        expect(axisLetters(turned)!.join('')).toBe(names)
        const place = (header: never, [x, y, z]: number[]) => {
          const m = indexToWorld(header)!
          return [0, 4, 8].map((r) => m[r]! * x! + m[r + 1]! * y! + m[r + 2]! * z! + m[r + 3]!)
        }
        const [before, after] = [place(pet, one), place(turned, one)]
        const size = (v: number[]) => v.map((mm) => Math.abs(mm).toFixed(6)).toSorted()
        expect(size(after)).toEqual(size(before))
        const apart = (header: never) => Math.hypot(...place(header, one).map((mm, i) => mm - place(header, other)[i]!))
        expect(apart(turned)).toBeCloseTo(apart(pet), 6)
        // By any way round to the same names, it is the same place.
        const again = { ...(pet as object), ...withAxes(withAxes(pet, first), names) } as never
        place(again, one).forEach((mm, i) => expect(mm).toBeCloseTo(after[i]!, 9))
      }),
    )
  })
})

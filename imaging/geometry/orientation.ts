import type { Header } from '../header.ts'

/** Directions of a patient, positive and negative, in the order of the LPS axes (DICOM PS3.3 C.7.6.1.1.1). */
const letters = [
  ['L', 'R'],
  ['P', 'A'],
  ['S', 'I'],
] as const

/** The world axis (0 = L, 1 = P, 2 = S) that an image axis follows most closely, and in which sense. */
export interface NearestAxis {
  world: 0 | 1 | 2
  sign: 1 | -1
}

/**
 * For the x, y and z axis of the image the nearest axis of the patient. Each world axis is used once: the clearest match
 * is settled first. Null when the directions are not known.
 */
export function nearestAxes(h: Pick<Header, 'direction'>): [NearestAxis, NearestAxis, NearestAxis] | null {
  const { direction } = h
  if (!direction) return null
  const found: (NearestAxis | undefined)[] = [undefined, undefined, undefined]
  const ranked = direction.map((cosine, i) => ({ cosine, axis: Math.floor(i / 3), world: (i % 3) as 0 | 1 | 2 }))
  ranked.sort((a, b) => Math.abs(b.cosine) - Math.abs(a.cosine))
  for (const { cosine, axis, world } of ranked) {
    if (found[axis] || found.some((other) => other?.world === world)) continue
    found[axis] = { world, sign: cosine < 0 ? -1 : 1 }
  }
  return found as [NearestAxis, NearestAxis, NearestAxis]
}

/** The letter towards which each image axis runs, for example ['L', 'P', 'S']; null when not known. */
export function axisLetters(h: Pick<Header, 'direction'>): [string, string, string] | null {
  const axes = nearestAxes(h)
  return axes && (axes.map(({ world, sign }) => letters[world][sign > 0 ? 0 : 1]) as [string, string, string])
}

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

/**
 * The axes that three letters name, one for each of x, y and z: the reverse of `axisLetters`.
 * @throws RangeError when they do not name each direction of the patient once
 */
function namedAxes(names: string): [NearestAxis, NearestAxis, NearestAxis] {
  const axes = [...names].map((letter) => {
    const world = letters.findIndex((pair) => pair.some((one) => one === letter)) as 0 | 1 | 2
    return { world, sign: letter === letters[world]?.[0] ? 1 : -1 } satisfies NearestAxis
  })
  if (axes.length !== 3 || [0, 1, 2].some((world) => !axes.some((axis) => axis.world === world))) {
    throw new RangeError(`“${names}” does not name three directions; “LPS” does.`)
  }
  return axes as [NearestAxis, NearestAxis, NearestAxis]
}

/**
 * Where an image lies when its axes run where somebody says. The patient's coordinates are exchanged and mirrored as a
 * whole, so slanted axes stay slanted, the spacing stays, and images that get the same change still lie over each other. When
 * that mirrors the image, its axes change their handedness. Without directions in the file the axes run exactly as stated,
 * and there is no origin, because none of the file's could mean anything.
 * @param names the letter nearest to which each of x, y and z runs, for example 'LPS'
 * @throws RangeError when the letters do not name each direction of the patient once
 */
export function withAxes(h: Pick<Header, 'origin' | 'direction'>, names: string): Pick<Header, 'origin' | 'direction'> {
  const to = namedAxes(names)
  const from = nearestAxes(h)
  if (!from)
    return { origin: null, direction: to.flatMap(({ world, sign }) => [0, 1, 2].map((w) => (w === world ? sign : 0))) }
  const moved = (v: readonly number[]): [number, number, number] => {
    const out: [number, number, number] = [0, 0, 0]
    for (const axis of [0, 1, 2] as const) {
      out[to[axis].world] = v[from[axis].world]! * from[axis].sign * to[axis].sign + 0 // + 0: JSON has no -0
    }
    return out
  }
  const direction = [0, 3, 6].flatMap((at) => moved(h.direction!.slice(at, at + 3)))
  return { origin: h.origin && moved(h.origin), direction }
}

/** The letter towards which each image axis runs, for example ['L', 'P', 'S']; null when not known. */
export function axisLetters(h: Pick<Header, 'direction'>): [string, string, string] | null {
  const axes = nearestAxes(h)
  return axes && (axes.map(({ world, sign }) => letters[world][sign > 0 ? 0 : 1]) as [string, string, string])
}

const planes = ['sagittal', 'coronal', 'axial'] as const

/** What people call a plane with this normal (LPS): within 25 degrees of an axis its name, else "oblique". */
export function planeName(normal: readonly number[]): string {
  const length = Math.hypot(...normal)
  const axis = normal.findIndex((v) => Math.abs(v) > Math.cos((25 * Math.PI) / 180) * length)
  return planes[axis] ?? 'oblique'
}

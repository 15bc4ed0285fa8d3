import type { Random } from './random.ts'
import { capsule, ellipsoid, loft, stationAt, tube } from './shapes.ts'
import type { Point, Shape, Station } from './shapes.ts'

/** What the phantoms are made of. Later entries of a scene cover earlier ones. */
export const tissues = {
  air: 0,
  fat: 1,
  muscle: 2,
  bone: 3,
  vertebra: 4,
  lung: 5,
  myocardium: 6,
  blood: 7,
  liver: 8,
  renalCortex: 9,
  renalMedulla: 10,
  bladder: 11,
  brain: 12,
  gut: 13,
  gutContent: 14,
  gas: 15,
  spleen: 16,
  tumour: 17,
  necrosis: 18,
  brownFat: 19,
  eye: 20,
  bed: 21,
  tooth: 22,
  ventricle: 23,
} as const

export type Tissue = (typeof tissues)[keyof typeof tissues]
const T = tissues

/** Outline of a mouse of about 25 g lying on its belly, nose at the top; lengths in mm. */
const outline: Station[] = [
  [40.5, 0.4, 0.5, -1.6],
  [39, 1.9, 1.8, -1.5],
  [35, 3.9, 3.8, -0.9],
  [30, 6.2, 6.0, 0],
  [25, 7.4, 7.2, 0.3],
  [20, 7.1, 7.2, 0],
  [14, 8.8, 8.7, -0.3],
  [6, 10.6, 9.8, -0.5],
  [-2, 12.0, 10.3, -0.5],
  [-10, 12.7, 10.5, -0.4],
  [-18, 12.0, 10.0, -0.3],
  [-25, 9.4, 8.8, 0],
  [-30, 6.2, 6.4, 0.5],
  [-33.5, 2.6, 2.8, 1],
  [-35, 0.3, 0.3, 1],
].map(([z, halfWidth, halfHeight, y]) => ({ z, halfWidth, halfHeight, y }) as Station)

const shrunk = (by: number): Station[] =>
  outline.map((s) => ({
    ...s,
    halfWidth: Math.max(s.halfWidth - by, 0.1),
    halfHeight: Math.max(s.halfHeight - by, 0.1),
  }))

const tail: Point[] = [
  [0, 1, -32],
  [0.3, 0, -38],
  [2, -2, -43],
  [6, -5, -47],
  [11, -7, -49],
]

/** Height of the vertebral column at z. */
const spineCurve: Station[] = [
  [20, 1.6],
  [13, 4.2],
  [5, 6.0],
  [-5, 6.8],
  [-14, 6.4],
  [-22, 5.0],
  [-32, 1.6],
].map(([z, y]) => ({ z, y, halfWidth: 1, halfHeight: 1 }) as Station)

export interface MouseOptions {
  /** Volume of a subcutaneous tumour on the right flank in mm3; 0 = none. */
  tumourVolume: number
  /** Only what shows from outside. */
  surfaceOnly?: boolean
}

/** A mouse as a list of shapes to paint in order. */
export function mouse(random: Random, { tumourVolume, surfaceOnly = false }: MouseOptions): Shape<Tissue>[] {
  const radius = Math.cbrt((3 * tumourVolume) / (4 * Math.PI))
  const place: Point = [-11.2 - radius * 0.35, 2.5 + random.between(-1, 1.5), -13 + random.between(-3, 2)]
  const skin = [
    loft(T.fat, outline),
    ...tube(T.fat, tail, 1.9, 0.9),
    ...sides((s) => [
      ellipsoid(T.fat, [s * 7.4, 5, 21.5], [3, 1.1, 2.9]),
      ...tube(T.fat, foreLimb(s), 2.6, 1.2),
      ...tube(T.fat, hindLimb(s), 4.0, 1.2),
    ]),
    ...(radius > 0 ? [ellipsoid(T.fat, place, [radius + 0.7, radius + 0.7, radius + 0.7])] : []),
  ]
  if (surfaceOnly) return skin
  return [
    ...skin,
    loft(T.muscle, shrunk(1.1)),
    ...sides((s) => [...tube(T.muscle, foreLimb(s), 2.1, 0.8), ...tube(T.muscle, hindLimb(s), 3.5, 0.8)]),
    ...organs(random),
    ...skeleton(),
    ...(radius > 0
      ? [
          ellipsoid(T.tumour, place, [radius, radius, radius]),
          ...(radius > 2.2 ? [ellipsoid(T.necrosis, place, [radius * 0.45, radius * 0.4, radius * 0.5])] : []),
        ]
      : []),
  ]
}

/** The same parts on the animal's left (1) and right (-1). */
const sides = <S>(make: (side: 1 | -1) => S[]): S[] => [...make(1), ...make(-1)]

const foreLimb = (s: number): Point[] => [
  [s * 6.5, -2.5, 13],
  [s * 10, -7, 9.5],
  [s * 10.2, -9.6, 17.5],
]

const hindLimb = (s: number): Point[] => [
  [s * 6.5, 0.5, -24],
  [s * 12, -5.5, -16],
  [s * 11.8, -8.6, -27],
  [s * 12.5, -10.2, -19],
]

function organs(random: Random): Shape<Tissue>[] {
  const j = (spread: number) => random.between(-spread, spread)
  const gut = Array.from({ length: 16 }, (_, i): Point => {
    const angle = i * 2.4 + j(0.4)
    const reach = 2.5 + 4.5 * ((i * 0.37) % 1)
    return [Math.cos(angle) * reach, -3.2 + Math.sin(angle) * 3.4, -9 - i * 0.85 + j(0.7)]
  })
  const heart: Point = [1 + j(0.3), -2.8, 8 + j(0.4)]
  return [
    ellipsoid(T.lung, [3.9, 0.6, 8], [3.4, 5.2, 7]),
    ellipsoid(T.lung, [-3.9, 0.6, 7.5], [3.7, 5.2, 7.6]),
    ...tube(
      T.gas,
      [
        [0, -1.4, 33],
        [0, -2.2, 22],
        [0, -0.8, 12],
      ],
      0.6,
      0.75,
    ),
    ellipsoid(T.myocardium, heart, [3.3, 3.5, 4.3]),
    ellipsoid(T.blood, [heart[0], heart[1], heart[2] + 0.5], [1.8, 2, 2.7]),
    ...tube(
      T.blood,
      [
        [0.4, 1, 12],
        [0.6, 4.4, 6],
        [0.5, 4.6, -8],
        [0.4, 3, -20],
      ],
      0.7,
      0.5,
    ),
    ellipsoid(T.liver, [-1.6, -1.4, -0.8 + j(0.4)], [8.4, 6.6, 3.9]),
    ellipsoid(T.liver, [4, -3.4, 0.4], [4.2, 4, 2.8]),
    ellipsoid(T.gut, [5.4, -1.8, -4.4], [4, 4.2, 3.1]),
    ellipsoid(T.gutContent, [5.4, -1.8, -4.4], [3.4, 3.6, 2.5]),
    ellipsoid(T.gas, [5.8, 0.6, -4.4], [1.7, 1.0, 1.4]),
    ...tube(
      T.spleen,
      [
        [8.6, 2.6, -4],
        [9.2, 1.4, -7.5],
        [8.8, 0, -10.5],
      ],
      1.2,
    ),
    ...tube(T.gut, gut, 1.55),
    ...tube(T.gutContent, gut, 0.85),
    ...gut.filter((_, i) => i % 5 === 2).map((at) => ellipsoid(T.gas, at, [0.75, 0.7, 0.8])),
    ...sides((s) => {
      const at: Point = [s * 4.7, 3.9, (s > 0 ? -10 : -7.4) + j(0.4)]
      return [
        ellipsoid(T.renalCortex, at, [2.6, 2.4, 4.2]),
        ellipsoid(T.renalMedulla, [at[0] - s * 0.5, at[1], at[2]], [1.4, 1.3, 2.5]),
      ]
    }),
    ellipsoid(T.bladder, [0, -4.4, -25], [2.3, 2.1, random.between(2.2, 3.2)]),
    ellipsoid(T.brownFat, [0, 6.2, 14.5], [3.4, 1.4, 2.8]),
  ]
}

function skeleton(): Shape<Tissue>[] {
  const parts: Shape<Tissue>[] = []
  for (let z = 19; z > -32; z -= 2.45) {
    const y = spineAt(z)
    parts.push(
      ellipsoid(T.vertebra, [0, y, z], [1.5, 1.35, 1.05]),
      ellipsoid(T.bone, [0, y + 2.3, z - 0.3], [0.45, 1.2, 0.75]),
      ellipsoid(T.bone, [0, y + 0.6, z], [2.7, 0.55, 0.6]),
    )
  }
  for (let i = 0; i < 9; i++) {
    const at = (i / 8) * (tail.length - 1.2)
    const [a, b] = [tail[Math.floor(at)]!, tail[Math.floor(at) + 1]!]
    const point = a.map((v, axis) => v + (b[axis]! - v) * (at % 1)) as unknown as Point
    parts.push(ellipsoid(T.vertebra, point, [0.75, 0.75, 0.95]))
  }
  parts.push(
    // Skull: a shell around the brain, the snout, cheek arches, jaws, incisors and ear bones.
    ellipsoid(T.bone, [0, 1.5, 25.6], [5.7, 4.9, 7.4]),
    ellipsoid(T.brain, [0, 1.5, 25.6], [5.1, 4.3, 6.8]),
    ellipsoid(T.bone, [0, -0.2, 34.2], [2.7, 2.3, 4.6]),
    ellipsoid(T.muscle, [0, -0.2, 34], [2.1, 1.7, 4.2]),
    ...tube(
      T.gas,
      [
        [0, -0.4, 38],
        [0, -0.2, 31],
      ],
      0.7,
      0.9,
    ),
    ...sides((s) => [
      capsule(T.bone, [s * 3.4, -0.4, 33], [s * 5.7, -0.8, 24], 0.5),
      capsule(T.bone, [s * 0.9, -3.4, 37], [s * 4, -3.2, 25.5], 0.65, 0.8),
      capsule(T.tooth, [s * 0.6, -1.6, 37.2], [s * 0.5, -3.2, 38.6], 0.6, 0.45),
      ellipsoid(T.bone, [s * 3.7, -1.8, 20.6], [1.7, 1.6, 1.8]),
      ellipsoid(T.gas, [s * 3.7, -1.8, 20.6], [1.1, 1.0, 1.2]),
      ellipsoid(T.eye, [s * 4.5, 2, 31.4], [1.5, 1.5, 1.5]),
      ellipsoid(T.ventricle, [s * 1.3, 2.2, 25], [0.5, 1.1, 2.2]),
    ]),
    // Chest: ribs from the spine round to the breastbone, slanting towards the tail on their way.
    ...ribs(),
    capsule(T.bone, [0, -7.4, 13], [0, -8.2, 1.5], 0.75, 0.55),
    ...sides((s) => [
      ellipsoid(T.bone, [s * 6.3, 3.2, 12], [0.55, 3.3, 2.3]),
      ...tube(T.bone, foreLimb(s), 0.8, 0.5),
      ...tube(T.bone, hindLimb(s), 1.0, 0.5),
      capsule(T.bone, [s * 2.6, 5, -16.5], [s * 4.6, 0.6, -27], 1.0, 0.8),
      capsule(T.bone, [s * 4.4, 0.6, -27], [s * 1, -2.4, -28.5], 0.7),
    ]),
  )
  return parts
}

const spineAt = (z: number) => stationAt(spineCurve, z)?.y ?? 0

function ribs(): Shape<Tissue>[] {
  const steps = 9
  return Array.from({ length: 12 }, (_, i) => 14.4 - i * 1.55).flatMap((z) =>
    sides((s) => {
      const top = spineAt(z)
      const bottom = -7.6
      const reach = 5.2 + (14.4 - z) * 0.2
      const last = z > 1 ? steps : Math.round(steps * 0.72) // the hindmost ribs end free
      const arc = Array.from({ length: last + 1 }, (_, n): Point => {
        const angle = Math.PI / 2 - (Math.PI * n) / steps
        const y = (top + bottom) / 2 + ((top - bottom) / 2) * Math.sin(angle)
        return [s * Math.max(reach * Math.cos(angle), 0.5), y, z - 3.4 * Math.sin((Math.PI * n) / steps / 1.3)]
      })
      return tube(T.bone, arc, 0.5, 0.42)
    }),
  )
}

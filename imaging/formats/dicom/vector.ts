export type Vector = [number, number, number]

/** Normal of an image plane: row direction x column direction (PS3.3 C.7.6.2.1.1). */
export function cross(orientation: number[]): Vector {
  const [a, b, c, d, e, f] = orientation as [number, number, number, number, number, number]
  // Adding 0 turns -0 into 0.
  return [b * f - c * e + 0, c * d - a * f + 0, a * e - b * d + 0]
}

export const dot = (a: readonly number[], b: readonly number[]): number => a[0]! * b[0]! + a[1]! * b[1]! + a[2]! * b[2]!

export const scaled = (a: Vector, factor: number): Vector => [a[0] * factor, a[1] * factor, a[2] * factor]

export const sum = (a: Vector, b: Vector): Vector => [a[0] + b[0], a[1] + b[1], a[2] + b[2]]

export const difference = (a: Vector, b: Vector): Vector => [a[0] - b[0], a[1] - b[1], a[2] - b[2]]

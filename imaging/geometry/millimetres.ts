/** A nanometre and a kilometre: a size beyond these was not measured by a scanner. */
const least = 1e-6
const most = 1e6

/** A size in mm with the nine digits that text headers carry; undefined when it cannot be one. */
export const millimetres = (value: number): number | undefined =>
  value >= least && value <= most ? Number(value.toPrecision(9)) : undefined

/** Whether coordinates in mm can be those of an image in a scanner; differences between such places are finite. */
export const isPlace = (position: readonly number[]): boolean => position.every((v) => Math.abs(v) <= most)

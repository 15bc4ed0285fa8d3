/** The tumour model of the project GLX. */

export const nude = {
  strain: 'NU/J',
  sex: 'F',
  supplier: 'The Jackson Laboratory',
  stockNumber: '002019',
  geneticStatus: 'mutant',
} as const

/** Tumour volume in mm3 after implantation: exponential growth, slower under treatment from day 8 on. */
export function grown(days: number, takeOff: number, isTreated: boolean): number {
  const free = Math.min(days, isTreated ? 8 : days)
  return takeOff * 2 ** (free / 4.2) * 2 ** ((days - free) / 11)
}

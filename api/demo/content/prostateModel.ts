/** The mice of the project PSMA. */
export const scid = {
  strain: 'NOD.CB17-Prkdc<scid>/NcrCrl',
  sex: 'M',
  supplier: 'Charles River',
  stockNumber: '394',
  geneticStatus: 'mutant',
} as const

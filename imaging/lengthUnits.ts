import { table } from './table.ts'

/**
 * Millimetres of the units of length that files name: OME's UnitsLength, ImageJ's, and how people write them. The micro
 * sign is U+00B5 in Latin-1, U+03BC (the Greek letter) in some programs, and "Âµ" where UTF-8 was read as Latin-1.
 */
export const millimetresOf = table<number>({
  m: 1e3,
  meter: 1e3,
  meters: 1e3,
  metre: 1e3,
  metres: 1e3,
  dm: 100,
  cm: 10,
  mm: 1,
  millimeter: 1,
  millimeters: 1,
  millimetre: 1,
  millimetres: 1,
  um: 1e-3,
  '\u00b5m': 1e-3,
  '\u03bcm': 1e-3,
  '\u00c2\u00b5m': 1e-3,
  '\u00e2\u00b5m': 1e-3, // the same in lower case
  micron: 1e-3,
  microns: 1e-3,
  nm: 1e-6,
  pm: 1e-9,
  '\u00c5': 1e-7,
  in: 25.4,
  inch: 25.4,
})

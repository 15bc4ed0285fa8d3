import type { SeriesReader } from './format.ts'
import type { Header } from './header.ts'

/**
 * Takes out of a header what no number holds. Sizes and times that a damaged file states are finite one by one, but grow
 * beyond that when readers convert units or add them up; infinity is null in JSON, and nothing downstream expects it.
 * @returns the reader, whose header now says "not known" where there was no number, with a sentence
 */
export function withSoundHeader(reader: SeriesReader): SeriesReader {
  const { header } = reader
  const isKnown = areSound(header.spacing, (v) => v > 0)
  if (!isKnown || !areSound(header.origin) || !areSound(header.direction)) {
    const spacing = isKnown ? header.spacing : null
    Object.assign(header, { spacing, origin: null, direction: null, orientation: 'unknown' } satisfies Partial<Header>)
    header.warnings.push('The sizes or the place that the file states cannot be true; they are not known.')
  }
  if (!areSound(header.slope) || !areSound(header.intercept)) {
    Object.assign(header, { slope: [1], intercept: [0], unit: '' } satisfies Partial<Header>)
    header.warnings.push('The value scale of this file is not a number; stored values are shown.')
  }
  if (header.frames && !(areSound(header.frames.startSeconds) && areSound(header.frames.durationSeconds))) {
    header.frames = null
    header.warnings.push('The times that the file states cannot be true; frame times are not known.')
  }
  if (header.window && !areSound([header.window.low, header.window.high])) header.window = null
  return reader
}

const areSound = (values: readonly number[] | null, holds: (value: number) => boolean = () => true): boolean =>
  values === null || values.every((value) => Number.isFinite(value) && holds(value))

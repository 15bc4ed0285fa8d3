import { ImagingError } from '../errors.ts'
import type { FileEntry } from '../format.ts'
import { folderOf } from '../paths.ts'

const mostFiles = 100_000
const mostNameLength = 4096

/**
 * Batch path of a data file that a header names. Names count from the folder of the header and may lead down, never up
 * or to another place of the computer.
 * @throws ImagingError 'malformed'
 */
export function companionPath(headerPath: string, name: string): string {
  if (name.length > mostNameLength) {
    throw new ImagingError('malformed', `The name of a data file has ${name.length} characters; that is no file name.`)
  }
  const parts = name.trim().split(/[\\/]/)
  const isAbsolute = parts[0] === '' || /^[a-z]:$/i.test(parts[0]!) || /^[a-z][a-z0-9+.-]*:$/i.test(parts[0]!)
  if (isAbsolute || parts.includes('..') || /[\0\r\n]/.test(name)) {
    throw new ImagingError(
      'malformed',
      `${headerPath} names the data file "${name.slice(0, 100)}", which lies outside of its folder; only files beside it or below are read. Put the file there and correct the name in the header.`,
    )
  }
  const folder = folderOf(headerPath)
  return folder + parts.filter((part) => part !== '' && part !== '.').join('/')
}

/**
 * Batch paths of all data files that a header names.
 * @throws ImagingError 'malformed', 'too-large'
 */
export function companionPaths(headerPath: string, names: readonly string[]): string[] {
  if (names.length <= mostFiles) return names.map((name) => companionPath(headerPath, name))
  throw new ImagingError(
    'too-large',
    `The header names ${names.length} data files; at most ${mostFiles} are read here.`,
  )
}

/**
 * The files with these paths, in this order.
 * @throws ImagingError 'missing-companion'
 */
export function companionsIn(headerPath: string, paths: readonly string[], files: readonly FileEntry[]): FileEntry[] {
  const byPath = new Map(files.map((file) => [file.path.toLowerCase(), file]))
  return paths.map((path) => {
    const file = byPath.get(path.toLowerCase())
    if (file) return file
    throw new ImagingError('missing-companion', `${headerPath} needs the file ${path}, which is not there. Add it.`)
  })
}

/** A printf pattern with its first number, last number and what else follows; undefined when the text is none. */
export function patternIn(text: string): { pattern: string; numbers: number[] } | undefined {
  if (text.length > mostNameLength || !text.includes('%')) return undefined
  const [pattern, ...words] = text.trim().split(/\s+/)
  const isPattern = pattern!.includes('%') && words.length >= 2 && words.length <= 4
  return isPattern && words.every((word) => /^-?\d{1,15}$/.test(word))
    ? { pattern: pattern!, numbers: words.map(Number) }
    : undefined
}

/**
 * Names made by a printf pattern with one integer (`%d`, `%03d`, `%4i`) from `first` to `last` by `step`.
 * @throws ImagingError 'malformed', 'too-large'
 */
export function patternNames(pattern: string, first: number, last: number, step: number): string[] {
  const slots = pattern.replaceAll('%%', '').match(/%/g) ?? []
  const slot = /%(0?)(\d{0,2})[diu]/.exec(pattern.replaceAll('%%', '\0\0'))
  const count = Math.floor((last - first) / step) + 1
  if (!slot || slots.length !== 1 || !Number.isSafeInteger(count) || count < 1) {
    throw new ImagingError(
      'malformed',
      `"${pattern.slice(0, 100)}" from ${first} to ${last} by ${step} names no data files; one %d and numbers that lead from the first to the last are needed.`,
    )
  }
  if (count > mostFiles) {
    throw new ImagingError('too-large', `The header names ${count} data files; at most ${mostFiles} are read here.`)
  }
  const [found, zero, width] = slot
  return Array.from({ length: count }, (_, i) => {
    const value = first + i * step
    const digits = String(Math.abs(value))
    const sign = value < 0 ? '-' : ''
    const space = Math.max(0, Number(width) - sign.length)
    const number = zero ? sign + digits.padStart(space, '0') : (sign + digits).padStart(Number(width))
    return `${pattern.slice(0, slot.index)}${number}${pattern.slice(slot.index + found.length)}`.replaceAll('%%', '%')
  })
}

/** Paths of the files of an import: relative, '/' between parts, exactly one spelling for one file. */
import { createHash } from 'node:crypto'

export const maximumPathLength = 1000
const maximumNameBytes = 255

export type CheckedPath = { path: string; problem?: undefined } | { path?: undefined; problem: string }

/**
 * Checks a path as a client sent it and brings it to its one form (Unicode NFC).
 * @returns the path, or a sentence for the person who brought the file
 */
export function checkedPath(raw: string): CheckedPath {
  const no = (problem: string): CheckedPath => ({ problem })
  if (!raw.isWellFormed()) return no('The path is not valid Unicode.')
  const path = raw.normalize('NFC')
  if (path === '') return no('The file has no path.')
  if (path.length > maximumPathLength) {
    return no(`The path has ${path.length} characters; at most ${maximumPathLength} are kept.`)
  }
  if (/[\p{Cc}\u2028\u2029]/u.test(path)) return no('The path contains control characters; rename the file.')
  if (/[\u202a-\u202e\u2066-\u2069]/.test(path)) {
    return no('The path contains characters that change the direction of writing; rename the file.')
  }
  if (path.includes('\\')) return no('The path contains a backslash; put "/" between folders.')
  if (path.startsWith('/') || /^[a-z]:/i.test(path)) {
    return no('The path is absolute; only paths inside the dropped folder are accepted.')
  }
  for (const part of path.split('/')) {
    if (part.trim() === '') return no('The path has an empty folder or file name.')
    if (part === '.' || part === '..') return no(`The path contains "${part}"; it must not leave the dropped folder.`)
    if (Buffer.byteLength(part) > maximumNameBytes) {
      return no(`The path has a name that is longer than ${maximumNameBytes} bytes.`)
    }
  }
  return { path }
}

/** A refused path as it may be shown: no control or direction characters, and cut. */
export const shownPath = (raw: string): string =>
  raw
    .toWellFormed()
    .replaceAll(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, '\ufffd')
    .slice(0, maximumPathLength) || '(no path)'

/** Fixed-length key of a path, for the unique index. */
export const pathKey = (path: string): string => createHash('sha256').update(path).digest('hex')

/** What the names of folders and files say when the files themselves are silent. */
import { isInCalendar } from '#imaging/calendar.ts'
import { nameOf } from '#imaging/paths.ts'

export interface Hint {
  value: string
  /** For people: where the name was read. */
  evidence: string
}

/** The folder without a slash at its end; '' at the top. */
export const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')))

/** Folder, folder above it ... without the root. */
export function* foldersAbove(path: string): Generator<string> {
  for (let folder = folderOf(path); folder !== ''; folder = folderOf(folder)) yield folder
}

/** Names of a path from the file upwards, with words for where they stand. */
function* names(path: string): Generator<Hint> {
  yield { value: nameOf(path), evidence: `file name “${nameOf(path)}”` }
  for (const folder of foldersAbove(path)) yield { value: nameOf(folder), evidence: `folder name “${nameOf(folder)}”` }
}

/** A calendar day in a name: 2024-03-01, 2024_03_01 or 20240301, nearest to the file first. */
export function dateHint(path: string): Hint | null {
  for (const { value, evidence } of names(path)) {
    const match = /(?<!\d)((?:19|20)\d{2})([-_.]?)(\d{2})\2(\d{2})(?!\d)/.exec(value)
    if (!match) continue
    const date = `${match[1]}-${match[3]}-${match[4]}`
    if (isInCalendar(date)) return { value: date, evidence }
  }
  return null
}

/** One spelling for the ways in which people write an animal's number: "M-0412", "m 412" and "M412" are the same. */
export const normalisedName = (name: string): string =>
  name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/(?<!\d)0+(?=\d)/g, '')
    .replaceAll(/[^\p{L}\p{N}]/gu, '')

/** Folder or file that is named like an animal: "mouse 12", "M-0412", "sub-03", "rat7_left". */
export function subjectHint(path: string): Hint | null {
  for (const { value, evidence } of names(path)) {
    const match = /^((?:sub|subject|mouse|rat|animal|ms|m|r|id)[-_ ]?[a-z]{0,2}\d{1,6})(?![a-z0-9])/i.exec(value)
    if (match?.[1]) return { value: match[1], evidence }
  }
  return null
}

/** Known names in the folders of a file, or as the beginning of its own name. */
export function knownNameHint<T extends { localId: string }>(
  path: string,
  known: ReadonlyMap<string, T>,
): { match: T; evidence: string } | null {
  for (const { value, evidence } of names(path)) {
    const parts = [value, ...value.split(/[_ .]+/)]
    for (const part of parts) {
      const normalised = normalisedName(part)
      // A bare number of one or two digits names anything: a day, a slice, a run.
      if (/^\d{0,2}$/.test(normalised)) continue
      const match = known.get(normalised)
      if (match) return { match, evidence }
    }
  }
  return null
}

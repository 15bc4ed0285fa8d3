/** Which series belong to one visit to the scanner. */
import { createHash } from 'node:crypto'
import { dateHint, folderOf, foldersAbove, normalisedName } from './folderHints.ts'
import { instrumentKey } from './matchInstrument.ts'
import type { PlannedFact } from './plan.ts'
import { whenStamp } from './whenStamp.ts'

export interface Groupable {
  paths: readonly string[]
  facts: ReadonlyMap<string, PlannedFact>
}

/** A key that the same files get again at the next inspection. */
export const stableKey = (...parts: string[]): string =>
  createHash('sha256')
    .update(JSON.stringify(parts))
    .digest('base64url')
    .replaceAll(/[^0-9A-Za-z]/g, '')
    .slice(0, 12)

/** Point in time of a series: as the header says it, else a day in the names of its folders. */
export function startOf({ facts, paths }: Groupable): { value: string; evidence: string } | null {
  for (const name of ['session.start', 'series.acquiredAt']) {
    const fact = facts.get(name)
    if (typeof fact?.value === 'string' && whenStamp(fact.value)) return { value: fact.value, evidence: fact.evidence }
  }
  return dateHint(paths[0] ?? '')
}

/**
 * Session keys, one per series: by DICOM study UID; else by instrument, day and subject; else the session of the
 * nearest folder, when that is only one; else one per folder at the top.
 */
export function groupSessions(series: readonly Groupable[]): string[] {
  const keys = series.map((each) => {
    const uid = each.facts.get('session.uid')
    if (uid) return stableKey('uid', String(uid.value))
    const instrument = instrumentKey(each.facts)
    const day = startOf(each)?.value.slice(0, 10)
    const subject = normalisedName(String(each.facts.get('subject.localId')?.value ?? ''))
    return instrument && day ? stableKey('visit', instrument, day, subject) : null
  })
  const inFolder = new Map<string, Set<string>>()
  for (const [i, key] of keys.entries()) {
    for (const path of key ? (series[i] as Groupable).paths : []) {
      for (const folder of foldersOf(path)) inFolder.set(folder, (inFolder.get(folder) ?? new Set()).add(key as string))
    }
  }
  return keys.map(
    (key, i) =>
      key ??
      sessionNear((series[i] as Groupable).paths[0] ?? '', inFolder) ??
      ownSession((series[i] as Groupable).paths[0] ?? ''),
  )
}

/** The only session that has files in the nearest folder with any, or null. */
export function sessionNear(path: string, inFolder: ReadonlyMap<string, ReadonlySet<string>>): string | null {
  for (const folder of foldersOf(path)) {
    const found = inFolder.get(folder)
    if (found) return found.size === 1 ? ([...found][0] as string) : null
  }
  return null
}

/** The folders that a file is in; the root counts only for files directly in it. */
export const foldersOf = (path: string): string[] => (folderOf(path) === '' ? [''] : [...foldersAbove(path)])

const ownSession = (path: string): string =>
  stableKey('folder', path.includes('/') ? path.slice(0, path.indexOf('/')) : '')

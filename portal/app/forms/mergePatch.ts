/** Changes between two versions of a record: JSON Merge Patch (RFC 7396) and what a person is shown of a conflict. */
import { isJson, type Json } from './path.ts'

export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, n) => same(item, b[n]))
  if (!isJson(a) || !isJson(b)) return false
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key]))
}

/** A field that is really there: "toString" is a word like any other. */
const own = (record: Json, key: string): unknown => (Object.hasOwn(record, key) ? record[key] : undefined)

/** The merge patch that makes `after` of `before`; empty when they are the same. Arrays are replaced whole. */
export function mergePatch(before: Json, after: Json): Json {
  const patch: Json = {}
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [old, next] = [own(before, key), own(after, key)]
    if (same(old, next)) continue
    if (next === undefined) patch[key] = null
    else patch[key] = isJson(old) && isJson(next) ? mergePatch(old, next) : next
  }
  return patch
}

/** `record` with a merge patch applied. */
export function applyPatch(record: Json, patch: Json): Json {
  const result: Json = { ...record }
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key]
    else if (isJson(value)) {
      const held = own(result, key)
      result[key] = applyPatch(isJson(held) ? held : {}, value)
    } else result[key] = value
  }
  return result
}

export interface FieldChange {
  /** Top-level field of the record. */
  field: string
  base: unknown
  mine: unknown
  theirs: unknown
  /** Both sides changed it, to different values. */
  clash: boolean
}

/** What changed on either side since `base`, field by field; system fields are left out by `fields`. */
export function compareVersions(fields: readonly string[], base: Json, mine: Json, theirs: Json): FieldChange[] {
  const changes: FieldChange[] = []
  for (const field of fields) {
    const [b, m, t] = [base[field], mine[field], theirs[field]]
    const [iChanged, theyChanged] = [!same(b, m), !same(b, t)]
    if (!theyChanged && !iChanged) continue
    changes.push({ field, base: b, mine: m, theirs: t, clash: iChanged && theyChanged && !same(m, t) })
  }
  return changes
}

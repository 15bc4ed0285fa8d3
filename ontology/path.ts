/** Places in a record: paths of keys, their JSON pointers (RFC 6901) and dotted field names. */

export type Path = readonly (string | number)[]
export type Json = Record<string, unknown>

export const toPointer = (path: Path): string =>
  path.map((key) => '/' + String(key).replaceAll('~', '~0').replaceAll('/', '~1')).join('')

/** Keys of a JSON pointer; array positions come back as numbers. */
export const fromPointer = (pointer: string): Path =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^(0|[1-9]\d*)$/.test(part) ? Number(part) : part))

/** The name that null reasons and sources use for a field: `animal.birthDate`. */
export const toFieldName = (path: Path): string => path.join('.')

export const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export function getAt(value: unknown, path: Path): unknown {
  let here = value
  for (const key of path) {
    if (Array.isArray(here)) here = here[Number(key)]
    else if (isJson(here)) here = Object.hasOwn(here, key) ? here[key] : undefined
    else return undefined
  }
  return here
}

/** A copy of `value` with `next` at `path`; `undefined` removes the key. Everything off the path is shared. */
export function setAt(value: unknown, path: Path, next: unknown): unknown {
  const [key, ...rest] = path
  if (key === undefined) return next
  if (typeof key === 'number') {
    const copy = Array.isArray(value) ? [...value] : []
    copy[key] = setAt(copy[key], rest, next)
    return copy
  }
  const { [key]: held, ...others } = isJson(value) ? value : {}
  const inner = setAt(held, rest, next)
  if (inner === undefined) return others
  return isJson(value) && key in value ? { ...value, [key]: inner } : { ...others, [key]: inner }
}

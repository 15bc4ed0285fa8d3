import { ImagingError } from '../../errors.ts'

/** A value of a JCAMP-DX record as ParaVision writes it: text (number, word, or string without its brackets), or a struct. */
export type Value = string | readonly Value[]

const deepest = 16
const mostValues = 4_000_000

/**
 * Splits the text of a record into values. Strings stand in `<...>` and may hold anything but `>`; lines are broken
 * anywhere, in strings too, where the break means nothing; structs stand in brackets; `@55*(0)` means 55 times 0.
 * @param text   without comment lines and without the line that gives the size of an array
 * @param name   of the record, for sentences
 * @param offset of the record in the file
 * @throws ImagingError 'malformed', 'too-large'
 */
export function valuesOf(text: string, name: string, offset: number): Value[] {
  const top: Value[] = []
  const open: { items: Value[]; repeat: number | null }[] = []
  let count = 0
  const fail = (what: string) => new ImagingError('malformed', `${name}: ${what}.`, offset)
  const add = (value: Value, times = 1) => {
    count += times
    if (count > mostValues) {
      throw new ImagingError(
        'too-large',
        `${name} holds more than ${mostValues} values; that many are not read.`,
        offset,
      )
    }
    const items = open.at(-1)?.items ?? top
    for (let i = 0; i < times; i++) items.push(value)
  }
  // Each alternative begins with another character, so that no text takes more than one pass.
  const token = /<([^>]*)>|@(\d+)\*\(|([()])|([^\s,()<]+)|[\s,]+/y
  while (token.lastIndex < text.length) {
    const found = token.exec(text)
    if (!found) throw fail('a string is not closed')
    const [, string, times, bracket, word] = found
    if (string !== undefined) add(string.replaceAll('\n', ''))
    else if (word !== undefined) add(word)
    else if (bracket === ')') {
      const closed = open.pop()
      if (!closed) throw fail('a bracket is closed that was not opened')
      const { items, repeat } = closed
      if (repeat === null) add(items)
      else add(items.length === 1 ? items[0]! : items, repeat)
    } else if (bracket === '(' || times !== undefined) {
      if (open.length === deepest) throw fail(`brackets are nested more than ${deepest} deep`)
      open.push({ items: [], repeat: times === undefined ? null : Number(times) })
    }
  }
  if (open.length > 0) throw fail('a bracket is not closed')
  return top
}

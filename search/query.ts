/**
 * The language of the search box: words, "a phrase", -without, field:value, field:"two words", field:from..to,
 * field:>=number. Whatever is typed means something; what is no known field is words.
 */
import { fold } from './words.ts'

export interface QueryItem {
  /** As typed, without quotes, sign and field. */
  text: string
  negated: boolean
  /** In quotes: these words next to each other, no synonyms, no correction. */
  phrase: boolean
}

/** Condition on a field. */
export interface QueryFilter {
  /** Name of the field as the index knows it. */
  field: string
  text: string
  negated: boolean
  /** In quotes: the value itself, not one that starts so. */
  exact: boolean
}

export interface ParsedQuery {
  items: QueryItem[]
  filters: QueryFilter[]
}

/** Bounds of a query, so that a pasted page costs no more than a long question. */
const longestText = 1000
const mostParts = 40

/** A field is typed without blanks: `cellline:`, `cell-line:` and `Cell_Line:` mean "Cell line". */
const fieldKey = (name: string): string => fold(name).replaceAll(/[^\p{L}\p{N}]/gu, '')

// A sign, a field, then quoted text (to the end of line when the quote is not closed) or what stands up to the next blank.
const partPattern = /(?<negated>-?)(?:(?<field>[\p{L}\p{N}_-]+):[ \t]?)?(?:"(?<quoted>[^"]*)"?|(?<bare>\S+))/gu

/**
 * @param text   what was typed
 * @param fields names that may stand before a colon
 */
export function parseQuery(text: string, fields: readonly string[] = []): ParsedQuery {
  const known = new Map(fields.map((name) => [fieldKey(name), name]))
  const parsed: ParsedQuery = { items: [], filters: [] }
  for (const match of text.slice(0, longestText).matchAll(partPattern)) {
    if (parsed.items.length + parsed.filters.length >= mostParts) break
    const { negated, field, quoted, bare } = match.groups ?? {}
    const name = field === undefined ? undefined : known.get(fieldKey(field))
    const value = quoted ?? bare ?? ''
    if (name !== undefined) {
      if (value.trim() !== '') {
        parsed.filters.push({ field: name, text: value, negated: negated === '-', exact: quoted !== undefined })
      }
      continue
    }
    // "u87:mg" is no field but two words; the colon separates them when the words are taken.
    const words = field === undefined ? value : `${field}:${value}`
    if (words.trim() === '') continue
    parsed.items.push({ text: words, negated: negated === '-', phrase: quoted !== undefined && field === undefined })
  }
  return parsed
}

export interface Bounds {
  from?: string
  to?: string
}

/** `2024..2025`, `..2025`, `>=5`, `<2024-03` or one value; null when there is neither bound. */
export function parseBounds(text: string): Bounds | null {
  const range = /^(?<from>.*?)\.\.(?<to>.*)$/u.exec(text)
  const compared = /^(?<sign>[<>]=?)(?<value>.+)$/u.exec(text)
  let bounds: Bounds
  if (range) bounds = { from: range.groups?.from, to: range.groups?.to }
  else if (compared) bounds = { [compared.groups?.sign?.startsWith('<') ? 'to' : 'from']: compared.groups?.value }
  else bounds = { from: text, to: text }
  const { from, to } = { from: bounds.from?.trim(), to: bounds.to?.trim() }
  if (!from && !to) return null
  return { ...(from && { from }), ...(to && { to }) }
}

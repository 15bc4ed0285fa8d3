/**
 * Annotations and helpers shared by all entity schemas. A schema is plain JSON Schema 2020-12 plus the `x-` keywords
 * below; every other surface (validation, OpenAPI, GraphQL, forms, JSON-LD, search) is read off it.
 */
import { Type, type Static, type TObject, type TProperties, type TSchema } from 'typebox'

/** JSON-LD prefixes used by `x-term`. */
export const prefixes = {
  schema: 'https://schema.org/',
  bioschemas: 'https://bioschemas.org/terms/',
  dcterms: 'http://purl.org/dc/terms/',
  prov: 'http://www.w3.org/ns/prov#',
  obo: 'http://purl.obolibrary.org/obo/',
  viv: 'https://w3id.org/vivarchive/terms/',
} as const

/** Every annotation keyword that a schema may carry; validators are told to accept exactly these. */
export const keywords = [
  'x-type', // name of a shared value type (CodedTerm, Quantity ...)
  'x-term', // compact IRI of the property in JSON-LD
  'x-level', // 'record': needed to save; 'publish': needed to go public (or a null reason); absent: optional
  'x-when', // { field: value }: the field has a meaning only for records like that
  'x-unit', // UCUM codes that a Quantity may use, the preferred one first
  'x-vocabulary', // name of a term list in ontology/terms
  'x-ref', // name of the entity that the identifier points to
  'x-link', // the reference list is a many-to-many link kept in this table
  'x-column', // kept in a column of its own; everything else is in the JSON body
  'x-system', // set by the server, never accepted from a client
  'x-private', // never part of a public snapshot
  'x-facet', // facet of the search; the value is its label
  'x-search', // full-text weight
  'x-sort', // lists can be ordered by it
  'x-dicom', // DICOM attributes and concepts, '; ' between them: (0010,0040), 127302 DCM, TID 8121
  'x-bids', // BIDS columns or sidecar keys, '; ' between them
  'x-profiles', // { profile: item }: advisory profiles that ask for the field, and which of their items it answers
  'x-widget', // form hint: textarea
] as const

/** Advisory profiles by their keys (ontology/profiles.ts), with the item of each that a field answers. */
export type Profiles = Partial<Record<'arrive' | 'rembi' | 'prism' | 'sup187' | 'bidsPet', string>>

export interface Annotations {
  title?: string
  description?: string
  examples?: unknown[]
  default?: unknown
  'x-type'?: string
  'x-term'?: string
  'x-level'?: 'record' | 'publish'
  'x-when'?: Record<string, string>
  'x-unit'?: readonly string[]
  'x-vocabulary'?: string
  'x-ref'?: string
  'x-link'?: string
  'x-column'?: boolean
  'x-system'?: boolean
  'x-private'?: boolean
  'x-facet'?: string
  'x-search'?: number
  'x-sort'?: boolean
  'x-dicom'?: string
  'x-bids'?: string
  'x-profiles'?: Profiles
  'x-widget'?: string
}

/** A schema node as the walkers see it. */
export type Node = TSchema &
  Annotations & {
    $id?: string
    $ref?: string
    type?: string
    enum?: readonly string[]
    items?: Node
    properties?: Record<string, Node>
    required?: string[]
    format?: string
    const?: unknown
  }

/** A closed object: unknown keys are refused. */
export const closed = <P extends TProperties>(properties: P, options: Annotations & { $id?: string } = {}) =>
  Type.Object(properties, { ...options, additionalProperties: false })

/** A string that is one of `values`. */
export const oneOf = <const V extends readonly string[]>(
  values: V,
  options: Annotations & { default?: V[number] } = {},
) => Type.Unsafe<V[number]>({ type: 'string', enum: [...values], ...options })

/** Opaque public identifier: a ULID (26 characters, Crockford base 32). */
export const idPattern = '^[0-7][0-9A-HJKMNP-TV-Z]{25}$'
export const id = (options: Annotations = {}) => Type.String({ pattern: idPattern, ...options })
/** Reference to another record. */
export const ref = (entity: string, options: Annotations = {}) => id({ 'x-ref': entity, 'x-column': true, ...options })
/** Many-to-many reference list, kept in the link table `table`. */
export const links = (entity: string, table: string, options: Annotations = {}) =>
  Type.Array(id({ 'x-ref': entity }), { uniqueItems: true, maxItems: 1000, 'x-link': table, ...options })

/** Line ends, other control characters, and those that turn the direction of what follows: they fake names. */
const unprintable = '\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029\\u202a-\\u202e\\u2066-\\u2069'
/** What nobody sees: spaces of all widths, none included. */
const blank = ' \\u00a0\\u00ad\\u1680\\u2000-\\u200f\\u202f\\u205f\\u2060\\u3000\\ufeff'
/** A line with something to see in it. The first part cannot match what the second does, so there is one way to match. */
export const linePattern = `^[${blank}]*[^${blank}${unprintable}][^${unprintable}]*$`
/** Several lines: tabs and line ends are part of them. */
export const textPattern = '^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f]*$'

/** One line of text. */
export const line = (options: Annotations & { maxLength?: number; pattern?: string } = {}) =>
  Type.String({ minLength: 1, maxLength: 300, pattern: linePattern, ...options })
/** Free text of several lines (plain, shown as typed). */
export const text = (options: Annotations = {}) =>
  Type.String({ maxLength: 20000, pattern: textPattern, 'x-widget': 'textarea', ...options })
/** Any words as one line that `line` accepts when there is something to see in them. */
export const asLine = (words: string): string =>
  words
    .toWellFormed()
    .replaceAll(new RegExp(`[${unprintable}\\s]+`, 'g'), ' ')
    .trim()
/** Calendar date, RFC 3339 full-date. */
export const date = (options: Annotations = {}) => Type.String({ format: 'date', ...options })
/** Instant set by the server, RFC 3339 in UTC. */
export const instant = (options: Annotations = {}) => Type.String({ format: 'date-time', ...options })

/** Statically typed member of an object schema. */
export type { Static, TObject, TProperties, TSchema }
export { Type }

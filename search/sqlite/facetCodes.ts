/**
 * Facets of a document as a short text: one character for each value. SQLite strings such texts together for a whole
 * result in one pass, and the characters are counted here; a join of one row per value would take twenty times as long.
 */

/** Between documents; never a value's character. */
const separator = 10
const firstCode = 0x20
/** Surrogates are left out: they are no characters of their own. */
const surrogates = 0xd800

/** The character of a facet value. @param id row number of the value, from 1 */
export function signOf(id: number): string {
  const code = firstCode + id
  return String.fromCodePoint(code < surrogates ? code : code + 0x800)
}

const idOf = (code: number): number => (code < surrogates ? code : code - 0x800) - firstCode

/** Values chosen in one facet. */
export interface Chosen {
  facet: string
  ids: ReadonlySet<number>
}

export interface Counts {
  /** Documents that meet every choice. */
  total: number
  /** Number of documents by value id; within a chosen facet as if nothing were chosen in it. */
  byId: Uint32Array
}

/**
 * Counts documents and their values.
 * @param texts   facet texts of all documents, separated by line feeds; null when there are none
 * @param facetOf name of the facet of a value id
 * @param size    largest value id
 */
export function countFacets(
  texts: string | null,
  chosen: readonly Chosen[],
  facetOf: (id: number) => string | undefined,
  size: number,
): Counts {
  const counts: Counts = { total: 0, byId: new Uint32Array(size + 1) }
  if (texts === null) return counts
  // Which choice a value belongs to, and which choice it meets; choices count from 1.
  const within = new Uint8Array(size + 1)
  const meets = new Uint8Array(size + 1)
  for (let id = 1; id <= size; id++) {
    const choice = chosen.findIndex(({ facet }) => facet === facetOf(id))
    within[id] = choice + 1
    if (chosen[choice]?.ids.has(id)) meets[id] = choice + 1
  }
  const ids: number[] = []
  const met = new Uint8Array(chosen.length + 1)
  const count = () => {
    const failed = met.indexOf(0, 1)
    if (failed === -1) counts.total++
    // A document that fails two choices tells nothing; one that fails one choice counts for that facet alone.
    if (failed === -1 || met.indexOf(0, failed + 1) === -1) {
      for (const id of ids) if (failed === -1 || within[id] === failed) counts.byId[id]!++
    }
    ids.length = 0
    met.fill(0)
  }
  for (let i = 0; i < texts.length; i++) {
    let code = texts.charCodeAt(i)
    if (code === separator) {
      count()
      continue
    }
    if (code >= surrogates && code < 0xdc00) code = texts.codePointAt(i++) as number
    const id = idOf(code)
    ids.push(id)
    met[meets[id] as number] = 1
  }
  count()
  return counts
}

import { strFromU8 } from 'fflate'
import { ImagingError } from '../../errors.ts'
import type { Tag } from '../../format.ts'
import type { ByteSource } from '../../source.ts'

/** One section of the text: `*** luminescent image:<TAB>luminescent.TIF`, then lines of `key:<TAB>value`. */
export interface Section {
  name: string
  value: string
  /** By lower-case key; the first of a key stands. */
  entries: Map<string, string>
}

/** ClickInfo.txt or AnalyzedClickInfo.txt. */
export interface ClickInfo {
  sections: Section[]
  tags: Tag[]
}

const mostBytes = 16 * 2 ** 20
const mostSections = 1000
const mostEntries = 50_000
const mostTags = 5000

/** Whether the first bytes are those of such a text: after comments and blank lines, its first line opens a section. */
export const looksLikeClickInfo = (head: Uint8Array): boolean =>
  /^(?:\u00ef\u00bb\u00bf)?(?:[ \t]*(?:#[^\r\n]*)?[\r\n])*\*{3} *[A-Za-z]/.test(strFromU8(head.subarray(0, 1024), true))

/** Characters of Windows-1252 that Latin-1 does not have, from 0x80. */
const windows1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ'

/**
 * Reads the text. Sections of one name are kept apart, because a click may describe several images.
 * @throws ImagingError 'not-this-format', 'too-large'
 */
export async function readClickInfo(source: ByteSource): Promise<ClickInfo> {
  if (!looksLikeClickInfo(await source.read(0, Math.min(1024, source.size)))) {
    throw new ImagingError('not-this-format', 'The text does not begin with a section such as *** ClickNumber:.', 0)
  }
  if (source.size > mostBytes) {
    throw new ImagingError('too-large', `The click text has ${source.size} bytes; more than ${mostBytes} are not read.`)
  }
  const text = decoded(await source.read(0, source.size))
  const sections: Section[] = []
  const tags: Tag[] = []
  let count = 0
  for (const line of text.split(/\r\n|\n|\r/)) {
    if (/^\s*(#|$)/.test(line)) continue
    const [, name, value = ''] = /^\*{3}\s*([^:\t]{1,200})(?::?\s*(.*))?$/.exec(line) ?? []
    if (name !== undefined) {
      if (sections.length >= mostSections) break
      sections.push({ name: name.trim(), value: value.trim(), entries: new Map() })
      if (value.trim()) show(tags, name.trim(), name.trim(), value.trim())
      continue
    }
    const colon = line.indexOf(':')
    const section = sections.at(-1)
    if (colon < 1 || !section || count >= mostEntries) continue
    const key = line.slice(0, colon).trim()
    const content = line.slice(colon + 1).trim()
    if (section.entries.has(key.toLowerCase())) continue
    count++
    section.entries.set(key.toLowerCase(), content)
    show(tags, `${section.name}/${key}`, key, content)
  }
  return { sections, tags }
}

/** Text in Windows-1252, or in UTF-8 when a byte order mark says so. */
function decoded(bytes: Uint8Array): string {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return strFromU8(bytes.subarray(3))
  return strFromU8(bytes, true).replace(/[\u0080-\u009f]/g, (c) => windows1252[c.charCodeAt(0) - 0x80]!)
}

function show(tags: Tag[], key: string, name: string, value: string): void {
  if (tags.length < mostTags)
    tags.push({ key: key.slice(0, 300), name: name.slice(0, 300), value: value.slice(0, 1000) })
}

/** Entry of a section; undefined when absent or empty. */
export const valueOf = (section: Section | undefined, key: string): string | undefined =>
  section?.entries.get(key.toLowerCase()) || undefined

/** Number at the start of an entry ("12.8", "f/1" is none); undefined when there is none. */
export function numberOf(section: Section | undefined, ...keys: string[]): number | undefined {
  for (const key of keys) {
    const value = Number(/^[-+]?\d[\d.]*(?:e[-+]?\d+)?/i.exec(valueOf(section, key) ?? '')?.[0] ?? NaN)
    if (Number.isFinite(value)) return value
  }
  return undefined
}

/** The first section with this name. */
export const sectionNamed = ({ sections }: ClickInfo, name: string): Section | undefined =>
  sections.find((section) => section.name.toLowerCase() === name.toLowerCase())

/** The section that describes a file: the one that names it, else the one of this name. */
export const sectionOf = (text: ClickInfo, path: string, name: string): Section | undefined => {
  const base = baseName(path).toLowerCase()
  const named = text.sections.filter((section) => section.name.toLowerCase() === name.toLowerCase())
  return named.find(({ value }) => baseName(value).toLowerCase() === base) ?? named[0]
}

/** Last part of a path in the style of any system; names in the text are never used to look beside the folder. */
export const baseName = (path: string): string => path.split(/[\\/]/).at(-1) ?? ''

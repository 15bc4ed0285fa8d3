import { strToU8 } from 'fflate'
import { XMLParser } from 'fast-xml-parser'
import { ImagingError } from '../../errors.ts'
import { table } from '../../table.ts'

/** An element: attributes under "@name", text under "#text", children by local name, always as arrays. */
export interface XmlNode {
  [key: string]: string | XmlNode[] | undefined
}

const longestText = 64 * 1024 * 1024

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  alwaysCreateTextNode: true,
  removeNSPrefix: true,
  processEntities: false,
  parseTagValue: false,
  parseAttributeValue: false,
  maxNestedTags: 64,
  isArray: (_name, _path, _isLeaf, isAttribute) => !isAttribute,
})

/**
 * Parses XML from a file that may be hostile: a document type, with which entities could be defined, is refused.
 * @throws ImagingError 'malformed', 'too-large'
 */
export function parseXml(text: string): XmlNode {
  if (text.length > longestText)
    throw new ImagingError('too-large', `XML of ${text.length} characters is not read here.`)
  const definition = text.search(/<!DOCTYPE|<!ENTITY/i)
  if (definition >= 0)
    throw new ImagingError(
      'malformed',
      'The XML has a document type; it is not read, because entities can be defined there.',
      byteOffset(text, definition),
    )
  try {
    return parser.parse(text) as XmlNode
  } catch (error) {
    // The message of the library quotes the text, which may be anything; where it stopped is enough.
    const [, position] = /position:? (\d+)/i.exec(error instanceof Error ? error.message : '') ?? []
    throw new ImagingError(
      'malformed',
      `The XML cannot be read${position === undefined ? '' : `; something is wrong near character ${position}`}.`,
      position === undefined ? undefined : byteOffset(text, Number(position)),
    )
  }
}

/** Of a character of text that stands in the file in UTF-8. */
const byteOffset = (text: string, character: number): number => strToU8(text.slice(0, character)).length

export const children = (node: XmlNode | undefined, name: string): XmlNode[] => {
  const found = node?.[name]
  return Array.isArray(found) ? found : []
}

export const child = (node: XmlNode | undefined, name: string): XmlNode | undefined => children(node, name)[0]

/** Text of an attribute with the predefined entities resolved; undefined when absent or empty. */
export function attribute(node: XmlNode | undefined, name: string): string | undefined {
  const value = node?.[`@${name}`]
  return typeof value === 'string' && value !== '' ? unescaped(value) : undefined
}

/** Numeric attribute; undefined when absent or no finite number. */
export function numericAttribute(node: XmlNode | undefined, name: string): number | undefined {
  const value = attribute(node, name)
  return value !== undefined && Number.isFinite(Number(value)) ? Number(value) : undefined
}

/** Text of an element. */
export function textOf(node: XmlNode | undefined): string | undefined {
  const value = node?.['#text']
  return typeof value === 'string' && value.trim() !== '' ? unescaped(value.trim()) : undefined
}

const predefined = table<string>({ lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" })

const unescaped = (text: string): string =>
  text.replace(
    /&(?:#(\d{1,7})|#x([\da-f]{1,6})|(lt|gt|amp|quot|apos));/gi,
    (whole, decimal?: string, hex?: string, name?: string) => {
      if (name) return predefined[name.toLowerCase()] ?? whole
      const code = decimal ? Number(decimal) : Number.parseInt(hex!, 16)
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole
    },
  )

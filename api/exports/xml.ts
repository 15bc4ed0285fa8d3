/** XML from plain objects: keys starting with @ are attributes, `#text` is the content, lists repeat their element. */
import { XMLBuilder } from 'fast-xml-parser'

const builder = new XMLBuilder({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  suppressEmptyNode: true,
  suppressBooleanAttributes: false,
  format: true,
  indentBy: '  ',
})

/** What XML 1.0 cannot hold at all (section 2.2), not even escaped. */
const unwritable =
  // oxlint-disable-next-line no-control-regex
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

export const xmlText = (document: Record<string, unknown>): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n${builder.build(writable(document)) as string}`

/** Without what is undefined, and without characters that XML has no place for. */
function writable(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll(unwritable, '\ufffd')
  if (Array.isArray(value)) return value.map(writable)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, held]) => held !== undefined && held !== null)
      .map(([key, held]) => [key, writable(held)]),
  )
}

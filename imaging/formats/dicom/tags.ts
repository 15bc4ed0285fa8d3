import type { Tag } from '../../format.ts'
import { tagText } from './dataSet.ts'
import type { DataSet, Element } from './dataSet.ts'

const longestValue = 1000
const mostTags = 20_000

interface Entry {
  vr: string
  name: string
}

/** Every attribute up to the pixels, sequences flattened: "(0054,0016)[1]/(0018,1074)". */
export async function tagsOf(data: DataSet): Promise<Tag[]> {
  // The dictionary is 1.4 MB of source, and only this needs it.
  const { dictionary } = await import('dcmjs/dictionary')
  const out: Tag[] = []
  const list = (set: DataSet, prefix: string): void => {
    for (const element of [...set.elements.values()].toSorted((a, b) => a.tag - b.tag)) {
      if (out.length >= mostTags) return
      if (element.tag % 0x10000 === 0) continue // group lengths say nothing
      const entry = lookUp(dictionary, set, element.tag)
      const key = prefix + tagText(element.tag)
      if (!element.items) {
        out.push({ key, name: entry.name, value: valueText(set, element, entry.vr).slice(0, longestValue) })
        continue
      }
      const count = element.items.length
      out.push({ key, name: entry.name, value: `${count} ${count === 1 ? 'item' : 'items'}` })
      element.items.forEach((item, i) => list(item, `${key}[${i + 1}]/`))
    }
  }
  list(data, '')
  return out
}

function lookUp(dictionary: Record<string, Entry>, data: DataSet, tag: number): Entry {
  const known = dictionary[tagText(tag)]
  if (known) return known
  const group = (tag >>> 16).toString(16).padStart(4, '0')
  if (tag & 0x10000) {
    const block = (tag & 0xff00) >>> 8
    if (block === 0) return { vr: 'LO', name: 'Private Creator' }
    const creator = data.string((tag & 0xffff0000) + block) ?? ''
    const last = (tag & 0xff).toString(16).padStart(2, '0')
    const entry = dictionary[`(${group},"${creator}",${last})`]
    return { vr: entry?.vr ?? '', name: entry?.name ?? `Private (${creator || 'no creator'})` }
  }
  // Overlays and curves repeat by even group: (60xx,3000).
  const repeating = dictionary[`(${group.slice(0, 2)}xx,${tagText(tag).slice(6, 10)})`]
  return repeating ?? { vr: '', name: 'Unknown' }
}

const numeric = new Set(['US', 'SS', 'UL', 'SL', 'FL', 'FD', 'SV', 'UV'])
const bulk = new Set(['OB', 'OW', 'OF', 'OD', 'OL', 'OV', 'UN'])

function valueText(data: DataSet, element: Element, known: string): string {
  const { length, tag } = element
  const bytes = data.bytes(tag)
  if (!bytes) return `<${length} bytes>`
  const stated = element.vr === '' || element.vr === 'UN' ? known : element.vr
  const vr = stated === 'xs' ? 'US' : stated
  if (numeric.has(vr)) {
    const values = data.numbers(tag, vr)
    return values.length > 256 ? `<${values.length} values>` : values.join('\\')
  }
  if (vr === 'AT') return data.numbers(tag, 'AT').map(tagText).join('\\')
  if (bulk.has(vr) || /^(ox|lt|up|na)?$/.test(vr))
    return printable(bytes) ? (data.text(tag) ?? '') : `<${length} bytes>`
  return data.text(tag) ?? ''
}

/** Text in attributes of unknown kind is worth showing; anything else is not. */
const printable = (bytes: Uint8Array): boolean =>
  bytes.length <= longestValue &&
  bytes.every((byte, i) => (byte >= 32 && byte < 127) || (byte === 0 && i === bytes.length - 1))

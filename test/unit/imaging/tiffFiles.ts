import { entry } from './files.ts'

type EntryType = 1 | 2 | 3 | 4 | 5 | 7 | 16
export type Entries = Record<number, [type: EntryType, values: number[] | string | Uint8Array]>

interface Layout {
  littleEndian?: boolean
  big?: boolean
  /** Offset of the first directory and of what follows each; worked out when absent. */
  next?: (number | undefined)[]
}

const sizes: Record<EntryType, number> = { 1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 16: 8 }

/**
 * A TIFF file by hand, apart from the writer under test: pages of entries, and their pixels as blocks. Offsets and lengths
 * of the blocks go into tags 273 and 279 (324 and 325 where the page has 322).
 */
export function tiffBytes(pages: { entries: Entries; blocks: Uint8Array[] }[], layout: Layout = {}): Buffer {
  const { littleEndian = true, big = false } = layout
  const parts: Buffer[] = []
  let size = big ? 16 : 8
  const append = (bytes: Uint8Array): number => {
    const at = size
    parts.push(Buffer.from(bytes))
    size += bytes.length
    return at
  }
  const number = (value: number, width: number): Buffer => {
    const out = Buffer.alloc(width)
    const view = new DataView(out.buffer, out.byteOffset, width)
    if (width === 8) view.setBigUint64(0, BigInt(value), littleEndian)
    else if (width === 4) view.setUint32(0, value, littleEndian)
    else if (width === 2) view.setUint16(0, value, littleEndian)
    else out[0] = value
    return out
  }
  const encode = ([type, values]: Entries[number]): Buffer => {
    if (typeof values === 'string') return Buffer.from(`${values}\0`, 'utf8')
    if (type === 5) return Buffer.concat([...values].flatMap((v) => [number(Math.round(v * 1000), 4), number(1000, 4)]))
    return Buffer.concat([...values].map((v) => number(v, sizes[type])))
  }
  const word = big ? 8 : 4
  const heads: { at: number; link: number }[] = []
  for (const { entries, blocks } of pages) {
    const offsets = blocks.map(append)
    const [offsetTag, lengthTag] = 322 in entries ? [324, 325] : [273, 279]
    const all: Entries = {
      [offsetTag]: [4, offsets],
      [lengthTag]: [4, blocks.map((block) => block.length)],
      ...entries,
    }
    const encoded = Object.entries(all).map(([tag, value]) => {
      const bytes = encode(value)
      const count = bytes.length / sizes[value[0]]
      const field =
        bytes.length <= word ? Buffer.concat([bytes, Buffer.alloc(word - bytes.length)]) : number(append(bytes), word)
      return Buffer.concat([number(Number(tag), 2), number(value[0], 2), number(count, word), field])
    })
    const at = append(Buffer.concat([number(encoded.length, big ? 8 : 2), ...encoded, Buffer.alloc(word)]))
    heads.push({ at, link: size - word })
  }
  const start = Buffer.concat([
    Buffer.from(littleEndian ? 'II' : 'MM'),
    number(big ? 43 : 42, 2),
    ...(big ? [number(8, 2), number(0, 2)] : []),
    number(layout.next?.[0] ?? heads[0]!.at, word),
  ])
  const out = Buffer.concat([start, ...parts])
  for (const [i, { link }] of heads.entries())
    number(layout.next?.[i + 1] ?? heads[i + 1]?.at ?? 0, word).copy(out, link)
  return out
}

/** Entries of a grey page. */
export const grey = (width: number, height: number, bits: number, more: Entries = {}): Entries => ({
  256: [3, [width]],
  257: [3, [height]],
  258: [3, [bits]],
  259: [3, [1]],
  262: [3, [1]],
  277: [3, [1]],
  278: [3, [height]],
  ...more,
})

export const tiffEntry = (bytes: Uint8Array, path = 'a.tif') => entry(path, Uint8Array.from(bytes))

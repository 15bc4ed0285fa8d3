import { ImagingError } from '../errors.ts'
import type { Fact, Format, Tag } from '../format.ts'
import type { ByteSource } from '../source.ts'
import type { HeaderFields } from './headerFields.ts'
import { companionPath } from './companions.ts'
import { openRaw, scanRaw } from './series.ts'
import type { RawSeries } from './series.ts'

/** What sets one format with a text header and raw data apart from another. */
interface TextHeader<T extends { tags: Tag[]; fields: HeaderFields<unknown> }> extends Omit<
  Format,
  'sniff' | 'scan' | 'open'
> {
  /** Whether the first bytes (up to 4 KiB) are such a header. */
  isHeader(head: Uint8Array): boolean
  /** @throws ImagingError */
  read(source: ByteSource): Promise<T>
  /** @throws ImagingError when the header cannot be followed */
  layOut(text: T): RawSeries
  facts?(text: T): Fact[]
  otherThanImage?(text: T): OtherThanImage | undefined
}

/** What a header describes when it is no image, and its data file; both are kept beside the series. */
export interface OtherThanImage {
  what: string
  /** Measured data that images are made from. */
  isRaw: boolean
  file: string | undefined
}

const headBytes = 4096

/** A format whose header is text and whose samples follow it or stand in files that it names. */
export function textFormat<T extends { tags: Tag[]; fields: HeaderFields<unknown> }>(header: TextHeader<T>): Format {
  const { id, label, mediaType, extensions, verified, isHeader, read } = header
  const layOut = (text: T) => text.fields.locate(() => header.layOut(text))
  const factsOf = (text: T) => header.facts?.(text) ?? []
  return {
    id,
    label,
    mediaType,
    extensions,
    verified,
    sniff: (_name, head) => isHeader(head),

    async scan(file, find, _siblings, source) {
      const text = await read(file.source)
      const other = header.otherThanImage?.(text)
      if (!other) return scanRaw(file, [find, source], factsOf(text), () => layOut(text))
      const reason = `${label} ${other.what}: kept with its header, not displayed.`
      const data = dataOf(file.path, other.file, find)
      const role = other.isRaw ? 'raw' : 'index'
      return { seriesKey: file.path, role, companions: data ? [data] : [], facts: factsOf(text), reason }
    },

    async open(files) {
      const heads = await Promise.all(files.map(({ source }) => source.read(0, Math.min(headBytes, source.size))))
      const file = files[heads.findIndex(isHeader)]
      if (!file) throw new ImagingError('not-this-format', `No file here starts like the header of ${label}.`, 0)
      const text = await read(file.source)
      const other = header.otherThanImage?.(text)
      if (other) throw new ImagingError('unsupported', `${file.path} describes ${other.what}, not an image.`)
      return { facts: factsOf(text), tags: async () => text.tags, ...(await openRaw(layOut(text), file, files)) }
    },
  }
}

/** Batch path of the data file of something that is not displayed; nothing is asked of its name. */
function dataOf(headerPath: string, name: string | undefined, find: (path: string) => string | undefined) {
  try {
    const path = name && find(companionPath(headerPath, name))
    return path === headerPath ? undefined : path
  } catch {
    return undefined
  }
}

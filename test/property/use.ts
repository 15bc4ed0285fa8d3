import { expect } from 'vitest'
import { ImagingError } from '#imaging/errors.ts'
import type { FileEntry } from '#imaging/format.ts'
import { formatById } from '#imaging/formats/index.ts'
import { planeBytes, planeCount } from '#imaging/header.ts'
import { recognise } from '#imaging/recognise.ts'
import { thumbnail } from '#imaging/render/thumbnail.ts'
import { memorySource } from '#imaging/source.ts'

export interface Bytes {
  path: string
  bytes: Uint8Array
}

/** Opens what is recognised and reads some of everything; counts the bytes read. */
export async function use(files: Bytes[]): Promise<{ asked: number; opened: number }> {
  let asked = 0
  const entries: FileEntry[] = files.map(({ path, bytes }) => {
    const source = memorySource(bytes)
    const read = async (offset: number, length: number) => {
      const found = await source.read(offset, length)
      asked += length
      return found
    }
    return { path, source: { size: source.size, read } }
  })
  const size = files.reduce((sum, { bytes }) => sum + bytes.length, 0)
  const { series, attachments } = await recognise(entries)
  const seen = [...series.flatMap((one) => one.files), ...attachments.map(({ path }) => path)]
  expect(new Set(seen)).toEqual(new Set(files.map(({ path }) => path)))

  let opened = 0
  for (const candidate of series) {
    try {
      const reader = await formatById(candidate.format)!.open(
        entries.filter(({ path }) => candidate.files.includes(path)),
      )
      const { header } = reader
      expect(JSON.parse(JSON.stringify(header))).toEqual(header)
      const count = planeCount(header)
      // Nothing may be announced that the bytes cannot hold, not even deflated.
      expect(count * planeBytes(header)).toBeLessThanOrEqual(size * 1032)
      await reader.tags()
      for (const k of new Set([0, 1, count >> 1, count - 1])) {
        if (k < count) expect((await reader.plane(k)).length).toBe(planeBytes(header))
      }
      await thumbnail(reader, { size: 16 })
      opened++
    } catch (error) {
      if (!(error instanceof ImagingError)) throw error
      expect(error.message).toMatch(/\S+ \S+/)
    }
  }
  return { asked, opened }
}

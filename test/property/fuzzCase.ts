import assert from 'node:assert/strict'
import { bunzippedBound } from '#imaging/bunzip.ts'
import { ImagingError } from '#imaging/errors.ts'
import type { ImagingErrorCode } from '#imaging/errors.ts'
import type { FileEntry, Format } from '#imaging/format.ts'
import { formatById, formats } from '#imaging/formats/index.ts'
import { planeBytes, planeCount } from '#imaging/header.ts'
import { recognise } from '#imaging/recognise.ts'
import { thumbnail } from '#imaging/render/thumbnail.ts'
import { memorySource } from '#imaging/source.ts'
import type { ByteSource } from '#imaging/source.ts'

export interface Bytes {
  path: string
  bytes: Uint8Array
}

/** What a reader asked of its files. */
interface Reads {
  count: number
  bytes: number
}

/** Most bytes that may be read of files of `size` bytes: each of them a bounded number of times. */
export const mostReads = (size: number): number => size * 200 + 2 ** 20

const codes: readonly ImagingErrorCode[] = [
  'truncated',
  'malformed',
  'unsupported',
  'too-large',
  'missing-companion',
  'not-this-format',
]

/** A source that counts what is read, answers nothing outside of the file, and fails for ranges that are no whole numbers. */
function recorded(bytes: Uint8Array, reads: Reads): ByteSource {
  const source = memorySource(bytes)
  return {
    size: source.size,
    async read(offset, length) {
      assert.ok(
        Number.isInteger(offset) && Number.isInteger(length) && offset >= 0 && length >= 0,
        `a reader asked for ${length} bytes at ${offset}`,
      )
      reads.count++
      const answer = await source.read(offset, length)
      reads.bytes += length
      return answer
    },
  }
}

/** `recognise` keeps a file whatever a format throws; here, what is no ImagingError is handed to `fault`. */
const watched = (fault: (error: unknown) => void): Format[] =>
  formats.map((format) => ({
    ...format,
    async scan(...given) {
      try {
        return await format.scan(...given)
      } catch (error) {
        if (!(error instanceof ImagingError)) fault(error)
        throw error
      }
    },
  }))

/**
 * Recognises the files as a batch, opens what is found and reads some of everything. Fails for anything but a sound image
 * or a sound ImagingError.
 * @returns series that could be opened, and how much was read
 */
export async function useFiles(files: readonly Bytes[]): Promise<{ opened: number; reads: Reads }> {
  const reads: Reads = { count: 0, bytes: 0 }
  const entries: FileEntry[] = files.map(({ path, bytes }) => ({ path, source: recorded(bytes, reads) }))
  const size = files.reduce((sum, { bytes }) => sum + bytes.length, 0)
  const faults: unknown[] = []
  const { series, attachments } = await recognise(
    entries,
    watched((error) => faults.push(error)),
  )
  if (faults.length > 0) throw faults[0]
  const seen = new Set([...series.flatMap((one) => one.files), ...attachments.map(({ path }) => path)])
  assert.deepEqual([...seen].toSorted(), files.map(({ path }) => path).toSorted(), 'no file is lost or made up')
  for (const { reason } of attachments) sentence(reason)
  for (const { problem, facts, conflicts } of series) {
    if (problem) sound(problem, files)
    plain({ facts, conflicts }, 'the facts are')
  }

  let opened = 0
  for (const candidate of series) {
    try {
      const reader = await formatById(candidate.format)!.open(
        entries.filter(({ path }) => candidate.files.includes(path)),
        candidate.part,
      )
      const { header } = reader
      plain({ header, facts: reader.facts }, 'header and facts are')
      for (const warning of header.warnings) sentence(warning)
      const count = planeCount(header)
      const tags = await reader.tags()
      // Nothing may be announced that the bytes cannot hold, not even compressed: Zstandard makes at most 32768 bytes of one, and bits are served as bytes; in
      // fax coding (TIFF compression 2 to 4) a line like the one above takes one bit, however wide it is.
      const isFax = tags.some(({ key, value }) => key === 'IFD0/Compression' && ['2', '3', '4'].includes(value))
      const isBzip2 = tags.some(({ key, value }) => key === 'encoding' && value.startsWith('bz'))
      const most = isBzip2 ? bunzippedBound(size) : isFax ? size * 8 * header.shape.x : size * 32768 * 8
      assert.ok(planeBytes(header) <= most, `${size} bytes hold no plane of ${planeBytes(header)}`)
      assert.ok(count <= (isBzip2 ? most : size * 1032), `${size} bytes hold no ${count} planes`)
      for (const k of new Set([0, 1, count >> 1, count - 1])) {
        if (k < count) assert.equal((await reader.plane(k)).length, planeBytes(header))
      }
      const direct = reader.direct()
      if (direct) {
        const end = direct.offset + count * planeBytes(header)
        const held = files.find(({ path }) => path === entriesOf(candidate.files, entries)[direct.file]?.path)?.bytes
          .length
        assert.ok(held !== undefined && end <= held, `direct planes end at ${end}, the file at ${held}`)
      }
      await thumbnail(reader, { size: 16 })
      opened++
    } catch (error) {
      if (!(error instanceof ImagingError)) throw error
      sound(error, files)
    }
  }
  return { opened, reads }
}

const entriesOf = (paths: string[], entries: FileEntry[]) => entries.filter(({ path }) => paths.includes(path))

/** No number that is none, nothing that gets lost on the way to the browser or to the database. */
const plain = (data: object, what: string) =>
  assert.deepEqual(JSON.parse(JSON.stringify(data)), data, `${what} plain data`)

function sentence(text: string): void {
  assert.match(text, /\S+ \S+/, 'people are told in words')
  // Words of the engine, not of ours: a fault that was caught and passed on, or a number that is none.
  assert.doesNotMatch(
    text,
    /\bundefined\b|\[object |is not a function|not iterable|Cannot (read|set|convert)|Invalid (typed )?array|out of bounds|Maximum call stack|\bNaN\b|\bInfinity\b/,
    text,
  )
}

function sound(
  error: { code: ImagingErrorCode; message: string; offset?: number | undefined },
  files: readonly Bytes[],
): void {
  assert.ok(codes.includes(error.code), error.code)
  sentence(error.message)
  if (error.offset !== undefined)
    assert.ok(Number.isSafeInteger(error.offset) && error.offset >= 0, `offset ${error.offset} of ${files[0]?.path}`)
}

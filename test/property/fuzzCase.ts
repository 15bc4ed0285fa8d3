import assert from 'node:assert/strict'
import { bunzippedBound } from '#imaging/bunzip.ts'
import { ImagingError } from '#imaging/errors.ts'
import type { ImagingErrorCode } from '#imaging/errors.ts'
import type { FileEntry } from '#imaging/format.ts'
import { formatById } from '#imaging/formats/index.ts'
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

/**
 * Recognises the files as a batch, opens what is found and reads some of everything. Fails for anything but a sound image
 * or a sound ImagingError.
 * @returns series that could be opened, and how much was read
 */
export async function useFiles(files: readonly Bytes[]): Promise<{ opened: number; reads: Reads }> {
  const reads: Reads = { count: 0, bytes: 0 }
  const entries: FileEntry[] = files.map(({ path, bytes }) => ({ path, source: recorded(bytes, reads) }))
  const size = files.reduce((sum, { bytes }) => sum + bytes.length, 0)
  const { series, attachments } = await recognise(entries)
  const seen = new Set([...series.flatMap((one) => one.files), ...attachments.map(({ path }) => path)])
  assert.deepEqual([...seen].toSorted(), files.map(({ path }) => path).toSorted(), 'no file is lost or made up')
  for (const { reason } of attachments) sentence(reason)
  for (const { problem } of series) if (problem) sound(problem, files)

  let opened = 0
  for (const candidate of series) {
    try {
      const reader = await formatById(candidate.format)!.open(
        entries.filter(({ path }) => candidate.files.includes(path)),
      )
      const { header } = reader
      assert.deepEqual(JSON.parse(JSON.stringify(header)), header, 'the header is plain data')
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

function sentence(text: string): void {
  assert.match(text, /\S+ \S+/, 'people are told in words')
  // Words of the engine, not of ours: a fault that was caught and passed on.
  assert.doesNotMatch(
    text,
    /undefined|is not a function|Cannot read prop|Invalid (typed )?array|Maximum call stack|\bNaN\b.*bytes/,
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
    assert.ok(Number.isFinite(error.offset) && error.offset >= 0, `offset ${error.offset} of ${files[0]?.path}`)
}

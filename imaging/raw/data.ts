import { bunzipSource } from '../bunzip.ts'
import { ImagingError } from '../errors.ts'
import type { FileEntry } from '../format.ts'
import type { ForwardSource } from '../forward.ts'
import { gunzipSource, isGzip, unzlibSource } from '../gunzip.ts'
import type { SampleType } from '../header.ts'
import { checkRange } from '../source.ts'
import type { ByteSource } from '../source.ts'
import { decodedBound } from './encoding.ts'
import type { Encoding } from './encoding.ts'
import { hexSource, textSource } from './numbers.ts'

/** Where the samples of an array are, as headers say it. Several files hold equal parts, in order. */
export interface DataPlan {
  encoding: Encoding
  /** Bytes of all samples, decoded. */
  bytes: number
  /** Number of files. */
  count: number
  /** Offset in each file where data may begin. */
  start: number
  /** Lines to leave out after that, before decoding. */
  lineSkip: number
  /** Bytes to leave out after that; of what is decoded when it is compressed. -1: the data are the last bytes. */
  byteSkip: number
  /** Type in which numbers written as text are served. */
  type: SampleType
}

export interface OpenData {
  source: ByteSource
  /** Of the first sample in the source. */
  offset: number
}

const mostSkippedLineBytes = 16 * 2 ** 20
const mostSkippedBytes = 64 * 2 ** 20

const partBytes = ({ bytes, count }: DataPlan) => bytes / count

/**
 * Refuses a file that is too small for its part.
 * @throws ImagingError 'truncated'
 */
export function checkPart(plan: DataPlan, path: string, size: number): void {
  const { encoding, start, byteSkip, type } = plan
  const most = decodedBound(encoding, size - start, type)
  const needed = partBytes(plan) + Math.max(0, byteSkip)
  if (needed <= most) return
  throw new ImagingError(
    'truncated',
    `The header announces ${needed} bytes of data from byte ${start}, but ${path} has ${size} bytes and can hold at most ${most}; bring the complete file again.`,
    size,
  )
}

/**
 * The samples of an array as one source. What is compressed or written as text can only be read forwards.
 * @throws ImagingError 'truncated', 'malformed', 'too-large'
 */
export async function openData(plan: DataPlan, files: readonly FileEntry[]): Promise<OpenData> {
  for (const { path, source } of files) checkPart(plan, path, source.size)
  if (files.length === 1) return openPart(plan, files[0]!)
  const length = partBytes(plan)
  // Only the part in use is open: each compressed one holds a piece of its output.
  let open: { index: number; part: Promise<OpenData> } | undefined
  const read = async (offset: number, wanted: number): Promise<Uint8Array> => {
    checkRange(plan.bytes, offset, wanted)
    const out = new Uint8Array(wanted)
    for (let done = 0; done < wanted;) {
      const index = Math.floor((offset + done) / length)
      const within = (offset + done) % length
      const take = Math.min(wanted - done, length - within)
      if (open?.index !== index) open = { index, part: openPart(plan, files[index]!) }
      const { source, offset: first } = await open.part
      out.set(await source.read(first + within, take), done)
      done += take
    }
    return out
  }
  return { source: { size: plan.bytes, read }, offset: 0 }
}

async function openPart(plan: DataPlan, { path, source }: FileEntry): Promise<OpenData> {
  const { encoding, byteSkip } = plan
  const length = partBytes(plan)
  const at = plan.lineSkip > 0 ? await afterLines(source, plan, path) : plan.start
  if (encoding === 'raw') {
    const offset = byteSkip < 0 ? source.size - length : at + byteSkip
    if (offset < at || offset + length > source.size) {
      throw new ImagingError(
        'truncated',
        `${path} should hold ${length} bytes of data from byte ${offset}, but has ${source.size} bytes; bring the complete file again.`,
        source.size,
      )
    }
    return { source, offset }
  }
  if (encoding === 'text' || encoding === 'hex') {
    const from = at + Math.max(0, byteSkip)
    return { source: encoding === 'text' ? textSource(source, from, plan.type) : hexSource(source, from), offset: 0 }
  }
  const decoded = await decompressed(encoding, source, at, path)
  if (byteSkip >= 0) return { source: decoded, offset: byteSkip }
  const total = await decoded.total(length + mostSkippedBytes)
  if (total < length) {
    throw new ImagingError(
      'truncated',
      `The compressed data of ${path} hold ${total} bytes where ${length} are needed; bring the complete file again.`,
      source.size,
    )
  }
  return { source: decoded, offset: total - length }
}

async function decompressed(
  encoding: 'gzip' | 'zlib' | 'bzip2',
  source: ByteSource,
  at: number,
  path: string,
): Promise<ForwardSource> {
  const head = await source.read(at, Math.min(3, Math.max(0, source.size - at)))
  if (encoding === 'bzip2') return bunzipSource(source, at)
  if (isGzip(head)) return gunzipSource(source, at)
  if (encoding === 'zlib') return unzlibSource(source, at)
  throw new ImagingError('malformed', `The data of ${path} should be gzip, but do not start like it.`, at)
}

/** Offset after `lineSkip` line ends. */
async function afterLines(source: ByteSource, { start, lineSkip }: DataPlan, path: string): Promise<number> {
  const stop = Math.min(source.size, start + mostSkippedLineBytes)
  let lines = 0
  for (let at = start; at < stop;) {
    const bytes = await source.read(at, Math.min(64 * 1024, stop - at))
    for (let i = 0; i < bytes.length; i++) {
      if (bytes[i] === 10 && ++lines === lineSkip) return at + i + 1
    }
    at += bytes.length
  }
  throw new ImagingError('truncated', `${path} has no ${lineSkip} lines before its data.`, stop)
}

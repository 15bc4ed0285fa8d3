import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { memorySource } from '#imaging/source.ts'
import type { FileEntry, SeriesReader } from '#imaging/format.ts'

/** What one format has to show: which sample files are its own, what is expected of each, and a file made on the spot. */
export interface FormatProfile {
  /** `Format.id`. */
  format: string
  /** Folders of the sample set that belong to this format, with the slash. */
  folders: readonly string[]
  /**
   * The sample files to open together for the facts of `path`; null when the facts of the path are empty because it is a
   * part of another.
   */
  parts(path: string): readonly string[] | null
  /** Sample files that are not read, each with the reason; the suite fails when one becomes readable or is gone. */
  notRead: Readonly<Record<string, string>>
  /** Compares an open series with what independent programs found of the sample `path`; uses `expect`. */
  check(reader: SeriesReader, expected: Record<string, unknown>, path: string): Promise<void>
  /** A small series made by our own writer. */
  generate(): Promise<FileEntry[]>
}

const root = '../shared/samples/'

/** Facts of every sample file, or null when the sample folder is absent. */
export function sampleFacts(): Record<string, { expected?: Record<string, unknown> }> | null {
  const path = `${root}expected.json`
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : null
}

export const sampleBytes = (path: string): Uint8Array => readFileSync(root + path)

/** A sample file as an entry of a batch. */
export const sampleFile = (path: string): FileEntry => ({ path, source: memorySource(sampleBytes(path)) })

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** All bytes of a stream. */
export async function collect(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const part of stream) parts.push(part)
  return Uint8Array.from(Buffer.concat(parts))
}

import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { strFromU8, unzipSync } from 'fflate'
import Fastify from 'fastify'
import { expect, test } from 'vitest'
import type { Context } from '#api/context.ts'
import { sendArchive } from '#api/modules/content/archive.ts'
import { safeName } from '#api/modules/content/names.ts'
import type { ArchiveEntry } from '#api/modules/content/archive.ts'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const contents = new Map(['one', 'two', 'three'].map((text) => [sha256(text), text]))
const ctx = {
  blobs: {
    createReadStream: async (hash: string) => {
      const text = contents.get(hash)
      if (text === undefined) throw new Error('no such blob')
      return Readable.from([Buffer.from(text)])
    },
  },
} as unknown as Context

const entry = (path: string, text = 'one', more: Partial<ArchiveEntry> = {}): ArchiveEntry => ({
  path,
  sha256: sha256(text),
  byteCount: text.length,
  modified: new Date('2024-05-06T07:08:10Z'),
  ...more,
})

async function archive(entries: ArchiveEntry[], name = 'Day 7', method: 'GET' | 'HEAD' = 'GET') {
  const app = Fastify()
  app.get('/', (request, reply) => sendArchive(ctx, request, reply, name, entries))
  return app.inject({ method, url: '/' })
}

test.each([0, 1, 900, 3000])('an archive of %i files is as long as announced and complete', async (count) => {
  const texts = [...contents.values()]
  const entries = Array.from({ length: count }, (_, i) =>
    entry(`a folder with a name/IM${i}.dcm`, texts[i % texts.length]),
  )
  const answer = await archive(entries)
  expect(answer.headers['content-length']).toBe(String(answer.rawPayload.length))
  const files = unzipSync(answer.rawPayload)
  expect(Object.keys(files).filter((path) => path.startsWith('Day 7/data/'))).toHaveLength(count)
  for (const line of strFromU8(files['Day 7/manifest-sha256.txt']!).split('\n').filter(Boolean)) {
    const [hash, path] = line.split('  ') as [string, string]
    expect(sha256(strFromU8(files[`Day 7/${path}`]!))).toBe(hash)
  }
  const head = await archive(entries, 'Day 7', 'HEAD')
  expect(head.headers['content-length']).toBe(answer.headers['content-length'])
  expect(head.rawPayload).toHaveLength(0)
})

test('files with equal names are both in it, also where case does not count', async () => {
  const answer = await archive([
    entry('a/scan.nii.gz', 'one'),
    entry('A/scan.nii.gz', 'two'),
    entry('a/scan.nii.gz', 'three'),
  ])
  const files = unzipSync(answer.rawPayload)
  expect(strFromU8(files['Day 7/data/a/scan.nii.gz']!)).toBe('one')
  expect(strFromU8(files['Day 7/data/A/scan (2).nii.gz']!)).toBe('two')
  expect(strFromU8(files['Day 7/data/a/scan (3).nii.gz']!)).toBe('three')
})

test('it is a bag: declared, and with escaped names in the manifest', async () => {
  const files = unzipSync((await archive([entry('100 %.txt')])).rawPayload)
  expect(strFromU8(files['Day 7/bagit.txt']!)).toBe('BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n')
  expect(strFromU8(files['Day 7/manifest-sha256.txt']!)).toBe(`${sha256('one')}  data/100 %25.txt\n`)
})

test('a file that cannot be read cuts the archive instead of ending it as if it were whole', async () => {
  const broken = entry('lost.dcm', 'one', { sha256: '0'.repeat(64) })
  await expect(archive([entry('there.dcm'), broken])).rejects.toThrow()
})

test('a file that is shorter than the catalogue says cuts the archive as well', async () => {
  await expect(archive([entry('short.dcm', 'one', { byteCount: 100 })])).rejects.toThrow()
})

test.each([
  ['../../etc/passwd', 'etc passwd'],
  ['U-87 MG: day 7 / 21', 'U-87 MG day 7 21'],
  ['...', 'files'],
  ['   ', 'files'],
  ['Zürich', 'Zürich'],
])('the name %j becomes %j', (name, safe) => {
  expect(safeName(name)).toBe(safe)
})

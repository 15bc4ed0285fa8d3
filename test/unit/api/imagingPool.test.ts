import { createHash } from 'node:crypto'
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ImagingError } from '#imaging/errors.ts'
import { phantom } from '#imaging/phantoms/index.ts'
import { writeNifti } from '#imaging/write/nifti.ts'
import { imagingPool } from '#api/imaging/pool.ts'
import type { ImagingPool } from '#api/imaging/pool.ts'
import { TaskEnded, TaskFailed } from '#api/imaging/threads.ts'
import type { ThreadPool } from '#api/imaging/threads.ts'
import type { RecogniseInput } from '#api/imaging/worker.ts'

let folder: string
let pool: ImagingPool

beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'vivarchive-pool-'))
  pool = imagingPool({ workers: 1, memoryMebibytes: 128, blobFolder: path.join(folder, 'blobs') })
  mkdirSync(path.join(folder, 'blobs'))
  writeFileSync(path.join(folder, 'secret'), 'x'.repeat(400))
})
afterAll(async () => {
  await pool.close()
  rmSync(folder, { recursive: true, force: true })
})

const blobs = () => path.join(folder, 'blobs')
function file(name: string, bytes: Uint8Array) {
  writeFileSync(path.join(blobs(), name), bytes)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return { path: name, blobPath: path.join(blobs(), name), byteCount: bytes.length, sha256 }
}
async function bytesOf(parts: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = []
  for await (const part of parts) all.push(part)
  return Buffer.concat(all)
}
const orderOf = (files: ReturnType<typeof file>[], more = {}) => ({
  files,
  format: 'nifti',
  modality: null,
  folder: path.join(folder, 'derived', files[0]!.path),
  byteLimit: 2 ** 40,
  ...more,
})

/** A NIfTI header that claims a plane of `side` x `side` bytes. */
function header(side: number): Buffer {
  const bytes = Buffer.alloc(352)
  bytes.writeInt32LE(348, 0)
  for (const [i, n] of [3, side, side, 1, 1, 1, 1, 1].entries()) bytes.writeInt16LE(n, 40 + 2 * i)
  bytes.writeInt16LE(2, 70)
  bytes.writeInt16LE(8, 72)
  bytes.writeFloatLE(352, 108)
  bytes.write('n+1\0', 344, 'latin1')
  return bytes
}

test('a batch is recognised, opened and derived; what is no image becomes an attachment', async () => {
  const image = phantom('mouse-mr', { seed: 2, resolution: 0.4 })
  const nifti = file('a.nii.gz', await bytesOf(writeNifti(image, { gzip: true })))
  const text = file('notes.txt', Buffer.from('nothing to see'))
  const shares: number[] = []
  const { series, attachments } = await pool.inspect([nifti, text], { onProgress: (share) => shares.push(share) })
  expect(series).toHaveLength(1)
  expect(series[0]).toMatchObject({ format: 'nifti', files: ['a.nii.gz'], header: { shape: image.header.shape } })
  expect(attachments.map((each) => each.path)).toEqual(['notes.txt'])
  expect(shares.at(-1)).toBe(1)

  const first = await pool.derive(orderOf([nifti]))
  const planes = readFileSync(path.join(folder, 'derived/a.nii.gz', `${first.revision}.planes`))
  expect(planes.equals(Buffer.concat([...image.planes()].map((p) => Buffer.from(p))))).toBe(true)
  expect(readdirSync(path.join(folder, 'derived/a.nii.gz')).filter((name) => name.endsWith('.part'))).toEqual([])
  expect((await pool.derive(orderOf([nifti]))).revision).toBe(first.revision)
})

test('a file that inflates to more than a thread may hold ends with a sentence, and the pool goes on', async () => {
  const side = 16_384
  const bomb = file('bomb.nii.gz', gzipSync(Buffer.concat([header(side), Buffer.alloc(side * side)]), { level: 9 }))
  expect(bomb.byteCount).toBeLessThan(2 ** 19)
  await expect(pool.derive(orderOf([bomb]))).rejects.toThrow(/128 MiB/)
  const small = file('small.nii', Buffer.concat([header(16), Buffer.alloc(256)]))
  expect((await pool.derive(orderOf([small]))).byteCount).toBe(256)
})

test('an image beyond the limit is refused before anything is written', async () => {
  const large = file('large.nii.gz', gzipSync(Buffer.concat([header(2000), Buffer.alloc(4_000_000)])))
  const error = await pool.derive(orderOf([large], { byteLimit: 2 ** 20 })).catch((e: unknown) => e)
  expect(error).toBeInstanceOf(ImagingError)
  expect(error).toMatchObject({ code: 'too-large' })
})

test('a truncated file leaves nothing behind', async () => {
  const whole = Buffer.concat([header(64), Buffer.alloc(4096)])
  const cut = file('cut.nii.gz', gzipSync(whole).subarray(0, 40))
  await expect(pool.derive(orderOf([cut]))).rejects.toBeInstanceOf(ImagingError)
  const left = statSync(path.join(folder, 'derived/cut.nii.gz'), { throwIfNoEntry: false })
  if (left) expect(readdirSync(path.join(folder, 'derived/cut.nii.gz'))).toEqual([])
})

test('threads read nothing outside the blob folder and follow no link out of it', async () => {
  const outside = { path: 'x.nii', blobPath: path.join(blobs(), '../secret'), byteCount: 400, sha256: '0'.repeat(64) }
  await expect(pool.derive(orderOf([outside]))).rejects.toThrow()
  symlinkSync(path.join(folder, 'secret'), path.join(blobs(), 'link'))
  const { attachments } = await pool.inspect([{ ...outside, blobPath: path.join(blobs(), 'link') }])
  expect(attachments[0]?.reason).toMatch(/ELOOP|cannot be read/)
})

// From here on with threads that only answer, because no real file makes a reader hang.
const unused = { workers: 1, memoryMebibytes: 1, blobFolder: '/' }
const listed = ['a', 'b', 'c'].map((name) => ({ path: name, blobPath: `/${name}`, byteCount: 1 }))
const answering = (run: ThreadPool['run']) => imagingPool(unused, { run, close: async () => undefined })
const candidate = { format: 'nifti', seriesKey: 'k', files: ['a'], facts: [], conflicts: [] }

test('a file that ends its thread is left out and told why; the rest of the batch is read', async () => {
  const tries: RecogniseInput[] = []
  const { attachments } = await answering(async (_name, input) => {
    const { files, refused } = input as RecogniseInput
    tries.push({ files, refused: new Map(refused) })
    for (const item of [0, 2]) if (!refused.has(item)) throw new TaskEnded('time', `file ${item} hangs`, item)
    return { series: [], attachments: [...refused].map(([i, reason]) => ({ path: files[i]!.path, reason })) }
  }).inspect(listed)
  expect(tries).toHaveLength(3)
  expect(attachments).toEqual([
    { path: 'a', reason: 'file 0 hangs' },
    { path: 'c', reason: 'file 2 hangs' },
  ])
})

test.each([
  [new TaskFailed('It ends early.', 'truncated'), 'truncated', /ends early/],
  [new TaskFailed('x is undefined', undefined), 'unsupported', /reader failed.*x is undefined/],
  [new TaskEnded('memory', 'Reading was stopped: too much memory.', -1), 'too-large', /memory/],
  [new TaskEnded('time', 'Reading was stopped: too long.', -1), 'unsupported', /too long/],
])('a series that cannot be opened keeps its place in the plan: %s', async (error, code, message) => {
  const { series } = await answering(async (name) => {
    if (name === 'describe') throw error
    return { series: [candidate], attachments: [] }
  }).inspect(listed)
  expect(series[0]).toMatchObject({ header: null, problem: { code, message: expect.stringMatching(message) } })
})

test('a batch that was cancelled is not taken for a bad one', async () => {
  const cancelled = answering(async () => {
    throw new TaskEnded('cancelled', 'Reading was cancelled.', 1)
  })
  await expect(cancelled.inspect(listed)).rejects.toMatchObject({ reason: 'cancelled' })
})

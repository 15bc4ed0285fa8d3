/** What every blob store must do, written against the contract alone. A new driver adds one line to `drivers`. */
import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { BlobStore } from '#api/storage/blobStore.ts'
import { diskStore } from '#api/storage/disk.ts'

const drivers: [name: string, open: (folder: string) => Promise<BlobStore>][] = [['disk', diskStore]]

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const chunked = (bytes: Uint8Array, size: number) =>
  Readable.from(
    (function* () {
      for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size)
    })(),
  )

describe.each(drivers)('blob store: %s', (_name, openStore) => {
  let folder: string
  let store: BlobStore
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'vivarchive-blobs-'))
    store = await openStore(folder)
  })
  afterEach(async () => {
    await store.close()
    await rm(folder, { recursive: true, force: true })
  })
  const put = async (bytes: Uint8Array) => store.commit(await store.stage(chunked(bytes, 1000)))
  const all = async () => {
    const items = []
    for await (const item of store.list()) items.push(item)
    return items.toSorted((a, b) => a.sha256.localeCompare(b.sha256))
  }

  it('gives back what it was given, under its hash', async () => {
    const bytes = randomBytes(70_001)
    const facts = await put(bytes)
    expect(facts).toEqual({ sha256: sha256(bytes), byteCount: 70_001 })
    expect(await buffer(await store.createReadStream(facts.sha256))).toEqual(bytes)
    expect(await readFile(await store.localFile(facts.sha256))).toEqual(bytes)
    expect(await store.stat(facts.sha256)).toMatchObject({ byteCount: 70_001 })
    expect(await all()).toEqual([facts])
  })

  it('keeps an empty blob', async () => {
    const facts = await put(new Uint8Array(0))
    expect(facts.byteCount).toBe(0)
    expect(await buffer(await store.createReadStream(facts.sha256))).toEqual(Buffer.alloc(0))
    const reader = await store.open(facts.sha256)
    expect(await reader.read(0, 0)).toEqual(new Uint8Array(0))
    await reader.close()
  })

  it('shows nothing before commit, and nothing of what was discarded', async () => {
    const bytes = randomBytes(100)
    const staged = await store.stage(chunked(bytes, 10))
    expect(await store.stat(staged.sha256)).toBeNull()
    expect(await all()).toEqual([])
    await expect(store.open(staged.sha256)).rejects.toMatchObject({ kind: 'gone' })
    await expect(store.createReadStream(staged.sha256)).rejects.toMatchObject({ kind: 'gone' })
    await expect(store.localFile(staged.sha256)).rejects.toMatchObject({ kind: 'gone' })
    await store.discard(staged)
    expect(await readdir(store.stagingFolder)).toEqual([])
    await expect(store.commit(staged)).rejects.toThrow()
    expect(await all()).toEqual([])
  })

  it('keeps one blob of equal bytes, however often and at the same time they come', async () => {
    const bytes = randomBytes(5000)
    const facts = await Promise.all(Array.from({ length: 8 }, () => put(bytes)))
    expect(new Set(facts.map((f) => f.sha256)).size).toBe(1)
    expect(await all()).toEqual([{ sha256: sha256(bytes), byteCount: 5000 }])
    expect(await readdir(store.stagingFolder)).toEqual([])
    expect(await buffer(await store.createReadStream(sha256(bytes)))).toEqual(bytes)
  })

  it('renews the age of a blob that comes again', async () => {
    const bytes = randomBytes(10)
    const { sha256: name } = await put(bytes)
    const first = (await store.stat(name))!.storedAt.getTime()
    await put(bytes)
    expect((await store.stat(name))!.storedAt.getTime()).toBeGreaterThanOrEqual(first)
    expect(Math.abs(Date.now() - first)).toBeLessThan(60_000)
  })

  it('refuses staged bytes that changed their length', async () => {
    const staged = await store.stage(chunked(randomBytes(100), 100))
    await rm(staged.path)
    await writeFile(staged.path, randomBytes(99))
    await expect(store.commit(staged)).rejects.toMatchObject({ kind: 'conflict' })
    expect(await all()).toEqual([])
  })

  it('stops a stream at its limit and leaves nothing behind', async () => {
    await expect(store.stage(chunked(randomBytes(101), 50), 100)).rejects.toMatchObject({ kind: 'tooLarge' })
    expect((await store.stage(chunked(randomBytes(100), 50), 100)).byteCount).toBe(100)
    expect(await readdir(store.stagingFolder)).toHaveLength(1)
  })

  it('leaves nothing behind when the stream breaks', async () => {
    const broken = Readable.from(
      (async function* () {
        yield randomBytes(10)
        throw new Error('the line went dead')
      })(),
    )
    await expect(store.stage(broken)).rejects.toThrow('the line went dead')
    expect(await readdir(store.stagingFolder)).toEqual([])
  })

  it('reads any range like a slice of the bytes', async () => {
    const bytes = randomBytes(3000)
    const { sha256: name } = await put(bytes)
    const reader = await store.open(name)
    const range = fc.tuple(fc.nat(3000), fc.nat(3000)).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const)
    await fc.assert(
      fc.asyncProperty(range, async ([start, end]) => {
        expect(Buffer.from(await reader.read(start, end - start))).toEqual(bytes.subarray(start, end))
        expect(await buffer(await store.createReadStream(name, { start, end }))).toEqual(bytes.subarray(start, end))
      }),
      { numRuns: 60 },
    )
    await reader.close()
  })

  it('refuses ranges outside of the blob', async () => {
    const { sha256: name } = await put(randomBytes(10))
    const reader = await store.open(name)
    for (const [offset, length] of [
      [0, 11],
      [10, 1],
      [-1, 1],
      [5, -1],
      [Number.NaN, 1],
    ] as const) {
      await expect(reader.read(offset, length)).rejects.toBeInstanceOf(RangeError)
    }
    await expect(store.createReadStream(name, { start: 0, end: 11 })).rejects.toBeInstanceOf(RangeError)
    await expect(store.createReadStream(name, { start: 5, end: 4 })).rejects.toBeInstanceOf(RangeError)
    await reader.close()
  })

  it('lets an open reader finish when the blob is removed', async () => {
    const bytes = randomBytes(100)
    const { sha256: name } = await put(bytes)
    const [one, two] = [await store.open(name), await store.open(name)]
    expect(await store.remove(name)).toBe(true)
    expect(await store.remove(name)).toBe(false)
    await one.close()
    expect(Buffer.from(await two.read(0, 100))).toEqual(bytes)
    await two.close()
    await expect(store.open(name)).rejects.toMatchObject({ kind: 'gone' })
    expect(await store.stat(name)).toBeNull()
    await put(bytes)
    const again = await store.open(name)
    expect(Buffer.from(await again.read(0, 100))).toEqual(bytes)
    await again.close()
  })

  it('serves many blobs side by side without running out of open files', async () => {
    const names = await Promise.all(Array.from({ length: 400 }, (_, i) => put(Buffer.from(`blob ${i}`))))
    const readers = await Promise.all(names.map((n) => store.open(n.sha256)))
    await Promise.all(readers.map((reader) => reader.close()))
    const again = await Promise.all(
      names.map(async ({ sha256: name, byteCount }) => {
        const reader = await store.open(name)
        const text = Buffer.from(await reader.read(0, byteCount)).toString()
        await reader.close()
        return text
      }),
    )
    expect(again).toEqual(names.map((_, i) => `blob ${i}`))
  })

  it('never leaves its folder, whatever it is asked for', async () => {
    await writeFile(path.join(folder, 'secret'), 'secret')
    const names = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '../../secret',
        '..',
        '',
        'a'.repeat(63),
        'A'.repeat(64),
        `${'a'.repeat(64)}\n`,
        `../${'a'.repeat(64)}`,
      ),
    )
    await fc.assert(
      fc.asyncProperty(names, async (name) => {
        fc.pre(!/^[0-9a-f]{64}$/.test(name))
        const asked: (() => Promise<unknown>)[] = [
          async () => store.open(name),
          async () => store.createReadStream(name),
          async () => store.localFile(name),
          async () => store.stat(name),
          async () => store.remove(name),
        ]
        for (const ask of asked) await expect(ask()).rejects.toMatchObject({ kind: 'invalid' })
      }),
    )
    const staged = await store.stage(chunked(randomBytes(10), 10))
    await expect(store.commit({ ...staged, sha256: '../../../tmp/x' })).rejects.toMatchObject({ kind: 'invalid' })
    expect(await readFile(path.join(folder, 'secret'), 'utf8')).toBe('secret')
  })
})

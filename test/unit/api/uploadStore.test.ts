import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { UploadStore, type UploadRecord } from '#api/modules/uploads/uploadStore.ts'

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const day = 24 * 3600 * 1000

let folder: string
beforeEach(async () => void (folder = await mkdtemp(path.join(tmpdir(), 'vivarchive-uploads-'))))
afterEach(() => rm(folder, { recursive: true, force: true }))

/** A store as a process finds it at its start. */
const started = async (): Promise<UploadStore> => {
  const store = new UploadStore(folder)
  await store.prepare()
  return store
}
const record = (size: number, more: Partial<UploadRecord> = {}): UploadRecord => ({
  id: randomBytes(16).toString('hex'),
  importId: 'import',
  path: 'a',
  size,
  metadata: { path: 'a' },
  offset: 0,
  createdAt: new Date().toISOString(),
  finished: false,
  ...more,
})
const begin = async (store: UploadStore, made: UploadRecord, atOnce = false) => {
  await store.announce(made, atOnce)
  await store.create({ id: made.id, size: made.size, offset: 0 } as never)
  return made.id
}
const broken = (bytes: Uint8Array) =>
  Readable.from(
    (async function* () {
      yield bytes
      throw new Error('the line went dead')
    })(),
  )
const age = async (name: string, milliseconds: number) => {
  const then = new Date(Date.now() - milliseconds)
  await utimes(path.join(folder, name), then, then)
}

describe('upload store', () => {
  it('goes on in another process with the right hash', async () => {
    const bytes = randomBytes(2_500_000)
    const first = await started()
    const id = await begin(first, record(bytes.length))
    expect(await first.write(Readable.from([bytes.subarray(0, 1_200_000)]), id, 0)).toBe(1_200_000)
    const second = await started()
    expect((await second.getUpload(id)).offset).toBe(1_200_000)
    expect(await second.write(Readable.from([bytes.subarray(1_200_000)]), id, 1_200_000)).toBe(bytes.length)
    const third = await started()
    const staged = await third.staged(await third.record(id))
    expect(staged).toMatchObject({ sha256: sha256(bytes), byteCount: bytes.length })
    expect(await readFile(staged.path)).toEqual(bytes)
  })

  it('trusts a part of a dead process only as far as it was surely written', async () => {
    const bytes = randomBytes(1000)
    const id = await begin(await started(), record(1000))
    const first = await started()
    await first.write(Readable.from([bytes.subarray(0, 400)]), id, 0)
    // Bytes that came after the last checkpoint, and are garbage.
    await writeFile(path.join(folder, `${id}.part`), Buffer.concat([bytes.subarray(0, 400), randomBytes(300)]))
    const second = await started()
    expect((await second.getUpload(id)).offset).toBe(400)
    await second.write(Readable.from([bytes.subarray(400)]), id, 400)
    expect((await second.staged(await second.record(id))).sha256).toBe(sha256(bytes))
    expect((await stat(path.join(folder, `${id}.part`))).size).toBe(1000)
  })

  it('keeps what came before the stream broke', async () => {
    const bytes = randomBytes(1000)
    const store = await started()
    const id = await begin(store, record(1000))
    await expect(store.write(broken(bytes.subarray(0, 600)), id, 0)).rejects.toThrow('the line went dead')
    expect((await store.getUpload(id)).offset).toBe(600)
    await store.write(Readable.from([bytes.subarray(600)]), id, 600)
    expect((await store.staged(await store.record(id))).sha256).toBe(sha256(bytes))
  })

  it('makes checkpoints in long streams', async () => {
    const block = Buffer.alloc(2 ** 20)
    const store = await started()
    const id = await begin(store, record(130 * 2 ** 20))
    const seen: number[] = []
    const stream = Readable.from(
      (async function* () {
        for (let i = 0; i < 130; i++) {
          yield block
          seen.push((await (await started()).record(id)).offset)
        }
      })(),
    )
    await store.write(stream, id, 0)
    expect(new Set(seen)).toEqual(new Set([0, 64 * 2 ** 20, 128 * 2 ** 20]))
  }, 60_000)

  it('leaves nothing of a file that was to come whole and did not', async () => {
    const store = await started()
    const id = await begin(store, record(1000), true)
    await expect(store.write(broken(randomBytes(10)), id, 0)).rejects.toThrow('the line went dead')
    expect(await readdir(folder)).toEqual([])
    await expect(store.record(id)).rejects.toMatchObject({ status_code: 404 })
  })

  it('remembers a finished upload without its bytes, until it expires', async () => {
    const store = await started()
    const id = await begin(store, record(3))
    await store.write(Readable.from([Buffer.from('abc')]), id, 0)
    const found = await store.record(id)
    const staged = await store.staged(found)
    await rm(staged.path)
    await store.finish(found)
    const next = await started()
    expect(await next.getUpload(id)).toMatchObject({ offset: 3, size: 3 })
    expect(await next.record(id)).toMatchObject({ finished: true, hash: sha256(Buffer.from('abc')) })
    await age(`${id}.json`, 8 * day)
    expect(await next.deleteExpired()).toBe(1)
    expect(await readdir(folder)).toEqual([])
  })

  it('cleans up at its start: what expired and what nobody knows of, nothing else', async () => {
    const store = await started()
    const [kept, expired] = [await begin(store, record(10)), await begin(store, record(10))]
    await age(`${kept}.json`, 6 * day)
    await age(`${kept}.part`, 6 * day)
    await age(`${expired}.json`, 8 * day)
    await age(`${expired}.part`, 8 * day)
    const [orphan, young] = [randomBytes(16).toString('hex'), randomBytes(16).toString('hex')]
    for (const name of [`${orphan}.part`, `${young}.part`, `${orphan}.new`])
      await writeFile(path.join(folder, name), 'x')
    await age(`${orphan}.part`, day)
    await age(`${orphan}.new`, day)
    await started()
    expect((await readdir(folder)).toSorted()).toEqual([`${kept}.json`, `${kept}.part`, `${young}.part`].toSorted())
  })

  it.each(['../secret', 'secret', '', 'A'.repeat(32), `${'0'.repeat(32)}/x`])(
    'never reads outside of its folder: %j',
    async (id) => {
      await writeFile(path.join(folder, 'secret.json'), JSON.stringify(record(1)))
      const store = await started()
      await expect(store.record(id)).rejects.toMatchObject({ status_code: 404 })
      await expect(store.getUpload(id)).rejects.toMatchObject({ status_code: 404 })
      await expect(store.remove(id)).rejects.toMatchObject({ status_code: 404 })
    },
  )
})

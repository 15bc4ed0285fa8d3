import { randomBytes } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import path from 'node:path'
import { buffer } from 'node:stream/consumers'
import { Readable } from 'node:stream'
import { Upload, type UploadOptions } from 'tus-js-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSite, type Person, type TestSite } from '../help/app.ts'
import { begin, metadata, patchHeaders, sha256, tusHeaders, upload } from '../help/upload.ts'
import { makeWorld, type World } from '../help/world.ts'

let site: TestSite
let world: World
let importId: string
let address: string

beforeAll(async () => {
  site = await openSite({ VIVARCHIVE_MAX_FILE_GB: '1' })
  world = await makeWorld(site)
  importId = await newImport()
  await site.app.listen({ port: 0, host: '127.0.0.1' })
  address = `http://127.0.0.1:${(site.app.server.address() as { port: number }).port}`
}, 120_000)
afterAll(() => site.close())

const newImport = async (): Promise<string> => (await world.owner.make('imports', { studyId: world.p.studyId })).id
const files = async (id = importId) => (await world.owner.get(`imports/${id}/files?limit=200`)).json().items
const file = async (name: string, id = importId) => (await files(id)).find((f: { path: string }) => f.path === name)
const send = (person: Person, method: string, url: string, headers: Record<string, string>, payload?: Buffer) =>
  site.app.inject({
    method: method as 'PATCH',
    url,
    headers: { ...person.headers, ...headers },
    ...(payload && { payload }),
  })
const head = (url: string, person = world.owner) => send(person, 'HEAD', url, tusHeaders)
const patch = (url: string, offset: number, bytes: Buffer, person = world.owner) =>
  send(person, 'PATCH', url, patchHeaders(offset), bytes)
const stored = async (hash: string) => buffer(await site.ctx.blobs.createReadStream(hash))
const staging = () => readdir(path.join(site.folder, 'staging', 'uploads'))

describe('upload in one request', () => {
  it('makes the file visible with its hash, and leaves nothing behind', async () => {
    const bytes = randomBytes(200_000)
    const answer = await upload(world.owner, importId, 'one/a.img', bytes)
    expect(answer.statusCode).toBe(201)
    expect(answer.headers['upload-offset']).toBe('200000')
    expect(answer.headers.location).toMatch(/^\/api\/v1\/uploads\/[0-9a-f]{32}$/)
    expect(await file('one/a.img')).toMatchObject({ state: 'stored', byteCount: 200_000, sha256: sha256(bytes) })
    expect(await stored(sha256(bytes))).toEqual(bytes)
    expect(await staging()).toEqual([])
  })

  it('takes an empty file', async () => {
    expect((await upload(world.owner, importId, 'one/empty', Buffer.alloc(0))).statusCode).toBe(201)
    expect(await file('one/empty')).toMatchObject({ state: 'stored', byteCount: 0, sha256: sha256(Buffer.alloc(0)) })
  })

  it('accepts the announced hash in either case', async () => {
    const bytes = randomBytes(10)
    const answer = await upload(world.owner, importId, 'one/hash', bytes, { sha256: sha256(bytes).toUpperCase() })
    expect(answer.statusCode).toBe(201)
  })

  it('refuses bytes that are not the announced ones, and says so in the import', async () => {
    const bytes = randomBytes(10)
    const answer = await upload(world.owner, importId, 'one/wrong', bytes, { sha256: 'a'.repeat(64) })
    expect(answer.statusCode).toBe(422)
    expect(answer.headers['content-type']).toContain('application/problem+json')
    expect(answer.json().errors[0]).toMatchObject({ pointer: '/metadata/sha256', value: 'a'.repeat(64) })
    expect(await file('one/wrong')).toMatchObject({
      state: 'refused',
      sha256: null,
      problem: { detail: expect.stringContaining(sha256(bytes)) },
    })
    expect(await site.ctx.blobs.stat(sha256(bytes))).toBeNull()
    expect(await staging()).toEqual([])
  })

  it('replaces the file when it comes again, and a later refusal does not take it away', async () => {
    const [first, second] = [randomBytes(5), randomBytes(6)]
    await upload(world.owner, importId, 'one/again', first)
    await upload(world.owner, importId, 'one/again', second)
    await upload(world.owner, importId, 'one/again', randomBytes(7), { sha256: 'b'.repeat(64) })
    const found = (await files()).filter((f: { path: string }) => f.path === 'one/again')
    expect(found).toHaveLength(1)
    expect(found[0]).toMatchObject({ state: 'stored', sha256: sha256(second) })
  })

  it('keeps one blob of equal files', async () => {
    const bytes = randomBytes(50)
    await Promise.all(['one/x', 'one/y', 'one/z'].map((name) => upload(world.owner, importId, name, bytes)))
    expect((await files()).filter((f: { sha256: string }) => f.sha256 === sha256(bytes))).toHaveLength(3)
    expect(await stored(sha256(bytes))).toEqual(bytes)
  })

  it('takes many small files side by side', async () => {
    const id = await newImport()
    const sent = await Promise.all(
      Array.from({ length: 150 }, (_, i) => upload(world.owner, id, `small/${i}`, Buffer.from(`file ${i}`))),
    )
    expect(new Set(sent.map((answer) => answer.statusCode))).toEqual(new Set([201]))
    expect(await files(id)).toHaveLength(150)
    expect((await world.owner.get(`imports/${id}`)).json()).toMatchObject({ fileCount: 150 })
  })
})

describe('names of files', () => {
  it.each([
    '../../etc/passwd',
    '/etc/passwd',
    'C:\\boot.ini',
    'a\\..\\b',
    'a\0b',
    'a/../b',
    Array.from({ length: 501 }, () => 'x').join('/'),
  ])('refuses a path like no. %# and notes it', async (name) => {
    const id = await newImport()
    const answer = await upload(world.owner, id, name, Buffer.from('root'))
    expect(answer.statusCode).toBe(422)
    expect(answer.json()).toMatchObject({ code: 'invalid', errors: [{ pointer: '/metadata/path' }] })
    const noted = await files(id)
    expect(noted).toHaveLength(1)
    expect(noted[0]).toMatchObject({ state: 'refused', problem: { code: 'invalid', detail: answer.json().detail } })
    expect(noted[0].path).not.toMatch(/\p{Cc}/u)
    expect((await upload(world.owner, id, 'good.dcm', Buffer.from('x'))).statusCode).toBe(201)
    expect((await world.owner.get(`imports/${id}`)).json().fileCount).toBe(1)
  })

  it('gives a composed accent one spelling', async () => {
    const id = await newImport()
    await upload(world.owner, id, 'Ma\u0308use/1', Buffer.from('x'))
    expect((await files(id))[0].path).toBe('M\u00e4use/1')
  })

  it.each([
    [{ path: 'a' }, '/metadata/importId'],
    [{ importId: 'x', path: 'a' }, null],
    [{ importId: '', path: 'a' }, '/metadata/importId'],
  ])('needs an import: %j', async (values, pointer) => {
    const answer = await begin(world.owner, 1, values as Record<string, string>)
    expect(answer.statusCode).toBe(pointer ? 422 : 404)
    if (pointer) expect(answer.json().errors[0].pointer).toBe(pointer)
  })

  it('needs a path and a proper hash', async () => {
    expect((await begin(world.owner, 1, { importId })).json().errors[0].pointer).toBe('/metadata/path')
    expect((await begin(world.owner, 1, { importId, path: 'a', sha256: 'zz' })).json().errors[0].pointer).toBe(
      '/metadata/sha256',
    )
  })
})

describe('resumable upload', () => {
  it('goes on where it stopped', async () => {
    const bytes = randomBytes(300_000)
    const created = await begin(world.owner, bytes.length, { importId, path: 'parts/a', sha256: sha256(bytes) })
    expect(created.statusCode).toBe(201)
    expect(created.headers['upload-expires']).toBeDefined()
    const url = created.headers.location as string
    expect((await head(url)).headers['upload-offset']).toBe('0')
    expect((await patch(url, 0, bytes.subarray(0, 100_000))).statusCode).toBe(204)
    const half = await head(url)
    expect(half.headers).toMatchObject({
      'upload-offset': '100000',
      'upload-length': '300000',
      'cache-control': 'no-store',
    })
    expect(half.headers['upload-metadata']).toBe(metadata({ importId, path: 'parts/a', sha256: sha256(bytes) }))
    expect(await file('parts/a')).toBeUndefined()
    expect((await patch(url, 100_000, bytes.subarray(100_000))).headers['upload-offset']).toBe('300000')
    expect(await file('parts/a')).toMatchObject({ state: 'stored', sha256: sha256(bytes) })
    expect((await head(url)).headers['upload-offset']).toBe('300000')
    expect((await patch(url, 300_000, Buffer.alloc(0))).statusCode).toBe(204)
    expect((await send(world.owner, 'DELETE', url, tusHeaders)).statusCode).toBe(204)
    expect((await head(url)).statusCode).toBe(404)
    expect(await stored(sha256(bytes))).toEqual(bytes)
  })

  it.each([
    [5, 409, 'conflict'],
    [20, 409, 'conflict'],
  ])('refuses bytes at the wrong offset %i', async (offset, status, code) => {
    const url = (await begin(world.owner, 100, { importId, path: 'parts/offset' })).headers.location as string
    await patch(url, 0, randomBytes(10))
    const answer = await patch(url, offset, randomBytes(10))
    expect(answer.statusCode).toBe(status)
    expect(answer.json().code).toBe(code)
    expect((await head(url)).headers['upload-offset']).toBe('10')
  })

  it('refuses more bytes than were announced', async () => {
    const url = (await begin(world.owner, 10, { importId, path: 'parts/long' })).headers.location as string
    const answer = await patch(url, 0, randomBytes(11))
    expect(answer.statusCode).toBe(413)
    expect((await head(url)).headers['upload-offset']).toBe('0')
    expect(await file('parts/long')).toBeUndefined()
  })

  it('keeps what arrived before the line broke', async () => {
    const bytes = randomBytes(3_000_000)
    const url = (await begin(world.owner, bytes.length, { importId, path: 'parts/broken', sha256: sha256(bytes) }))
      .headers.location as string
    await new Promise<void>((resolve) => {
      const request = httpRequest(address + url, {
        method: 'PATCH',
        headers: { ...world.owner.headers, ...patchHeaders(0), 'content-length': String(bytes.length) },
      })
      request.on('error', () => resolve())
      request.write(bytes.subarray(0, 1_000_000), () => setTimeout(() => request.destroy(), 300))
    })
    let offset = 0
    for (let i = 0; i < 50 && offset === 0; i++) {
      offset = Number((await head(url)).headers['upload-offset'])
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    expect(offset).toBeGreaterThan(0)
    expect(offset).toBeLessThanOrEqual(1_000_000)
    expect((await patch(url, offset, bytes.subarray(offset))).statusCode).toBe(204)
    expect(await file('parts/broken')).toMatchObject({ state: 'stored', sha256: sha256(bytes) })
  })

  it('lets one of two clients win that send the same bytes at once', async () => {
    const bytes = randomBytes(100_000)
    const url = (await begin(world.owner, bytes.length, { importId, path: 'parts/twice', sha256: sha256(bytes) }))
      .headers.location as string
    const answers = await Promise.all([patch(url, 0, bytes), patch(url, 0, bytes), patch(url, 0, bytes)])
    expect(answers.map((answer) => answer.statusCode).toSorted()).toEqual([204, 409, 409])
    expect(await file('parts/twice')).toMatchObject({ sha256: sha256(bytes) })
  })

  it('works over a socket with a stream of unknown pace', async () => {
    const bytes = randomBytes(500_000)
    const url = (await begin(world.owner, bytes.length, { importId, path: 'parts/stream' })).headers.location as string
    const body = Readable.toWeb(
      Readable.from([bytes.subarray(0, 1), bytes.subarray(1, 300_000), bytes.subarray(300_000)]),
    ) as ReadableStream
    const answer = await fetch(address + url, {
      method: 'PATCH',
      headers: { ...world.owner.headers, ...patchHeaders(0) },
      body,
      duplex: 'half',
    } as RequestInit)
    expect(answer.status).toBe(204)
    expect(await file('parts/stream')).toMatchObject({ sha256: sha256(bytes) })
  })
})

describe('tus-js-client', () => {
  const client = (bytes: Buffer, name: string, more: Partial<UploadOptions> = {}) =>
    new Promise<Upload>((resolve, reject) => {
      const made = new Upload(bytes, {
        endpoint: `${address}/api/v1/uploads`,
        headers: world.owner.headers,
        metadata: { importId, path: name, sha256: sha256(bytes) },
        uploadDataDuringCreation: true,
        chunkSize: 100_000,
        retryDelays: [],
        onSuccess: () => resolve(made),
        onError: reject,
        ...more,
      })
      made.start()
    })

  it.each([
    ['one chunk', 50_000],
    ['several chunks', 450_000],
    ['no bytes', 0],
  ])('brings a file of %s', async (_words, size) => {
    const bytes = randomBytes(size)
    await client(bytes, `client/${size}`)
    expect(await file(`client/${size}`)).toMatchObject({ state: 'stored', sha256: sha256(bytes) })
  })

  it('goes on after it was stopped', async () => {
    const bytes = randomBytes(450_000)
    const url = await new Promise<string>((resolve, reject) => {
      const made = new Upload(bytes, {
        endpoint: `${address}/api/v1/uploads`,
        headers: world.owner.headers,
        metadata: { importId, path: 'client/stopped' },
        chunkSize: 100_000,
        onChunkComplete: (_size, sent) => {
          if (sent >= 200_000) void made.abort().then(() => resolve(made.url as string))
        },
        onError: reject,
      })
      made.start()
    })
    const sent: number[] = []
    await client(bytes, 'client/stopped', { uploadUrl: url, onChunkComplete: (_size, done) => sent.push(done) })
    expect(sent[0]).toBeGreaterThanOrEqual(300_000)
    expect(await file('client/stopped')).toMatchObject({ sha256: sha256(bytes) })
  })

  it('is told in words what is wrong', async () => {
    const refused = client(randomBytes(10), '../secret')
    await expect(refused).rejects.toThrow(/must not leave the dropped folder/)
  })
})

describe('limits', () => {
  it('refuses a file beyond the largest size before a byte is sent', async () => {
    const answer = await begin(world.owner, 2 ** 30 + 1, { importId, path: 'huge' })
    expect(answer.statusCode).toBe(413)
    expect(answer.json()).toMatchObject({ code: 'too-large', detail: expect.stringContaining('1 GiB') })
  })
  it.each([
    ['no length', {}],
    ['a negative length', { 'upload-length': '-1' }],
    ['words for a length', { 'upload-length': 'many' }],
    ['a length of unknown size', { 'upload-defer-length': '1' }],
  ])('refuses %s', async (_name, headers) => {
    const answer = await world.owner.post('uploads', undefined, {
      ...tusHeaders,
      'upload-metadata': metadata({ importId, path: 'a' }),
      ...(headers as Record<string, string>),
    })
    expect(answer.statusCode).toBeGreaterThanOrEqual(400)
    expect(answer.statusCode).toBeLessThan(500)
    expect(answer.headers['content-type']).toContain('application/problem+json')
  })
  it('tells what it can do, and wants the version of the protocol', async () => {
    const options = await send(world.owner, 'OPTIONS', '/api/v1/uploads', {})
    expect(options.headers).toMatchObject({ 'tus-version': '1.0.0', 'tus-max-size': String(2 ** 30) })
    expect(options.headers['tus-extension']).toBe('creation,creation-with-upload,termination,expiration')
    expect(options.headers['access-control-allow-origin']).toBeUndefined()
    const answer = await world.owner.post('uploads', undefined, { 'upload-length': '1' })
    expect(answer.statusCode).toBe(412)
    expect(answer.headers['tus-resumable']).toBe('1.0.0')
  })
})

describe('rights', () => {
  it('lets only editors of the project send files to an import', async () => {
    expect((await upload(world.editor, importId, 'rights/editor', Buffer.from('x'))).statusCode).toBe(201)
    expect((await upload(world.viewer, importId, 'rights/viewer', Buffer.from('x'))).statusCode).toBe(403)
    expect((await upload(world.stranger, importId, 'rights/stranger', Buffer.from('x'))).statusCode).toBe(404)
    expect((await upload(site.anonymous, importId, 'rights/nobody', Buffer.from('x'))).statusCode).toBe(401)
    expect((await files()).map((f: { path: string }) => f.path).filter((p: string) => p.startsWith('rights'))).toEqual([
      'rights/editor',
    ])
  })

  it('hides an upload from everybody else', async () => {
    const url = (await begin(world.owner, 10, { importId, path: 'rights/hidden' })).headers.location as string
    for (const [person, status] of [
      [world.stranger, 404],
      [world.otherOwner, 404],
      [site.anonymous, 401],
    ] as const) {
      expect((await head(url, person)).statusCode).toBe(status)
      expect((await patch(url, 0, Buffer.from('0123456789'), person)).statusCode).toBe(status)
      expect((await send(person, 'DELETE', url, tusHeaders)).statusCode).toBe(status)
    }
    expect((await patch(url, 0, Buffer.from('01234'), world.editor)).statusCode).toBe(204)
    expect((await head(url)).headers['upload-offset']).toBe('5')
    // Also when all of it is there and only its record stays.
    expect((await patch(url, 5, Buffer.from('56789'), world.editor)).statusCode).toBe(204)
    expect((await head(url, world.stranger)).statusCode).toBe(404)
    expect((await head(url, world.viewer)).statusCode).toBe(403)
    expect((await send(world.stranger, 'DELETE', url, tusHeaders)).statusCode).toBe(404)
    expect((await head(url, world.editor)).headers['upload-offset']).toBe('10')
  })

  it.each(['..%2F..%2Fsecret', 'secret', 'x'.repeat(32), '0'.repeat(32), '%00'])('knows no upload %s', async (id) => {
    const answer = await head(`/api/v1/uploads/${id}`)
    expect([404, 400, 422]).toContain(answer.statusCode)
  })

  it('ends when the import is over', async () => {
    const id = await newImport()
    const url = (await begin(world.owner, 10, { importId: id, path: 'a' })).headers.location as string
    await patch(url, 0, Buffer.from('01234'))
    expect((await world.owner.delete(`imports/${id}`)).statusCode).toBe(204)
    expect((await patch(url, 5, Buffer.from('56789'))).statusCode).toBe(410)
    expect((await head(url)).statusCode).toBe(404)
    expect((await upload(world.owner, id, 'b', Buffer.from('x'))).statusCode).toBe(410)
    expect(await files(id)).toEqual([])
  })
})

import { describe, expect, it } from 'vitest'
import { ImagingError } from '#imaging/errors.ts'
import { formatById, formats } from '#imaging/formats/index.ts'
import type { FileEntry } from '#imaging/format.ts'
import { planeBytes, planeCount } from '#imaging/header.ts'
import { recognise } from '#imaging/recognise.ts'
import { memorySource } from '#imaging/source.ts'
import { profiles } from './formats/index.ts'
import { sampleFacts, sampleFile, sha256 } from './formats/profile.ts'

const facts = sampleFacts()
if (!facts) console.warn('skipped: no sample files')

it('has a profile for every format, and none for others', () => {
  expect(profiles.map((profile) => profile.format).toSorted()).toEqual(formats.map((format) => format.id).toSorted())
})

describe.each(profiles)('$format', (profile) => {
  const format = formatById(profile.format)!

  describe.runIf(facts)('sample files', () => {
    const known = facts ?? {}
    const own = Object.keys(known).filter((path) => profile.folders.some((folder) => path.startsWith(folder)))
    const opened = own.filter((path) => profile.parts(path) !== null && !(path in profile.notRead))

    it('belong to the list of files that are not read only when they are there', () => {
      expect(Object.keys(profile.notRead).filter((path) => !(path in known))).toEqual([])
    })

    it.each(opened)('%s', async (path) => {
      const files = profile.parts(path)!.map(sampleFile)
      const before = await digest(files)
      const reader = await format.open(files)
      await profile.check(reader, known[path]!.expected ?? {}, path)
      expect(await digest(files)).toEqual(before)
    })

    it.each(Object.entries(profile.notRead))('%s is refused: %s', async (path) => {
      const files = (profile.parts(path) ?? [path]).map(sampleFile)
      await expect(readAll(format.open(files))).rejects.toBeInstanceOf(ImagingError)
    })
  })

  it('gives a header of plain data that agrees with itself', async () => {
    const { header } = await format.open(await profile.generate())
    expect(JSON.parse(JSON.stringify(header))).toEqual(header)
    const planes = planeCount(header)
    expect([1, planes]).toContain(header.slope.length)
    expect([1, planes]).toContain(header.intercept.length)
    if (header.frames) expect(header.frames.startSeconds).toHaveLength(header.shape.t)
    if (header.direction) expect(header.direction).toHaveLength(9)
    expect(header.format).toBe(format.id)
  })

  it('serves every plane in full, whatever the order of asking', async () => {
    const reader = await format.open(await profile.generate())
    const count = planeCount(reader.header)
    const together = await Promise.all(Array.from({ length: count }, (_, k) => reader.plane(count - 1 - k)))
    for (let k = 0; k < count; k++) {
      const plane = await reader.plane(k)
      expect(plane.length).toBe(planeBytes(reader.header))
      expect(Buffer.compare(plane, together[count - 1 - k]!)).toBe(0)
    }
  })

  it.each([-1, 0.5, NaN, 'count', 2 ** 40])('refuses plane %s', async (k) => {
    const reader = await format.open(await profile.generate())
    const asked = k === 'count' ? planeCount(reader.header) : Number(k)
    await expect(reader.plane(asked)).rejects.toBeInstanceOf(ImagingError)
  })

  it('says where the bytes stand only when they are exactly the planes', async () => {
    const files = await profile.generate()
    const reader = await format.open(files)
    const direct = reader.direct()
    if (!direct) return
    const size = planeBytes(reader.header)
    for (let k = 0; k < planeCount(reader.header); k++) {
      const raw = await files[direct.file]!.source.read(direct.offset + k * size, size)
      expect(Buffer.compare(raw, await reader.plane(k))).toBe(0)
    }
  })

  it('refuses files that end too early, or serves all planes of what is left', async () => {
    const files = await profile.generate()
    const whole = (await readAll(format.open(files))).length
    for (const [i, file] of files.entries()) {
      for (const share of [0, 0.3, 0.9, 0.999]) {
        const size = Math.floor(file.source.size * share)
        const cut = { path: file.path, source: memorySource(await file.source.read(0, size)) }
        const outcome = await readAll(format.open(files.with(i, cut))).catch((error: unknown) => error)
        if (outcome instanceof Error) expect(outcome).toBeInstanceOf(ImagingError)
        else expect((outcome as Uint8Array[]).length).toBeLessThanOrEqual(whole)
      }
    }
    const last = files.reduce((a, b) => (b.source.size > a.source.size ? b : a))
    const cut = { path: last.path, source: memorySource(await last.source.read(0, last.source.size - 1)) }
    await expect(readAll(format.open(files.map((file) => (file === last ? cut : file))))).rejects.toMatchObject({
      name: 'ImagingError',
      code: 'truncated',
    })
  })

  it('is recognised as one series, with its files in any order and among others', async () => {
    const files = await profile.generate()
    const other: FileEntry = { path: 'notes/readme.txt', source: memorySource(Buffer.from('a letter')) }
    const found = await recognise([other, ...files.toReversed()])
    expect(found.series).toMatchObject([{ format: format.id, files: files.map((file) => file.path).toReversed() }])
    expect(found.series[0]!.problem).toBeUndefined()
    expect(found.attachments).toEqual([
      { path: 'notes/readme.txt', reason: expect.stringContaining('Not an image format') },
    ])
  })
})

describe('all formats together', () => {
  const inOneFolder = (files: FileEntry[]) =>
    files.map(({ path, source }) => ({ path: `d/${path.slice(path.lastIndexOf('/') + 1)}`, source }))

  // The name of an image may be that of another format's data: ct.hdr, ct.img, ct.raw, ct.v.
  it.each([
    ['each in its own place', (files: FileEntry[]) => files],
    ['in one folder', inOneFolder],
  ])('keep their own files: %s', async (_where, placed) => {
    const made = await Promise.all(
      profiles.map(async ({ format, generate }) => ({ format, files: placed(await generate()) })),
    )
    const batch = made.flatMap(({ files }) => files)
    for (const files of [batch, batch.toReversed()]) {
      const { series } = await recognise(files)
      expect(series.filter(({ problem }) => problem)).toEqual([])
      expect(series.map(({ format }) => format).toSorted()).toEqual(made.map(({ format }) => format).toSorted())
      for (const { format, files: own } of made) {
        const found = series.find((one) => one.format === format)!.files
        expect(own.map(({ path }) => path)).toEqual(expect.arrayContaining(found))
        // Nobody knows whose file "subject" is that lies beside everything else.
        const missing = own.map(({ path }) => path).filter((path) => !found.includes(path))
        expect(missing.filter((path) => path !== 'd/subject')).toEqual([])
      }
    }
  })

  it.runIf(facts)('keep their own sample files, which come as one batch', async () => {
    const paths = Object.keys(facts ?? {}).flatMap((path) => profileOf(path)?.parts(path) ?? [])
    const { series } = await recognise([...new Set(paths)].map(sampleFile))
    expect(series.length).toBeGreaterThan(100)
    const strays = series.filter(({ format, files }) => files.some((path) => profileOf(path)?.format !== format))
    expect(strays).toEqual([])
  })
})

const profileOf = (path: string) => profiles.find(({ folders }) => folders.some((folder) => path.startsWith(folder)))

/** Readers share the memory of their sources; none may write to it. */
const digest = (files: FileEntry[]) =>
  Promise.all(files.map(async ({ source }) => sha256(await source.read(0, source.size))))

async function readAll(opening: ReturnType<NonNullable<ReturnType<typeof formatById>>['open']>): Promise<Uint8Array[]> {
  const reader = await opening
  const planes: Uint8Array[] = []
  for (let k = 0; k < planeCount(reader.header); k++) planes.push(await reader.plane(k))
  return planes
}

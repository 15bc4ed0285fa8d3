/** Planes read ahead of time: always the right bytes, never a block that is still on its way to somebody. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { neighbours, type PlaneFile } from '#api/modules/pixels/neighbours.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'vivarchive-neighbours-'))
const offset = 352
const planeBytes = 300_000
const planeCount = 120

/** Every plane has its own number in each of its bytes, also for another file. */
const byteOf = (file: PlaneFile, k: number) => (Number(path.basename(file.file)) * 131 + k) & 255
const files: PlaneFile[] = [0, 1].map((n) => ({ file: path.join(folder, String(n)), offset, planeBytes, planeCount }))
const opened: { close(): Promise<void> }[] = []

beforeAll(() => {
  for (const file of files) {
    const planes = Array.from({ length: planeCount }, (_, k) => Buffer.alloc(planeBytes, byteOf(file, k)))
    writeFileSync(file.file, Buffer.concat([Buffer.alloc(offset), ...planes]))
  }
})
afterAll(async () => {
  for (const each of opened) await each.close()
  rmSync(folder, { recursive: true })
})

const lease = (file: PlaneFile) => async () => {
  const handle = await open(file.file, 'r')
  opened.push(handle)
  return { handle, release: async () => undefined }
}
const isRight = (file: PlaneFile, k: number, bytes: Buffer) => bytes.equals(Buffer.alloc(planeBytes, byteOf(file, k)))

test('planes in order come from memory, read once; planes in no order are left alone', async () => {
  const near = neighbours()
  const [file] = files as [PlaneFile]
  const acquire = vi.fn(lease(file))
  let held = 0
  for (let k = 0; k < planeCount; k++) {
    const plane = await near.plane(file, k, acquire)
    if (!plane) continue
    expect(isRight(file, k, plane.bytes)).toBe(true)
    plane.release(true)
    held++
  }
  expect(held).toBe(planeCount - 1)
  // 3 planes go into a mebibyte.
  expect(acquire).toHaveBeenCalledTimes(planeCount / 3)

  const scattered = neighbours()
  for (let k = 0; k < planeCount; k += 7) expect(await scattered.plane(file, k, acquire)).toBeNull()
  expect(await near.plane({ ...file, planeBytes: 600_000 }, 1, acquire)).toBeNull()
})

test('walks of several clients, some of whom go away, get the right bytes', async () => {
  const walk = fc.record({
    file: fc.constantFrom(...files),
    start: fc.nat(planeCount - 1),
    steps: fc.array(fc.constantFrom(1, 1, 1, -1, 0, 5), { maxLength: 25 }),
    stays: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(walk, { minLength: 1, maxLength: 6 }), async (walks) => {
      const near = neighbours()
      await Promise.all(
        walks.map(async ({ file, start, steps, stays }) => {
          let k = start
          for (const step of [0, ...steps]) {
            k = (k + step + planeCount) % planeCount
            const plane = await near.plane(file, k, lease(file))
            if (!plane) continue
            await new Promise(setImmediate)
            expect(isRight(file, k, plane.bytes)).toBe(true)
            plane.release(stays)
          }
        }),
      )
    }),
    { numRuns: 15 },
  )
})

test('a block that is on its way to somebody is not overwritten, and memory has an end', async () => {
  const near = neighbours()
  const [file, other] = files as [PlaneFile, PlaneFile]
  const held = []
  for (let k = 0; k < planeCount; k++) held.push(await near.plane(file, k, lease(file)))
  // 40 groups were wanted and 32 may be kept; those that found no room were left to their reader.
  expect(held.filter((plane) => plane === null).length).toBeGreaterThanOrEqual(planeCount - 32 * 3)
  for (let k = 0; k < planeCount; k++) (await near.plane(other, k, lease(other)))?.release(true)
  held.forEach((plane, k) => plane && expect(isRight(file, k, plane.bytes)).toBe(true))
  for (const plane of held) plane?.release(true)
  await near.plane(other, 1, lease(other))
  expect(await near.plane(other, 2, lease(other))).not.toBeNull()
})

test('what cannot be read is told, and tried again by the next one', async () => {
  const near = neighbours()
  const [file] = files as [PlaneFile]
  const longer = { ...file, planeCount: planeCount + 6 }
  // The group after that of plane 118 is read ahead in vain, which nobody notices but those who ask for it.
  await near.plane(longer, planeCount - 3, lease(longer))
  const good = await near.plane(longer, planeCount - 2, lease(longer))
  expect(isRight(file, planeCount - 2, good!.bytes)).toBe(true)
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(await near.plane(longer, planeCount + 2, lease(longer))).toBeNull()
  await expect(near.plane(longer, planeCount + 1, lease(longer))).rejects.toThrow('the planes end at byte')
  const refused = async () => {
    throw new Error('not there')
  }
  const fresh = neighbours()
  await fresh.plane(file, 0, refused)
  await expect(fresh.plane(file, 1, refused)).rejects.toThrow('not there')
  expect(isRight(file, 1, (await fresh.plane(file, 1, lease(file)))!.bytes)).toBe(true)
})

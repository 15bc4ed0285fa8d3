/** Animations: what moves, where it is seen, and the file, which other programs read. */
import { execFileSync } from 'node:child_process'
import { crc32, inflateSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { PlaneReader } from '#imaging/format.ts'
import type { Header } from '#imaging/header.ts'
import { phantom, type Phantom } from '#imaging/phantoms/index.ts'
import { animation, motionOf } from '#imaging/render/animation.ts'
import { turned, type Seen } from '#imaging/render/turn.ts'
import { bytesOf } from '#imaging/samples.ts'
import { encodeAnimation, type Animation } from '#imaging/write/png.ts'

const readerOf = ({ header, planes }: Phantom): PlaneReader => {
  const all = [...planes()].map((plane) => plane.slice())
  return { header, plane: async (k) => all[k]! }
}
const plain = phantom('mouse-ct', { resolution: 0.1 }).header

/** A volume of zeros with one voxel of 100. */
function spot(size: [number, number, number], at: [number, number, number], given: Partial<Header> = {}): PlaneReader {
  const [x, y, z] = size
  const header: Header = {
    ...plain,
    shape: { x, y, z, t: 1, c: 1 },
    sampleType: 'float32',
    slope: [1],
    intercept: [0],
    spacing: [1, 1, 1],
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
    ...given,
  }
  const plane = async (k: number) => {
    const samples = new Float32Array(x * y)
    if (k === at[2]) samples[at[1] * x + at[0]] = 100
    return bytesOf(samples)
  }
  return { header, plane }
}
async function views(reader: PlaneReader, angles: number): Promise<Seen[]> {
  const all: Seen[] = []
  for await (const view of turned(reader, angles)) all.push(view)
  return all
}
/** Millimetres from the middle of the picture to its brightest place: to the right, and down. */
function brightest({ maximum: { values, width, height, stepX, stepY } }: Seen): [number, number] {
  const at = values.indexOf(Math.max(...values))
  return [((at % width) - (width - 1) / 2) * stepX, (Math.floor(at / width) - (height - 1) / 2) * stepY]
}

describe('a turning volume', () => {
  it('shows a place where the viewer sees it who walks from the front to the left side', async () => {
    // 6 mm to the left of the middle, 3 mm behind it, 4 mm towards the head.
    const all = await views(spot([21, 21, 21], [16, 13, 14]), 36)
    expect(all).toHaveLength(36)
    for (const [n, view] of all.entries()) {
      const angle = (2 * Math.PI * n) / 36
      const [right, down] = brightest(view)
      expect(Math.abs(right - (6 * Math.cos(angle) + 3 * Math.sin(angle)))).toBeLessThan(1)
      expect(down).toBe(-4)
      // Right between four voxels it has a quarter of its value.
      expect(Math.max(...view.maximum.values)).toBeGreaterThanOrEqual(25)
    }
    expect(Math.max(...all[0]!.mean.values)).toBeLessThan(Math.max(...all[0]!.maximum.values))
  })

  it('is the same however the voxels are stored', async () => {
    // x runs from head to tail, y to the right, z to the front.
    const direction = [0, 0, -1, -1, 0, 0, 0, -1, 0]
    const stored = spot([21, 21, 21], [20 - 14, 20 - 16, 20 - 13], { direction })
    const [expected, found] = [await views(spot([21, 21, 21], [16, 13, 14]), 8), await views(stored, 8)]
    for (const [n, { maximum }] of found.entries())
      expect([...maximum.values]).toEqual([...expected[n]!.maximum.values])
  })

  it('keeps proportions of uneven voxels, and takes what is no number for the lowest value', async () => {
    const [front, , side] = await views(spot([10, 20, 5], [9, 0, 4], { spacing: [0.4, 0.1, 2] }), 8)
    expect(brightest(front!)[0]).toBeCloseTo(4.5 * 0.4, 0)
    expect(brightest(side!)[0]).toBeCloseTo(-9.5 * 0.1, 0)
    expect(brightest(front!)[1]).toBe(-4)
    const broken = { ...spot([3, 3, 3], [1, 1, 1]), plane: async () => bytesOf(new Float32Array(9).fill(Number.NaN)) }
    for (const { maximum, mean } of await views(broken, 4)) {
      expect([...maximum.values, ...mean.values].every((value) => value === 0)).toBe(true)
    }
  })
})

describe('what moves', () => {
  it.each([
    ['mouse-ct', 'turn'],
    ['mouse-pet', 'turn'],
    ['mouse-pet-dynamic', 'times'],
    ['mouse-mr', 'slices'],
    ['heart-ultrasound', 'times'],
    ['bioluminescence', null],
    ['well-plate', null],
  ] as const)('%s: %s', async (kind, motion) => {
    const reader = readerOf(phantom(kind, { resolution: 0.4, frames: 6 }))
    const { header } = reader
    expect(motionOf(header, header.modality)).toBe(motion)
    if (!motion) return
    const { width, height, frames, palette } = await animation(reader, motion, { size: 48 })
    expect(Math.max(width, height)).toBe(48)
    expect(frames.length).toBe({ turn: 36, times: header.shape.t, slices: Math.min(48, header.shape.z) }[motion])
    expect(new Set(frames.map((frame) => frame.length))).toEqual(new Set([width * height * (palette ? 1 : 3)]))
    expect(new Set(frames.map((frame) => Buffer.from(frame).toString('hex'))).size).toBeGreaterThan(1)
  })

  it('one range holds for all times, at their own pace within bounds; long series are sampled evenly', async () => {
    const shape = { x: 4, y: 4, z: 1, t: 96, c: 1 }
    const durationSeconds = Array<number>(96).fill(0.05)
    const times = { startSeconds: durationSeconds.map((d, t) => d * t), durationSeconds }
    const header: Header = { ...plain, modality: 'US', window: null, shape, frames: times, sampleType: 'uint8', slope: [1], intercept: [0] } // prettier-ignore
    const plane = async (t: number) => new Uint8Array(16).fill(2 * t)
    const { frames, milliseconds } = await animation({ header, plane }, 'times', { size: 4 })
    expect(milliseconds).toBe(100) // every second frame
    expect(frames).toHaveLength(48)
    const brightness = frames.map(([first]) => first!)
    expect(brightness).toEqual(brightness.toSorted((a, b) => a - b))
    expect([brightness[0]!, brightness.at(-1)!]).toEqual([0, 252])
    const slow = { ...header, frames: { ...times, durationSeconds: durationSeconds.map(() => 600) } }
    expect((await animation({ header: slow, plane }, 'times')).milliseconds).toBe(250)
  })
})

const moving: Animation = {
  width: 5,
  height: 3,
  frames: [0, 1, 2].map((n) => Uint8Array.from({ length: 15 }, (_, i) => (n * 40 + i * 7) % 256)),
  palette: Uint8Array.from({ length: 768 }, (_, i) => (i * 31) % 256),
  milliseconds: 120,
}

it('an animated PNG has its chunks in order, numbered through, each with its checksum', () => {
  const png = Buffer.from(encodeAnimation(moving))
  const chunks: [string, Buffer][] = []
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at)
    expect(png.readUInt32BE(at + 8 + length)).toBe(crc32(png.subarray(at + 4, at + 8 + length)))
    chunks.push([png.toString('latin1', at + 4, at + 8), png.subarray(at + 8, at + 8 + length)])
    at += 12 + length
  }
  expect(chunks.map(([type]) => type).join(' ')).toBe('IHDR PLTE acTL fcTL IDAT fcTL fdAT fcTL fdAT IEND')
  const numbered = chunks.filter(([type]) => type === 'fcTL' || type === 'fdAT')
  expect(numbered.map(([, data]) => data.readUInt32BE())).toEqual([0, 1, 2, 3, 4])
  const last = inflateSync(chunks.at(-2)![1].subarray(4))
  expect([...last.subarray(1, 6)]).toEqual([...moving.frames[2]!.subarray(0, 5)])
})

const python = ['python3', '/usr/bin/python3'].find((name) => {
  try {
    execFileSync(name, ['-c', 'import PIL'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})
if (!python) console.warn('skipped: Pillow not installed')

it.runIf(python)('Pillow reads every frame of an animation, in its colours and for its time', () => {
  const script = `
import sys, io, PIL.Image as I
i = I.open(io.BytesIO(sys.stdin.buffer.read()))
for n in range(i.n_frames):
    i.seek(n); i.load()
    print(i.info['duration'], i.info['loop'], *i.size, i.convert('RGB').tobytes().hex())
`
  const colours = {
    ...moving,
    palette: null,
    frames: moving.frames.map((frame) => Buffer.concat([frame, frame, frame])),
  }
  for (const each of [moving, colours]) {
    const found = execFileSync(python!, ['-c', script], { input: encodeAnimation(each), encoding: 'utf8' })
    const rgb = (frame: Uint8Array) =>
      each.palette ? [...frame].flatMap((level) => [...each.palette!.subarray(level * 3, level * 3 + 3)]) : [...frame]
    const expected = each.frames.map((frame) => `120.0 0 5 3 ${Buffer.from(rgb(frame)).toString('hex')}`)
    expect(found.trim().split('\n')).toEqual(expected)
  }
})

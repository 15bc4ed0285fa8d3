import { assert, integer, property, record } from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { SeriesHeader } from '../../../portal/app/viewer/contract.ts'
import { chunksByNeed, chunksOfTime, memoryBudget, planMemory } from '../../../portal/app/viewer/memoryPlan.ts'
import { PlaneLoader, type PlaneWorker } from '../../../portal/app/viewer/planeLoader.ts'
import { PlaneSource } from '../../../portal/app/viewer/planeSource.ts'
import type { FetchOrder, Order, Outcome } from '../../../portal/app/viewer/planes.worker.ts'

const grid = (z: number, t: number, c: number, planes: number) => ({ shape: { z, t, c }, planes })

describe('the order of chunks', () => {
  it('is the shown time point, then the nearest, ahead before behind', () => {
    const order = chunksByNeed(grid(4, 5, 1, 4), { c: 0, t: 2, z: 0 })
    expect(order.map(({ chunk }) => chunk)).toEqual([2, 3, 1, 4, 0])
    expect(order.map(({ distance }) => distance)).toEqual([0, 1, 1, 2, 2])
  })

  it('goes outwards from the plane that is looked at where a time point has several chunks', () => {
    const order = chunksByNeed(grid(10, 1, 1, 2), { c: 0, t: 0, z: 5 })
    expect(order.map(({ chunk }) => chunk)).toEqual([2, 3, 1, 4, 0])
    expect(order.every(({ distance }) => distance === 0)).toBe(true)
  })

  it('knows that a chunk can hold several time points, and both ends of two channels', () => {
    expect(chunksByNeed(grid(1, 10, 1, 4), { c: 0, t: 5, z: 0 }).map(({ chunk }) => chunk)).toEqual([1, 0, 2])
    expect(chunksByNeed(grid(3, 2, 2, 4), { c: 1, t: 0, z: 0 }).map(({ chunk }) => chunk)).toEqual([1, 2])
    expect(chunksOfTime(grid(3, 2, 2, 4), 0, 1)).toEqual({ first: 0, last: 1 })
  })

  it('holds each chunk of the channel once, nearer ones first', () => {
    const small = integer({ min: 1, max: 7 })
    assert(
      property(record({ z: small, t: small, c: small, planes: small, at: integer({ min: 0, max: 1000 }) }), (some) => {
        const focus = { c: some.at % some.c, t: some.at % some.t, z: some.at % some.z }
        const needs = chunksByNeed(grid(some.z, some.t, some.c, some.planes), focus)
        const chunks = new Set(needs.map(({ chunk }) => chunk))
        expect(chunks.size).toBe(needs.length)
        for (let t = 0; t < some.t; t++) {
          const { first, last } = chunksOfTime(grid(some.z, some.t, some.c, some.planes), focus.c, t)
          for (let chunk = first; chunk <= last; chunk++) expect(chunks.has(chunk)).toBe(true)
        }
        const distances = needs.map(({ distance }) => distance)
        expect(distances).toEqual(distances.toSorted((a, b) => a - b))
      }),
    )
  })
})

describe('the memory plan', () => {
  const needs = (distances: number[]) => distances.map((distance, chunk) => ({ chunk, distance }))
  const bytesOf = () => 10

  it('holds what is on screen whatever it takes, then what the budget allows, without gaps', () => {
    const shown = { needs: needs([0, 0, 1, 2]), shown: true, bytesOf }
    expect(planMemory([shown], 5).map(({ chunk }) => chunk)).toEqual([0, 1])
    expect(planMemory([shown], 30).map(({ chunk }) => chunk)).toEqual([0, 1, 2])
    const uneven = { ...shown, bytesOf: (chunk: number) => (chunk === 2 ? 100 : 10) }
    expect(planMemory([uneven], 60).map(({ chunk }) => chunk)).toEqual([0, 1])
  })

  it('brings all that is on screen before anything that is not', () => {
    const plan = planMemory(
      [
        { needs: needs([0, 1]), shown: true, bytesOf },
        { needs: needs([0, 1]), shown: true, bytesOf },
        { needs: needs([0]), shown: false, bytesOf },
      ],
      1000,
    )
    expect(plan.map(({ demand, chunk }) => `${demand}${chunk}`)).toEqual(['00', '10', '01', '11', '20'])
  })

  it('takes a quarter of the memory, at most 1.5 GiB', () => {
    expect(memoryBudget(2)).toBe(2 ** 29)
    expect(memoryBudget(64)).toBe(1.5 * 2 ** 30)
    expect(memoryBudget(undefined)).toBe(2 ** 30)
  })
})

const header = (change: Partial<SeriesHeader> = {}): SeriesHeader => {
  const shape = { x: 2, y: 2, z: 2, t: 6, c: 1, ...change.shape }
  const planeCount = shape.z * shape.t * shape.c
  return {
    seriesId: 'series',
    label: 'Series',
    displayName: 'Series',
    record: null,
    animation: null,
    levels: [],
    revision: 'r7',
    format: 'test',
    modality: null,
    sampleType: 'uint8',
    samplesPerPixel: 1,
    spacing: null,
    origin: null,
    direction: null,
    orientation: 'unknown',
    slope: [1],
    intercept: [0],
    unit: '',
    frames: null,
    channels: null,
    window: null,
    warnings: [],
    planeBytes: 4,
    planeCount,
    chunk: { planes: 2, count: planeCount / 2 },
    range: { min: 0, max: 255, low: 0, high: 255 },
    ...change,
    shape,
  }
}

class FakeWorker implements PlaneWorker {
  orders: FetchOrder[] = []
  aborted: number[] = []
  ended = false
  #listener: (event: { data: Outcome }) => void = () => {}
  postMessage(order: Order) {
    if (order.kind === 'abort') this.aborted.push(order.id)
    else this.orders.push(order)
  }
  addEventListener(_type: 'message', listener: (event: { data: Outcome }) => void) {
    this.#listener = listener
  }
  terminate() {
    this.ended = true
  }
  answer(order: FetchOrder, outcome?: Partial<Outcome>) {
    const samples = new Uint8Array(order.byteCount).fill(order.firstPlane)
    this.#listener({ data: { id: order.id, kind: 'ready', samples, ...outcome } as Outcome })
  }
  get asked() {
    return this.orders.map(({ firstPlane }) => firstPlane / 2)
  }
}

describe('the plane loader', () => {
  let worker: FakeWorker
  beforeEach(() => {
    vi.useFakeTimers()
    worker = new FakeWorker()
  })
  afterEach(() => vi.useRealTimers())

  it('asks for the shown time point alone, then for two chunks at a time, by address of the revision', () => {
    const loader = new PlaneLoader(worker, 1e9)
    const source = new PlaneSource(header(), false)
    source.lookAt(0, 3, 0)
    loader.hold([source], 1)
    expect(worker.asked).toEqual([3])
    expect(worker.orders[0]).toMatchObject({ address: '/api/v1/series/series/r/r7/chunks/3', byteCount: 8 })
    worker.answer(worker.orders[0]!)
    expect(worker.asked).toEqual([3, 4, 2])
    expect(source.loaded(0, 4)).toBe(0)
    worker.answer(worker.orders[1]!)
    expect(worker.asked).toEqual([3, 4, 2, 5])
    expect([...source.plane(7)!]).toEqual([6, 6, 6, 6])
    expect(source.loaded(0, 3)).toBe(1)
  })

  it('turns to where the person has gone, and drops what is then too far away', () => {
    const loader = new PlaneLoader(worker, 24)
    const source = new PlaneSource(header(), false)
    const dropped: number[] = []
    source.onDrop = ({ first }) => dropped.push(first / 2)
    loader.hold([source], 1)
    worker.answer(worker.orders[0]!)
    worker.answer(worker.orders[1]!)
    worker.answer(worker.orders[2]!)
    expect([...source.chunks.keys()]).toEqual([0, 1, 2])
    source.lookAt(0, 5, 0)
    loader.update()
    expect(dropped).toEqual([0, 1, 2])
    expect(worker.asked.slice(3)).toEqual([5])
  })

  it('gives up a request that nobody needs any more and ignores its answer', () => {
    const loader = new PlaneLoader(worker, 8)
    const source = new PlaneSource(header(), false)
    loader.hold([source], 1)
    source.lookAt(0, 5, 0)
    loader.update()
    expect(worker.aborted).toEqual([worker.orders[0]!.id])
    worker.answer(worker.orders[0]!)
    expect(source.plane(0)).toBeNull()
  })

  it('tries again after a pause that grows, and tells why it waits', () => {
    const loader = new PlaneLoader(worker, 8)
    const source = new PlaneSource(header(), false)
    loader.hold([source], 1)
    worker.answer(worker.orders[0]!, { kind: 'lost', message: 'The server cannot be reached.' } as Partial<Outcome>)
    expect(source.problem).toEqual({ kind: 'lost', message: 'The server cannot be reached.' })
    vi.advanceTimersByTime(900)
    expect(worker.orders).toHaveLength(1)
    vi.advanceTimersByTime(200)
    expect(worker.orders).toHaveLength(2)
    worker.answer(worker.orders[1]!, { kind: 'lost', message: 'again' } as Partial<Outcome>)
    vi.advanceTimersByTime(1900)
    expect(worker.orders).toHaveLength(2)
    loader.retry()
    expect(worker.orders).toHaveLength(3)
    worker.answer(worker.orders[2]!)
    expect(source.problem).toBeNull()
  })

  it('does not ask again for what was refused until the person does', () => {
    const loader = new PlaneLoader(worker, 8)
    const source = new PlaneSource(header(), false)
    loader.hold([source], 1)
    worker.answer(worker.orders[0]!, { kind: 'refused', status: 404, message: 'gone' } as Partial<Outcome>)
    vi.advanceTimersByTime(60_000)
    loader.update()
    expect(worker.orders).toHaveLength(1)
    expect(source.problem?.kind).toBe('refused')
  })

  it('counts nearness in planes for stacks', () => {
    const loader = new PlaneLoader(worker, 8)
    const source = new PlaneSource(header({ chunk: { planes: 2, count: 6 } }), true)
    source.lookAt(0, 2, 1)
    loader.hold([source], 1)
    expect(worker.asked).toEqual([2])
  })

  describe('over a slow link', () => {
    const coarse = { shape: { x: 1, y: 1, z: 2, t: 6, c: 1 }, factor: { x: 2, y: 2, z: 1 }, bytes: 2 }
    const source = () => new PlaneSource(header({ coarse }), false)
    const paths = () => worker.orders.map(({ address }) => address.split('/r7/')[1])

    it('brings the reduced image of the shown time point first, and draws it until its planes are here', () => {
      const loader = new PlaneLoader(worker, 1e9, 4)
      const one = source()
      one.lookAt(0, 3, 0)
      const arrivals: [number, number][] = []
      one.onArrival = ({ first, count }) => arrivals.push([first, count])
      loader.hold([one], 1)
      expect(paths()).toEqual(['coarse/3'])
      expect(worker.orders[0]).toMatchObject({ byteCount: 2, firstPlane: 6, reduced: { image: coarse } })
      worker.answer(worker.orders[0]!, { samples: new Uint8Array(8).fill(9) } as Partial<Outcome>)
      expect(paths()).toEqual(['coarse/3', 'chunks/3'])
      expect(one.isReduced(0, 3)).toBe(true)
      expect([...one.drawable(7)!]).toEqual([9, 9, 9, 9])
      expect(one.plane(7), 'not measured in').toBeNull()
      expect(one.drawable(8)).toBeNull()
      expect(one.loaded(0, 3)).toBe(0)
      worker.answer(worker.orders[1]!)
      expect(one.isReduced(0, 3)).toBe(false)
      expect([...one.drawable(7)!]).toEqual([6, 6, 6, 6])
      expect(arrivals).toEqual([
        [6, 2],
        [6, 2],
      ])
    })

    it('finds that the link is slow when planes do not come in time', () => {
      const loader = new PlaneLoader(worker, 1e9)
      loader.hold([source()], 1)
      expect(paths()).toEqual(['chunks/0'])
      vi.advanceTimersByTime(500)
      expect(paths()).toEqual(['chunks/0', 'coarse/0'])
    })

    it('asks for planes only where the link has been measured to be fast', () => {
      const loader = new PlaneLoader(worker, 1e9)
      const one = source()
      loader.hold([one], 1)
      worker.answer(worker.orders[0]!, { bytesPerSecond: 1e9 } as Partial<Outcome>)
      one.lookAt(0, 5, 0)
      loader.update()
      vi.advanceTimersByTime(100)
      expect(paths().filter((path) => path!.startsWith('coarse'))).toEqual([])
    })

    it('gives the reduced image up when the person has gone on, and does without one that is not there', () => {
      const loader = new PlaneLoader(worker, 1e9, 4)
      const one = source()
      loader.hold([one], 1)
      one.lookAt(0, 4, 0)
      loader.update()
      expect(worker.aborted).toEqual([worker.orders[0]!.id])
      expect(paths()).toEqual(['coarse/0', 'coarse/4'])
      worker.answer(worker.orders[1]!, { kind: 'refused', status: 404, message: 'none' } as Partial<Outcome>)
      expect(one.problem).toBeNull()
      expect(paths().slice(2)).toEqual(['chunks/4'])
    })
  })

  it('lets go of everything when it is closed', () => {
    const loader = new PlaneLoader(worker, 1e9)
    const source = new PlaneSource(header(), false)
    loader.hold([source], 1)
    worker.answer(worker.orders[0]!)
    loader.close()
    expect(worker.ended).toBe(true)
    expect(source.chunks.size).toBe(0)
  })
})

/** The segmentations of the page: their labels, what was done to them step by step, and their records. */
import type { Segment, Segmentation } from '#ontology/entities/segmentation.ts'
import type { SeriesHeader } from '../contract.ts'
import type { Vec3 } from '../geometry.ts'
import { Edit, type LabelGrid } from './labelEdits.ts'
import {
  deleteSegmentation,
  readLabels,
  readSegmentations,
  writeSegmentation,
  type KeptSegmentation,
} from './keeper.ts'

/** A segmentation that is being worked on. */
export interface Open {
  key: string
  header: SeriesHeader
  label: string
  segments: readonly Segment[]
  audience: Segmentation['audience']
  /** Its record; null while it was never saved. */
  kept: KeptSegmentation | null
  /** Labels of each time point; null where nothing is labelled. Changed in place: `version` of the store tells when. */
  volumes: (Uint8Array<ArrayBuffer> | null)[]
  /** 'no' until the labels of a record are here. */
  labels: 'no' | 'loading' | 'here'
  dirty: boolean
}

interface Step {
  key: string
  t: number
  edit: Edit
}

/** Apart from each other for all colour vision (after Okabe and Ito), on grey. */
export const segmentColours = [
  '#e8774f',
  '#56b4e9',
  '#f0e442',
  '#2fb98a',
  '#cc79a7',
  '#e69f00',
  '#7f8ff0',
  '#b8d8b0',
] as const

/** Steps that are remembered, as far as they have no more voxels than this in all. */
const mostVoxels = 20_000_000

let count = 0

export class SegmentationStore {
  #all: readonly Open[] = []
  #done: Step[] = []
  #undone: Step[] = []
  #version = 0
  #active: string | null = null
  #segment = 1
  #busy = false
  #problem: string | null = null
  readonly #followers = new Set<() => void>()

  get version(): number {
    return this.#version
  }
  get all(): readonly Open[] {
    return this.#all
  }
  get active(): Open | null {
    return this.#all.find((one) => one.key === this.#active) ?? null
  }
  /** Number of the segment that is painted. */
  get segment(): number {
    return this.#segment
  }
  get canUndo(): boolean {
    return this.#done.length > 0
  }
  get canRedo(): boolean {
    return this.#undone.length > 0
  }
  get busy(): boolean {
    return this.#busy
  }
  get problem(): string | null {
    return this.#problem
  }
  get dirty(): boolean {
    return this.#all.some((one) => one.dirty)
  }

  follow = (follower: () => void): (() => void) => {
    this.#followers.add(follower)
    return () => this.#followers.delete(follower)
  }

  /** Finds the segmentations of a series; their labels are fetched when one is opened. */
  async load(header: SeriesHeader, signal: AbortSignal): Promise<void> {
    const records = await readSegmentations(header, signal)
    if (signal.aborted) return
    const known = new Set(this.#all.map((one) => one.kept?.id))
    const times = header.shape.t
    const opened = records
      .filter((record) => !known.has(record.id))
      .map((record): Open => ({
        key: record.id,
        header,
        label: record.label,
        segments: record.segments,
        audience: record.audience ?? 'public',
        kept: { id: record.id, version: record.version, author: record.author ?? '', mayRead: header.record !== null },
        volumes: Array.from({ length: times }, () => null),
        labels: record.labels ? 'no' : 'here',
        dirty: false,
      }))
    this.#all = [...this.#all, ...opened]
    this.#tell()
  }

  async open(key: string): Promise<void> {
    this.#active = key
    const found = this.active
    this.#segment = found?.segments[0]?.number ?? 1
    this.#tell()
    if (!found || found.labels !== 'no' || !found.kept) return
    this.#change(key, { labels: 'loading' })
    try {
      const volumes = await readLabels(found.kept, found.header)
      this.#change(key, { volumes, labels: 'here' })
    } catch (error) {
      this.#problem = (error as Error).message
      this.#change(key, { labels: 'no' })
    }
  }

  close(): void {
    this.#active = null
    this.#tell()
  }

  /** A new one, with a first segment. */
  create(header: SeriesHeader): void {
    const key = `new-${++count}`
    const number = this.#all.filter((one) => one.header.seriesId === header.seriesId).length + 1
    const fresh: Open = {
      key,
      header,
      label: `Segmentation ${number}`,
      segments: [{ number: 1, label: 'Segment 1', colour: segmentColours[0] }],
      audience: header.record?.mayEdit ? 'project' : 'me',
      kept: null,
      volumes: Array.from({ length: header.shape.t }, () => null),
      labels: 'here',
      dirty: false,
    }
    this.#all = [...this.#all, fresh]
    this.#active = key
    this.#segment = 1
    this.#tell()
  }

  choose(segment: number): void {
    this.#segment = segment
    this.#tell()
  }

  addSegment(): void {
    const { active } = this
    if (!active) return
    const number = Math.max(0, ...active.segments.map((one) => one.number)) + 1
    if (number > 255) return
    const colour = segmentColours[(number - 1) % segmentColours.length]!
    this.#segment = number
    this.describe({ segments: [...active.segments, { number, label: `Segment ${number}`, colour }] })
  }

  setSegment(number: number, patch: Partial<Segment>): void {
    const { active } = this
    const segments = active?.segments.map((one) => (one.number === number ? { ...one, ...patch } : one))
    if (segments) this.describe({ segments })
  }

  /** Changes the record of the active one. */
  describe(patch: Partial<Pick<Open, 'label' | 'segments' | 'audience'>>): void {
    if (this.#active) this.#change(this.#active, { ...patch, dirty: true })
  }

  /** Does something to the labels of a time point of the active one; one step. */
  edit(t: number, work: (labels: Uint8Array, grid: LabelGrid, edit: Edit) => void, into?: Edit): void {
    const { active } = this
    if (!active || active.labels !== 'here') return
    const grid = gridOf(active.header)
    active.volumes[t] ??= new Uint8Array(grid.dimensions[0] * grid.dimensions[1] * grid.dimensions[2])
    const edit = into ?? new Edit()
    work(active.volumes[t], grid, edit)
    if (!into) this.finish(t, edit)
    else this.#tell()
  }

  /** Ends a stroke whose parts went into one edit. */
  finish(t: number, edit: Edit): void {
    const { active } = this
    if (!active || edit.empty) return this.#tell()
    this.#done.push({ key: active.key, t, edit })
    this.#undone = []
    let voxels = this.#done.reduce((sum, step) => sum + step.edit.indices.length, 0)
    while (voxels > mostVoxels && this.#done.length > 1) voxels -= this.#done.shift()!.edit.indices.length
    this.#change(active.key, { dirty: true })
  }

  /** Gives all other time points the labels of one. */
  copyToAllTimes(from: number): void {
    const { active } = this
    const source = active?.volumes[from]
    if (!active || !source) return
    for (let t = 0; t < active.header.shape.t; t++) {
      if (t === from) continue
      this.edit(t, (labels, _grid, edit) => {
        for (let index = 0; index < source.length; index++)
          if (source[index] !== labels[index]) edit.set(labels, index, source[index]!)
      })
    }
  }

  undo(): void {
    this.#step(this.#done, this.#undone, 'undo')
  }

  redo(): void {
    this.#step(this.#undone, this.#done, 'redo')
  }

  #step(from: Step[], to: Step[], way: 'undo' | 'redo'): void {
    const step = from.pop()
    if (!step) return
    to.push(step)
    const open = this.#all.find((one) => one.key === step.key)
    const labels = open?.volumes[step.t]
    if (labels) step.edit[way](labels)
    this.#change(step.key, { dirty: true })
  }

  /** Saves the active one: its record and, when there are any, its labels. */
  async save(): Promise<void> {
    const { active } = this
    if (!active || this.#busy) return
    this.#busy = true
    this.#problem = null
    this.#change(active.key, { dirty: false })
    try {
      const kept = await writeSegmentation(active)
      this.#change(active.key, { kept })
    } catch (error) {
      this.#problem = (error as Error).message
      this.#change(active.key, { dirty: true })
    } finally {
      this.#busy = false
      this.#tell()
    }
  }

  async remove(): Promise<void> {
    const { active } = this
    if (!active) return
    try {
      if (active.kept) await deleteSegmentation(active.kept)
      this.#all = this.#all.filter((one) => one.key !== active.key)
      this.#done = this.#done.filter((step) => step.key !== active.key)
      this.#undone = this.#undone.filter((step) => step.key !== active.key)
      this.#active = null
    } catch (error) {
      this.#problem = (error as Error).message
    }
    this.#tell()
  }

  #change(key: string, patch: Partial<Open>): void {
    this.#all = this.#all.map((one) => (one.key === key ? { ...one, ...patch } : one))
    this.#tell()
  }

  #tell(): void {
    this.#version += 1
    for (const follower of this.#followers) follower()
  }
}

export const gridOf = ({ shape, spacing }: Pick<SeriesHeader, 'shape' | 'spacing'>): LabelGrid => ({
  dimensions: [shape.x, shape.y, shape.z],
  spacing: (spacing ?? [1, 1, 1]) as Vec3,
})

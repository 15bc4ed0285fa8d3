/**
 * Planes that are read before they are asked for. People and programs go through planes in their order, and reading one
 * costs more for the way to a thread and back than for its bytes; so once the order is seen, planes are read in groups, the
 * next group ahead of time, and sent from memory. Planes in no order are left to their reader.
 */
import { read } from 'node:fs'
import type { Held } from '#api/modules/content/sendFile.ts'
import type { Lease } from '#api/storage/descriptors.ts'

const groupBytes = 2 ** 20
/** 16 MiB in all, however many look at however much. */
const keptGroups = 16
const rememberedFiles = 64
/** Several clients go through one file. */
const rememberedPlanes = 32

/** Planes of one size, one after the other in a file. */
export interface PlaneFile {
  file: string
  /** Where plane 0 starts. */
  offset: number
  planeBytes: number
  planeCount: number
}

interface Group {
  block: Buffer
  filled: Promise<void>
  users: number
}

export interface Neighbours {
  /**
   * Plane `k`, if it is at hand or worth to be read with its neighbours; null otherwise.
   * @param acquire opens the file; what it throws is passed on
   */
  plane(planes: PlaneFile, k: number, acquire: () => Promise<Lease>): Promise<Held | null>
}

export function neighbours(): Neighbours {
  // Maps keep the order of insertion: the first entry is the one that was not used for longest.
  const groups = new Map<string, Group>()
  const trails = new Map<string, number[]>()

  /** The planes of this file that were asked for just now, the newest last. */
  function trailOf(name: string): number[] {
    const trail = trails.get(name) ?? []
    trails.delete(name)
    if (trails.size >= rememberedFiles) trails.delete(trails.keys().next().value!)
    trails.set(name, trail)
    return trail
  }

  /** A block that nobody is using; null when all are in use. */
  function freeBlock(): Buffer | null {
    if (groups.size < keptGroups) return Buffer.allocUnsafeSlow(groupBytes)
    for (const [key, group] of groups) {
      if (group.users > 0) continue
      groups.delete(key)
      return group.block
    }
    return null
  }

  function start(name: string, planes: PlaneFile, g: number, acquire: () => Promise<Lease>): Group | null {
    const perGroup = Math.floor(groupBytes / planes.planeBytes)
    const count = Math.min(perGroup, planes.planeCount - g * perGroup)
    const block = count > 0 && g >= 0 ? freeBlock() : null
    if (!block) return null
    const from = planes.offset + g * perGroup * planes.planeBytes
    // Its reader is a user: nobody else may get the block meanwhile.
    const group: Group = { block, users: 1, filled: fill(block, from, count * planes.planeBytes, acquire) }
    const key = `${name} ${g}`
    groups.set(key, group)
    group.filled.then(
      () => void group.users--,
      () => groups.get(key) === group && groups.delete(key),
    )
    return group
  }

  return {
    async plane(planes, k, acquire) {
      const perGroup = Math.floor(groupBytes / planes.planeBytes)
      if (perGroup < 2) return null
      const name = `${planes.file} ${planes.offset}`
      const trail = trailOf(name)
      const [forwards, backwards] = [trail.includes(k - 1), trail.includes(k + 1)]
      trail.push(k)
      if (trail.length > rememberedPlanes) trail.shift()

      const g = Math.floor(k / perGroup)
      const key = `${name} ${g}`
      const group = groups.get(key) ?? (forwards || backwards ? start(name, planes, g, acquire) : null)
      if (!group) return null
      group.users++
      if (groups.delete(key)) groups.set(key, group)
      if (forwards && !groups.has(`${name} ${g + 1}`)) start(name, planes, g + 1, acquire)
      if (backwards && !groups.has(`${name} ${g - 1}`)) start(name, planes, g - 1, acquire)
      await group.filled
      const at = (k % perGroup) * planes.planeBytes
      return {
        bytes: group.block.subarray(at, at + planes.planeBytes),
        release(sent) {
          group.users--
          // Bytes that are still on their way must not be overwritten: the block is left to the garbage collector.
          if (!sent && groups.get(key) === group) groups.delete(key)
        },
      }
    },
  }
}

async function fill(block: Buffer, from: number, bytes: number, acquire: () => Promise<Lease>): Promise<void> {
  const lease = await acquire()
  try {
    for (let filled = 0; filled < bytes;) {
      const got = await new Promise<number>((resolve, reject) => {
        read(lease.handle.fd, block, filled, bytes - filled, from + filled, (error, count) =>
          error ? reject(error) : resolve(count),
        )
      })
      if (got === 0) throw new Error(`the planes end at byte ${from + filled}`)
      filled += got
    }
  } finally {
    await lease.release()
  }
}

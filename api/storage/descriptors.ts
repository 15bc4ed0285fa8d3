/** Open files shared by their readers, so that a burst of ranged reads opens a blob once. */
import { open, type FileHandle } from 'node:fs/promises'

interface Entry {
  handle: Promise<FileHandle>
  users: number
  /** No longer offered to new readers; closed by its last one. */
  retired: boolean
  /** Read since `closeIdle` was called. */
  fresh: boolean
}

export interface Lease {
  readonly handle: FileHandle
  /** Gives the file back; the second call does nothing. */
  release(): Promise<void>
}

export interface Descriptors {
  /** Opens or shares the file. Rejects like fs.open. */
  acquire(file: string): Promise<Lease>
  /** Makes sure that the next reader opens the file anew. */
  forget(file: string): Promise<void>
  /** Closes files that nobody has read since the last call: removed ones take up their space until then. */
  closeIdle(): Promise<void>
  close(): Promise<void>
}

/** @param limit most idle files that are kept open */
export function sharedDescriptors(limit: number): Descriptors {
  // A Map keeps the order of insertion: its first idle entry is the one that was not used for longest.
  const entries = new Map<string, Entry>()

  async function retire(file: string, entry: Entry): Promise<void> {
    if (entries.get(file) === entry) entries.delete(file)
    entry.retired = true
    if (entry.users === 0) await entry.handle.then((handle) => handle.close())
  }

  return {
    async acquire(file) {
      const entry = entries.get(file) ?? { handle: open(file, 'r'), users: 0, retired: false, fresh: true }
      entries.delete(file)
      entries.set(file, entry)
      entry.users++
      entry.fresh = true
      let handle: FileHandle
      try {
        handle = await entry.handle
      } catch (error) {
        if (entries.get(file) === entry) entries.delete(file)
        throw error
      }
      let held = true
      return {
        handle,
        async release() {
          if (!held) return
          held = false
          entry.users--
          if (entry.retired && entry.users === 0) await handle.close()
          if (entries.size <= limit) return
          const idle = [...entries].filter(([, other]) => other.users === 0)
          for (const [name, other] of idle.slice(0, Math.max(0, idle.length - limit))) await retire(name, other)
        },
      }
    },
    async forget(file) {
      const entry = entries.get(file)
      if (entry) await retire(file, entry)
    },
    async closeIdle() {
      for (const [file, entry] of entries) {
        if (entry.users === 0 && !entry.fresh) await retire(file, entry)
        entry.fresh = false
      }
    },
    async close() {
      await Promise.all([...entries].map(([file, entry]) => retire(file, entry).catch(() => undefined)))
    },
  }
}

import { randomUUID } from 'node:crypto'
import { closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'

/** A file that appears under its name only when it is complete and durable. */
export async function writeComplete(
  folder: string,
  name: string,
  write: (to: number) => Promise<void> | void,
): Promise<void> {
  const part = path.join(folder, `${randomUUID()}.part`)
  try {
    const to = openSync(part, 'wx+', 0o640)
    try {
      await write(to)
      fsyncSync(to)
    } finally {
      closeSync(to)
    }
    renameSync(part, path.join(folder, name))
  } catch (error) {
    rmSync(part, { force: true })
    throw error
  }
  const directory = openSync(folder, 'r')
  fsyncSync(directory)
  closeSync(directory)
}

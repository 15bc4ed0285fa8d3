/** Makes the animation of a series from its planes, or from its reduced image where there is one. Runs in a thread. */
import { closeSync, constants, openSync, readSync, writeFileSync } from 'node:fs'
import { planeBytes } from '#imaging/header.ts'
import type { Header } from '#imaging/header.ts'
import { animation, type Motion } from '#imaging/render/animation.ts'
import { encodeAnimation } from '#imaging/write/png.ts'
import type { PlanesFile } from './regionRows.ts'
import type { TaskTools } from './threadTasks.ts'
import { writeComplete } from './writeComplete.ts'

export interface AnimateInput {
  planes: PlanesFile
  /** Of these planes. */
  header: Header
  modality: string | null
  motion: Motion
  /** Where the file goes. */
  folder: string
  name: string
}

/**
 * The file appears under its name when it is complete.
 * @returns its size in bytes
 * @throws Error when the file of the planes ends early, ENOENT when it is gone
 */
export async function animate(input: AnimateInput, { beat }: TaskTools): Promise<number> {
  const { planes, header, modality, motion, folder, name } = input
  const size = planeBytes(header)
  const handle = openSync(planes.file, constants.O_RDONLY | constants.O_NOFOLLOW)
  try {
    const plane = async (k: number) => {
      beat(k)
      const bytes = new Uint8Array(size)
      if (readSync(handle, bytes, 0, size, planes.offset + k * size) < size) throw new Error('the planes end too early')
      return bytes
    }
    const bytes = encodeAnimation(await animation({ header, plane }, motion, { modality }))
    await writeComplete(folder, name, (to) => writeFileSync(to, bytes))
    return bytes.length
  } finally {
    closeSync(handle)
  }
}

/** What is written in the corners of pictures: each person chooses, in this browser. */
import { useSyncExternalStore } from 'react'

export const cornerFields = {
  label: 'Label of the series',
  belongs: 'Subject and session',
  modality: 'Modality',
  plane: 'Plane and channel',
  voxel: 'Voxel size',
  size: 'Size of the image',
  format: 'File format',
  slab: 'Slab',
  frame: 'Frame and its time',
  window: 'Window',
} as const
export type CornerField = keyof typeof cornerFields

export interface Corners {
  fields: readonly CornerField[]
  /** Keys of the files' own header whose values are shown too. */
  keys: readonly string[]
}

const usual: Corners = { fields: ['label', 'belongs', 'modality', 'plane', 'slab', 'frame', 'window'], keys: [] }
/** More lines than this would cover the picture. */
export const mostKeys = 6
const place = 'viewer-corners'

let current: Corners | null = null
const followers = new Set<() => void>()

/** @param text as it was kept; anything else is the usual choice */
export function readCorners(text: string | null): Corners {
  try {
    const kept = JSON.parse(text ?? '') as Partial<Corners>
    const fields = (Object.keys(cornerFields) as CornerField[]).filter((field) => kept.fields!.includes(field))
    const keys = kept.keys!.filter((key) => typeof key === 'string').slice(0, mostKeys)
    return { fields, keys }
  } catch {
    return usual
  }
}

function stored(): string | null {
  try {
    return localStorage.getItem(place)
  } catch {
    return null
  }
}

const corners = (): Corners => (current ??= readCorners(stored()))

export function setCorners(patch: Partial<Corners>): void {
  current = { ...corners(), ...patch }
  try {
    localStorage.setItem(place, JSON.stringify(current))
  } catch {
    // Without storage the choice holds until the page is left.
  }
  for (const follower of followers) follower()
}

export const useCorners = (): Corners =>
  useSyncExternalStore(
    (follower) => {
      followers.add(follower)
      return () => followers.delete(follower)
    },
    corners,
    () => usual,
  )

/** Shows a key of the header on pictures, or no longer. */
export function toggleKey(key: string): void {
  const { keys } = corners()
  setCorners({ keys: keys.includes(key) ? keys.filter((one) => one !== key) : [...keys, key].slice(-mostKeys) })
}

/** Uploads of this browser tab, by import. They go on while a person moves through the portal. */
import { useCallback, useSyncExternalStore } from 'react'
import { get, send } from '../api.ts'
import type { Page } from '../contract.ts'
import { UploadBatch, type BatchState, type StoredFile } from './batch.ts'
import { digest } from './digest.ts'
import { forgetFolders } from './rememberedFolders.ts'

const batches = new Map<string, { batch: UploadBatch; label: string }>()
const listeners = new Set<() => void>()

const isBusy = ({ phase }: BatchState): boolean => phase === 'running' || phase === 'paused'

function warn(event: BeforeUnloadEvent) {
  event.preventDefault()
}

function changed() {
  const busy = [...batches.values()].some(({ batch }) => isBusy(batch.state()))
  if (busy) window.addEventListener('beforeunload', warn)
  else window.removeEventListener('beforeunload', warn)
  for (const listener of listeners) listener()
}

/** The upload of an import in this tab; made on first use, with what has arrived already. */
export async function uploadOf(importId: string, label: string): Promise<UploadBatch> {
  const held = batches.get(importId)
  if (held) return held.batch
  const batch = new UploadBatch({
    // The library is loaded when somebody uploads.
    send: async (options) => (await import('./tusSend.ts')).tusSend(importId, options),
    digest,
    now: () => performance.now(),
    onFinished: (state) => void inspectWhenComplete(importId, state),
  })
  batch.setStored(await storedFiles(importId))
  batch.subscribe(changed)
  batches.set(importId, { batch, label })
  changed()
  return batch
}

/** Looks into the files as soon as all have arrived, wherever in the portal the person is by then. */
async function inspectWhenComplete(importId: string, state: BatchState): Promise<void> {
  if (state.failed.length > 0 || state.fileCount === 0) return
  await forgetFolders(importId)
  await send('POST', `/imports/${importId}/inspect`)
  changed()
}

export function forgetUpload(importId: string): void {
  batches.get(importId)?.batch.cancel()
  batches.delete(importId)
  changed()
}

type FileOfImport = { path: string; byteCount: number; sha256: string | null; state: 'stored' | 'refused' }

async function storedFiles(importId: string): Promise<[string, StoredFile][]> {
  const files: [string, StoredFile][] = []
  let cursor: string | null = null
  do {
    const page: Page<FileOfImport> = await get(`/imports/${importId}/files`, { cursor, limit: 200 })
    for (const { path, byteCount, sha256, state } of page.items) {
      if (state === 'stored') files.push([path, { byteCount, sha256 }])
    }
    cursor = page.next
  } while (cursor)
  return files
}

const drawEveryMilliseconds = 250

/** Progress comes hundreds of times a second; a person needs four. */
function subscribe(listener: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  const soon = () => {
    timer ??= setTimeout(() => {
      timer = undefined
      listener()
    }, drawEveryMilliseconds)
  }
  listeners.add(soon)
  return () => {
    listeners.delete(soon)
    clearTimeout(timer)
  }
}

/** State of the upload of an import in this tab; null when there is none. */
export function useUpload(importId: string): BatchState | null {
  const read = useCallback(() => batches.get(importId)?.batch.state() ?? null, [importId])
  return useSyncExternalStore(subscribe, read, () => null)
}

export interface RunningUpload {
  importId: string
  label: string
  state: BatchState
}

/** All uploads of this tab that are under way. */
export function useRunningUploads(): RunningUpload[] {
  return useSyncExternalStore(subscribe, runningUploads, () => none)
}

const none: RunningUpload[] = []
let described: RunningUpload[] = none

function runningUploads(): RunningUpload[] {
  const uploads = [...batches].flatMap(([importId, { batch, label }]) => {
    const state = batch.state()
    return isBusy(state) ? [{ importId, label, state }] : []
  })
  if (uploads.length === 0) return none
  const unchanged = uploads.length === described.length && uploads.every((u, n) => u.state === described[n]?.state)
  if (!unchanged) described = uploads
  return described
}

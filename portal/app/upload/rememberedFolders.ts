/**
 * Folders that were dropped for an import, kept by the browser (File System Access handles in IndexedDB) so that an
 * interrupted upload can go on after the page was loaded again. Chromium only; elsewhere nothing is remembered.
 */
const databaseName = 'vivarchive-uploads'
const storeName = 'folders'

type HandleGetter = { getAsFileSystemHandle?: () => Promise<FileSystemHandle | null> }
type Permission = { requestPermission?: (options: { mode: 'read' }) => Promise<PermissionState> }

/** Must be called while the drop event is handled. */
export function handlesOf(transfer: DataTransfer): Promise<FileSystemHandle[]> {
  const asked = [...transfer.items].map((item) =>
    item.kind === 'file' ? (item as HandleGetter).getAsFileSystemHandle?.() : undefined,
  )
  return Promise.all(asked).then((handles) => handles.filter((handle) => handle !== null && handle !== undefined))
}

export async function rememberFolders(importId: string, handles: readonly FileSystemHandle[]): Promise<void> {
  if (handles.length === 0) return
  const held = await rememberedFolders(importId)
  const others = handles.filter((handle) => !held.some((one) => one.name === handle.name && one.kind === handle.kind))
  await inStore('readwrite', (store) => store.put([...held, ...others], importId))
}

export async function rememberedFolders(importId: string): Promise<FileSystemHandle[]> {
  const found = await inStore('readonly', (store) => store.get(importId))
  return Array.isArray(found) ? (found as FileSystemHandle[]) : []
}

export async function forgetFolders(importId: string): Promise<void> {
  await inStore('readwrite', (store) => store.delete(importId))
}

/** The browser asks the person; must be called from a click. */
export async function mayRead(handles: readonly FileSystemHandle[]): Promise<boolean> {
  for (const handle of handles) {
    if ((await (handle as Permission).requestPermission?.({ mode: 'read' })) === 'denied') return false
  }
  return true
}

/** Remembering is a convenience: a browser that refuses it (private window) changes nothing else. */
async function inStore(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest): Promise<unknown> {
  try {
    const database = await done<IDBDatabase>(opened())
    try {
      return await done(work(database.transaction(storeName, mode).objectStore(storeName)))
    } finally {
      database.close()
    }
  } catch {
    return undefined
  }
}

function opened(): IDBOpenDBRequest {
  const request = indexedDB.open(databaseName, 1)
  request.addEventListener('upgradeneeded', () => request.result.createObjectStore(storeName))
  return request
}

const done = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result))
    request.addEventListener('error', () => reject(request.error))
  })

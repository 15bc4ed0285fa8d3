/** The files of dropped or chosen folders, each with its path below what was chosen. */
import type { ChosenFile } from './batch.ts'

/** Files that operating systems leave in folders and nobody means to archive. */
const litter = /(^|\/)(\.DS_Store|Thumbs\.db|desktop\.ini|\._[^/]*)$/i

export const isLitter = (path: string): boolean => litter.test(path)

const groupSize = 500

/** Walks folders that the browser remembers from an earlier visit, in groups of files. */
export async function* handleFiles(handles: readonly FileSystemHandle[]): AsyncGenerator<ChosenFile[]> {
  const waiting = handles.map((handle) => ({ handle, path: handle.name }))
  let group: ChosenFile[] = []
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { handle, path } = next
    if (handle.kind === 'directory') {
      for await (const child of (handle as FileSystemDirectoryHandle).values()) {
        waiting.push({ handle: child, path: `${path}/${child.name}` })
      }
    } else if (!isLitter(path)) {
      group.push({ path: oneSpelling(path), file: await (handle as FileSystemFileHandle).getFile() })
      if (group.length >= groupSize) {
        yield group
        group = []
      }
    }
  }
  if (group.length > 0) yield group
}

/** Walks what was dropped, folders included, in groups of files. */
export async function* droppedFiles(entries: readonly FileSystemEntry[]): AsyncGenerator<ChosenFile[]> {
  const folders: FileSystemDirectoryEntry[] = []
  let group: ChosenFile[] = []
  const take = async function* (entry: FileSystemEntry): AsyncGenerator<ChosenFile[]> {
    if (entry.isDirectory) {
      folders.push(entry as FileSystemDirectoryEntry)
      return
    }
    const path = oneSpelling(entry.fullPath.replace(/^\//, ''))
    if (!isLitter(path)) group.push({ path, file: await fileOf(entry as FileSystemFileEntry) })
    if (group.length < groupSize) return
    yield group
    group = []
  }
  for (const entry of entries) yield* take(entry)
  for (let folder = folders.pop(); folder; folder = folders.pop()) {
    for await (const entry of childrenOf(folder)) yield* take(entry)
  }
  if (group.length > 0) yield group
}

/** Must be called while the drop event is handled: the browser empties the list afterwards. */
export function entriesOf(transfer: DataTransfer): FileSystemEntry[] {
  return [...transfer.items].flatMap((item) => {
    const entry = item.kind === 'file' ? item.webkitGetAsEntry() : null
    return entry ? [entry] : []
  })
}

/** Files of an `<input type="file">`, of a folder when it is `webkitdirectory`. */
export const pickedFiles = (files: FileList): ChosenFile[] =>
  [...files]
    .map((file) => ({ path: oneSpelling(file.webkitRelativePath === '' ? file.name : file.webkitRelativePath), file }))
    .filter(({ path }) => !isLitter(path))

/** macOS spells accented names in parts; the server keeps the composed form. */
const oneSpelling = (path: string): string => path.normalize('NFC')

const fileOf = (entry: FileSystemFileEntry): Promise<File> =>
  new Promise((resolve, reject) => entry.file(resolve, reject))

/** A reader gives at most 100 entries at a time, and none at the end. */
async function* childrenOf(folder: FileSystemDirectoryEntry): AsyncGenerator<FileSystemEntry> {
  const reader = folder.createReader()
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject))
    if (some.length === 0) return
    yield* some
  }
}

/** What a batch of these files is called until a person names it. */
export function folderName(paths: readonly string[]): string | undefined {
  const tops = new Set(paths.map((path) => path.split('/')[0] ?? ''))
  const [top] = tops
  return tops.size === 1 && top ? top : undefined
}

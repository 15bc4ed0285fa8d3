/** From files a person brought to an upload under way. */
import { send } from '../api.ts'
import type { Problem } from '../contract.ts'
import type { ChosenFile } from './batch.ts'
import { droppedFiles, entriesOf, folderName } from './folder.ts'
import { handlesOf, rememberFolders } from './rememberedFolders.ts'
import { uploadOf } from './uploads.ts'

/** Files on their way, whose folders may still have to be read. */
export interface Brought {
  label: string | undefined
  groups: AsyncIterable<readonly ChosenFile[]>
  handles: Promise<FileSystemHandle[]>
}

/** Must be called while the drop event is handled. */
export function fromDrop(transfer: DataTransfer): Brought {
  const handles = handlesOf(transfer)
  const entries = entriesOf(transfer)
  return { label: folderName(entries.map(({ name }) => name)), groups: droppedFiles(entries), handles }
}

export const fromPicker = (files: readonly ChosenFile[]): Brought => ({
  label: folderName(files.map(({ path }) => path)),
  groups: oneGroup(files),
  handles: Promise.resolve([]),
})

async function* oneGroup(files: readonly ChosenFile[]) {
  yield files
}

/**
 * Makes an import in a study and starts sending.
 * @returns its id, or why it could not be made
 */
export async function startImport(studyId: string, brought: Brought): Promise<{ id: string } | { problem: Problem }> {
  const sent = await send<{ id: string; label: string }>('POST', '/imports', {
    studyId,
    ...(brought.label && { label: brought.label }),
  })
  if (!sent.ok) return { problem: sent.problem }
  void addToImport(sent.value.id, sent.value.label, brought)
  return { id: sent.value.id }
}

/** Sends more files to an import, or the rest after an interruption. */
export async function addToImport(importId: string, label: string, brought: Brought): Promise<void> {
  const batch = await uploadOf(importId, label)
  void brought.handles.then((handles) => rememberFolders(importId, handles))
  await batch.feed(brought.groups)
}

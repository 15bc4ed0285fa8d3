import { Button, Group, Text } from '@mantine/core'
import { Notice } from '../components/notice.tsx'
import { IconFolderOpen, IconFolderUp, IconZoomScan } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { useRevalidator } from 'react-router'
import { send } from '../api.ts'
import { ProblemAlert } from '../components/problem.tsx'
import type { Problem } from '../contract.ts'
import { counted, formatBytes } from '../format.ts'
import { ChooseFiles } from '../upload/chooseFiles.tsx'
import { handleFiles } from '../upload/folder.ts'
import { mayRead, rememberedFolders } from '../upload/rememberedFolders.ts'
import { addToImport, fromDrop, fromPicker, type Brought } from '../upload/startImport.ts'
import { PageDrop } from '../upload/pageDrop.tsx'
import upload from '../upload/upload.module.css'
import { UploadPanel } from '../upload/uploadPanel.tsx'
import { uploadOf, useUpload } from '../upload/uploads.ts'
import { useList } from '../curation/useList.ts'
import type { ImportRecord } from './contract.ts'

interface Props {
  record: ImportRecord
  onCancel: () => void
}

const lookAgainMilliseconds = 700
const overdueMilliseconds = 6000

/** The first part of an import: files arrive. Survives a reload of the page. */
export function Collecting({ record, onCancel }: Props) {
  const { id, label } = record
  const state = useUpload(id)
  const { revalidate } = useRevalidator()
  const [problem, setProblem] = useState<Problem | null>(null)
  const remembered = useRemembered(id)
  const [late, setLate] = useState(false)
  const add = (brought: Brought) =>
    void addToImport(id, label, brought).catch((error: unknown) =>
      setProblem({
        title: 'The folder could not be read to its end',
        status: 0,
        code: 'unreadable',
        detail: `${(error as Error).message} What was read until then is being sent; drop the folder again to go on.`,
      }),
    )
  const inspect = async () => {
    const sent = await send('POST', `/imports/${id}/inspect`)
    if (sent.ok) void revalidate()
    else setProblem(sent.problem)
  }
  const finished = state?.phase === 'finished'
  // The inspection is ordered as soon as the last file has arrived; the page then shows its progress.
  useEffect(() => {
    if (!finished) return
    const timer = setInterval(() => void revalidate(), lookAgainMilliseconds)
    // Ordering the inspection may have failed; then a person orders it.
    const overdue = setTimeout(() => setLate(true), overdueMilliseconds)
    return () => {
      clearInterval(timer)
      clearTimeout(overdue)
    }
  }, [finished, revalidate])
  const control = (work: 'pause' | 'resume' | 'retryFailed') => () =>
    void uploadOf(id, label).then((batch) => batch[work]())
  const interrupted = state === null && record.fileCount > 0
  return (
    <>
      {problem && <ProblemAlert problem={problem} />}
      {state && (
        <UploadPanel
          state={state}
          onPause={control('pause')}
          onResume={control('resume')}
          onRetry={control('retryFailed')}
          onCancel={onCancel}
        />
      )}
      {interrupted && (
        <Notice tone="plain" title={`${counted(record.fileCount, 'file')} arrived, ${formatBytes(record.byteCount)}`}>
          If the upload was interrupted, drop the same folder here again: what has arrived is not sent a second time.
        </Notice>
      )}
      {!state && (
        <div className={upload.zone}>
          <IconFolderUp size={40} stroke={1.3} aria-hidden />
          <Text>Drop folders or files anywhere on this page, or choose them.</Text>
          <Group justify="center">
            {remembered.length > 0 && (
              <Button
                leftSection={<IconFolderOpen size={16} aria-hidden />}
                onClick={() =>
                  void mayRead(remembered).then(
                    (yes) => yes && add({ label, groups: handleFiles(remembered), handles: Promise.resolve([]) }),
                  )
                }
              >
                Go on with “{remembered.map(({ name }) => name).join('”, “')}”
              </Button>
            )}
            <ChooseFiles onChosen={(files) => add(fromPicker(files))} />
          </Group>
        </div>
      )}
      <Refused importId={id} />
      <Group mt="md">
        {(interrupted || (finished && (late || state.failed.length > 0))) && (
          <Button
            variant={finished ? 'filled' : 'default'}
            leftSection={<IconZoomScan size={16} aria-hidden />}
            onClick={() => void inspect()}
          >
            Look into what has arrived
          </Button>
        )}
        {state?.phase !== 'running' && state?.phase !== 'paused' && (
          <Button variant="default" onClick={onCancel}>
            Give this import up
          </Button>
        )}
      </Group>
      {state && !finished && (
        <Text size="sm" c="dimmed" mt="xs">
          When all files have arrived they are looked into by themselves. You can go on working in the portal meanwhile;
          keep this tab open.
        </Text>
      )}
      <PageDrop text={`Add to “${label}”`} onDrop={(transfer) => add(fromDrop(transfer))} />
    </>
  )
}

function useRemembered(importId: string): FileSystemHandle[] {
  const [handles, setHandles] = useState<FileSystemHandle[]>([])
  useEffect(() => {
    void rememberedFolders(importId).then(setHandles)
  }, [importId])
  return handles
}

interface RefusedFile {
  id: string
  path: string
  problem?: { detail: string }
}

/** Files that the server did not take, with its reasons. */
function Refused({ importId }: { importId: string }) {
  const { items } = useList<RefusedFile>(`/imports/${importId}/files`, { state: 'refused', limit: 200 })
  if (!items || items.length === 0) return null
  return (
    <Notice tone="bad" title={`${counted(items.length, 'file')} not taken`}>
      <ul className={upload.files}>
        {items.map(({ id, path, problem }) => (
          <li key={id}>
            <span className={upload.path}>{path}</span>
            <span>{problem?.detail}</span>
          </li>
        ))}
      </ul>
    </Notice>
  )
}

import { Button, Group, Progress, Text } from '@mantine/core'
import { IconPlayerPause, IconPlayerPlay, IconRefresh, IconX } from '@tabler/icons-react'
import { Notice } from '../components/notice.tsx'
import { counted, formatBytes, formatCount } from '../format.ts'
import type { BatchState } from './batch.ts'
import styles from './upload.module.css'

interface Props {
  state: BatchState
  onPause: () => void
  onResume: () => void
  onCancel: () => void
  onRetry: () => void
}

/** Progress of an upload: what arrived, how fast, what failed and why. */
export function UploadPanel({ state, onPause, onResume, onCancel, onRetry }: Props) {
  const { phase, failed, stopped } = state
  const active = phase === 'running' || phase === 'paused'
  return (
    <section className={styles.panel} aria-label="Upload">
      <Group justify="space-between" wrap="wrap">
        <Text fw={600}>{headline(state)}</Text>
        {active && (
          <Group gap="xs">
            {phase === 'running' ? (
              <Button
                variant="default"
                size="compact-sm"
                leftSection={<IconPlayerPause size={14} aria-hidden />}
                onClick={onPause}
              >
                Pause
              </Button>
            ) : (
              <Button size="compact-sm" leftSection={<IconPlayerPlay size={14} aria-hidden />} onClick={onResume}>
                Go on
              </Button>
            )}
            <Button
              variant="default"
              size="compact-sm"
              leftSection={<IconX size={14} aria-hidden />}
              onClick={onCancel}
            >
              Cancel
            </Button>
          </Group>
        )}
      </Group>
      <Progress value={percent(state)} size="lg" aria-label={`${Math.floor(percent(state))} % of the upload`} />
      <UploadFacts state={state} />
      {stopped && (
        <Notice tone="warn" title="The upload stopped">
          {stopped} Nothing that arrived is lost; press “Go on” when it is settled.
        </Notice>
      )}
      {state.sending.length > 0 && (
        <ul className={styles.files} aria-label="Under way">
          {state.sending.map(({ path, sentBytes, byteCount }) => (
            <li key={path}>
              <span className={styles.path}>{path}</span>
              <span className="dim nowrap">
                {formatBytes(sentBytes)} of {formatBytes(byteCount)}
              </span>
            </li>
          ))}
        </ul>
      )}
      {failed.length > 0 && (
        <Notice tone="bad" title={`${counted(failed.length, 'file')} could not be sent; the rest goes on`}>
          <ul className={styles.files}>
            {failed.map(({ path, problem }) => (
              <li key={path}>
                <span className={styles.path}>{path}</span>
                <span>{problem}</span>
              </li>
            ))}
          </ul>
          <Button
            variant="default"
            size="compact-sm"
            mt="xs"
            leftSection={<IconRefresh size={14} aria-hidden />}
            onClick={onRetry}
          >
            Try {failed.length === 1 ? 'it' : 'them'} again
          </Button>
        </Notice>
      )}
    </section>
  )
}

/** "1,204 of 3,760 files · 412 MiB of 1.20 GiB · 38.2 MiB/s · 21 s left" */
export function UploadFacts({ state }: { state: BatchState }) {
  const { doneFiles, fileCount, doneBytes, byteCount, skippedFiles, bytesPerSecond, secondsLeft } = state
  return (
    <div className={styles.facts}>
      <span>
        {formatCount(doneFiles)} of {counted(fileCount, 'file')}
        {state.reading && ' so far'}
      </span>
      <span>
        {formatBytes(doneBytes)} of {formatBytes(byteCount)}
      </span>
      {bytesPerSecond > 0 && <span>{formatBytes(bytesPerSecond)}/s</span>}
      {secondsLeft !== null && !state.reading && <span>{timeLeft(secondsLeft)}</span>}
      {skippedFiles > 0 && <span>{counted(skippedFiles, 'file')} had arrived before</span>}
    </div>
  )
}

export const percent = ({ byteCount, doneBytes, fileCount, doneFiles }: BatchState): number =>
  byteCount > 0 ? (doneBytes / byteCount) * 100 : fileCount > 0 ? (doneFiles / fileCount) * 100 : 0

function headline({ phase, failed, fileCount }: BatchState): string {
  if (phase === 'running') return 'Sending'
  if (phase === 'paused') return 'Paused'
  if (phase === 'cancelled') return 'Cancelled'
  if (fileCount === 0) return 'There were no files in what you chose'
  return failed.length > 0 ? 'Sent, with failures' : 'All files have arrived'
}

export function timeLeft(seconds: number): string {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s left`
  if (seconds < 5400) return `${Math.round(seconds / 60)} min left`
  return `${(seconds / 3600).toFixed(1)} h left`
}

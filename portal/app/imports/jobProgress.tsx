import { Button, Progress, Text } from '@mantine/core'
import { useCallback } from 'react'
import { useRevalidator } from 'react-router'
import { send } from '../api.ts'
import { taskText } from './contract.ts'
import styles from './imports.module.css'
import { useJob } from './useJob.ts'

interface Props {
  jobId: string | null
  /** What it is doing, until it says so itself. */
  text: string
  mayCancel: boolean
}

/** Progress of a job of an import; the page shows the outcome when it ends. */
export function JobProgress({ jobId, text, mayCancel }: Props) {
  const { revalidate } = useRevalidator()
  const onEnd = useCallback(() => void revalidate(), [revalidate])
  const job = useJob(jobId, onEnd)
  const share = (job?.progress ?? 0) * 100
  return (
    <section className={styles.job} aria-label={job ? taskText(job.task) : text}>
      <Text fw={600}>{text}</Text>
      <Progress
        value={job?.state === 'queued' ? 100 : share}
        animated={job?.state === 'queued'}
        my="xs"
        size="lg"
        aria-label={`${Math.floor(share)} % done`}
      />
      <output>
        {job === null || job.state === 'queued' ? 'Waiting for its turn' : (job.message ?? `${Math.floor(share)} %`)}
      </output>
      <Text size="sm" c="dimmed" mt="xs">
        It goes on when you leave this page, and you will find it under My work.
      </Text>
      {mayCancel && jobId && (
        <Button
          mt="xs"
          variant="default"
          size="compact-sm"
          onClick={() => void send('POST', `/jobs/${jobId}/cancel`).then(onEnd)}
        >
          Cancel
        </Button>
      )}
    </section>
  )
}

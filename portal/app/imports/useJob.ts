import { useEffect, useState } from 'react'
import { get } from '../api.ts'
import type { Job } from './contract.ts'

const pollMilliseconds = 800

/** A job as it goes on; `onEnd` is called once when it is done, failed or cancelled. */
export function useJob(jobId: string | null, onEnd: () => void): Job | null {
  const [job, setJob] = useState<Job | null>(null)
  useEffect(() => {
    if (jobId === null) return
    const leaving = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const read = async () => {
      try {
        const now = await get<Job>(`/jobs/${jobId}`, undefined, leaving.signal)
        setJob(now)
        if (now.state !== 'queued' && now.state !== 'running') return onEnd()
      } catch {
        // The server may be restarting; the job goes on without this page.
        if (leaving.signal.aborted) return
      }
      timer = setTimeout(() => void read(), pollMilliseconds)
    }
    void read()
    return () => {
      leaving.abort()
      clearTimeout(timer)
    }
  }, [jobId, onEnd])
  return job
}

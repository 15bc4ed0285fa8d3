/** Progress of a job, written at most twice a second, the newest word last. */
const betweenMilliseconds = 500

export interface Progress {
  progress: number
  message?: string
}

/**
 * @param write tells whether the job is still ours
 * @param lost  called when it is not
 */
export function progressReporter(write: (values: Progress) => Promise<boolean>, lost: (error?: unknown) => void) {
  let next: Progress | null = null
  let writing = false
  let closed = false

  async function work(): Promise<void> {
    writing = true
    try {
      while (next && !closed) {
        const values = next
        next = null
        if (!(await write(values))) lost()
        await new Promise((resolve) => setTimeout(resolve, betweenMilliseconds))
      }
    } catch (error) {
      lost(error)
    } finally {
      writing = false
    }
  }

  return {
    tell(share: number, message?: string): void {
      next = {
        progress: Math.min(1, Math.max(0, share)),
        ...(message !== undefined && { message: message.slice(0, 500) }),
      }
      if (!writing) void work()
    },
    /** Nothing is written any more. */
    close(): void {
      closed = true
    },
  }
}

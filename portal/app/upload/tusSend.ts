/** Sends one file by tus 1.0: resumed where it stopped, also after the page was loaded again. */
import { DetailedError, Upload } from 'tus-js-client'
import type { Problem } from '../contract.ts'
import { problemText } from '../http.ts'
import { UploadStopped, type SendOptions } from './batch.ts'

const mebibyte = 1 << 20
/** Smaller files are sent again from their start, which is cheaper than remembering each of thousands. */
const resumableFrom = 4 * mebibyte

/** A lost connection is waited for about four minutes. */
const retryDelays = [500, 1000, 3000, 5000, 10_000, 20_000, 30_000, 60_000, 60_000, 60_000]
/** Signed out, not allowed, import closed: the next file would fail in the same way. */
const stopping = new Set([401, 403, 410])
const worthRetrying = new Set([0, 409, 423, 429, 502, 503, 504])

export function tusSend(importId: string, options: SendOptions): Promise<void> {
  const { path, file, sha256, signal, onResumed, onProgress } = options
  return new Promise((resolve, reject) => {
    const upload = new Upload(file, {
      endpoint: '/api/v1/uploads',
      metadata: { importId, path, ...(sha256 && { sha256 }) },
      // One request for a small file; a large one needs its address first, to be resumed by it.
      uploadDataDuringCreation: file.size < resumableFrom,
      chunkSize: 64 * mebibyte,
      retryDelays,
      fingerprint: async () => ['vivarchive', importId, path, file.size, file.lastModified].join('|'),
      storeFingerprintForResuming: file.size >= resumableFrom,
      removeFingerprintOnSuccess: true,
      onShouldRetry: (error) => worthRetrying.has(error.originalResponse?.getStatus() ?? 0),
      onAfterResponse: (request, response) => {
        if (request.getMethod() === 'HEAD') onResumed(Number(response.getHeader('Upload-Offset') ?? 0))
      },
      onProgress,
      onSuccess: () => resolve(),
      onError: (error) => reject(explain(error)),
    })
    signal.addEventListener('abort', () => {
      void upload.abort().then(() => reject(signal.reason as Error), reject)
    })
    const start = async () => {
      if (file.size >= resumableFrom) {
        const [previous] = await upload.findPreviousUploads()
        if (previous) upload.resumeFromPreviousUpload(previous)
      }
      if (!signal.aborted) upload.start()
    }
    start().catch(reject)
  })
}

function explain(error: Error): Error {
  const response = error instanceof DetailedError ? error.originalResponse : null
  if (!response) return new Error('The connection was lost. Try again when it is back.')
  const status = response.getStatus()
  const text = problemIn(response.getBody()) ?? `The server answered with status ${status}.`
  return stopping.has(status) ? new UploadStopped(text) : new Error(text)
}

function problemIn(body: string): string | null {
  try {
    return problemText(JSON.parse(body) as Problem) ?? null
  } catch {
    return null
  }
}

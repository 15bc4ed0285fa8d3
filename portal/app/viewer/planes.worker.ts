/** Fetches planes and makes them ready, away from the page's thread; arrays are handed over without a copy. */
import type { Reduced } from './contract.ts'
import { expanded } from './reducedImage.ts'
import { readySamples, type SamplePlan, type Samples } from './samples.ts'

export interface FetchOrder {
  kind: 'fetch'
  id: number
  address: string
  /** Bytes that must arrive. */
  byteCount: number
  firstPlane: number
  plan: SamplePlan
  /** The bytes are of the reduced image, to be drawn in the size of the full one. */
  reduced?: { image: Reduced; shape: { x: number; y: number; z: number } }
}
export type Order = FetchOrder | { kind: 'abort'; id: number }

/** lost: no answer, worth another try; refused: an answer that another try does not change. */
export type Outcome =
  /** bytesPerSecond: of the transfer, null when it was too short to tell */
  | { id: number; kind: 'ready'; samples: Samples; bytesPerSecond: number | null }
  | { id: number; kind: 'lost'; message: string }
  | { id: number; kind: 'refused'; status: number; message: string }
  | { id: number; kind: 'aborted' }

/** Shorter transfers tell nothing about the speed of the link. */
const measuredBytes = 100_000
/** Below this a chunk comes sooner when it is compressed (docs/decisions/0013-zstd-on-request.md). */
const slowBytesPerSecond = 40e6
let isSlow = false

const running = new Map<number, AbortController>()
const worker = self as unknown as DedicatedWorkerGlobalScope

worker.addEventListener('message', ({ data }: MessageEvent<Order>) => {
  if (data.kind === 'abort') return running.get(data.id)?.abort()
  void fetchPlanes(data).then((outcome) =>
    worker.postMessage(outcome, outcome.kind === 'ready' ? [outcome.samples.buffer] : []),
  )
})

async function fetchPlanes({ id, address, byteCount, firstPlane, plan, reduced }: FetchOrder): Promise<Outcome> {
  const controller = new AbortController()
  running.set(id, controller)
  try {
    const coding = isSlow && !reduced ? '?coding=zstd' : ''
    const response = await fetch(address + coding, { signal: controller.signal })
    if (!response.ok) return await refusal(id, response)
    const start = performance.now()
    let bytes = await response.arrayBuffer()
    const seconds = (performance.now() - start) / 1000
    const bytesPerSecond = seconds > 0 && bytes.byteLength >= measuredBytes ? bytes.byteLength / seconds : null
    isSlow ||= bytesPerSecond !== null && bytesPerSecond < slowBytesPerSecond
    if (bytes.byteLength !== byteCount) {
      return { id, kind: 'lost', message: `${bytes.byteLength} of ${byteCount} bytes of the planes arrived.` }
    }
    if (reduced) {
      const full = { shape: reduced.shape, sampleType: plan.stored, samplesPerPixel: plan.storedComponents }
      bytes = expanded(bytes, reduced.image, full)
    }
    return { id, kind: 'ready', samples: readySamples(bytes, plan, firstPlane), bytesPerSecond }
  } catch (cause) {
    if (controller.signal.aborted) return { id, kind: 'aborted' }
    if (cause instanceof TypeError) return { id, kind: 'lost', message: 'The server cannot be reached.' }
    return { id, kind: 'lost', message: cause instanceof Error ? cause.message : String(cause) }
  } finally {
    running.delete(id)
  }
}

async function refusal(id: number, response: Response): Promise<Outcome> {
  const problem = (await response.json().catch(() => null)) as { title?: string; detail?: string } | null
  const message = problem?.detail ?? problem?.title ?? `The server answered with status ${response.status}.`
  const again = response.status >= 500 || response.status === 429
  return again ? { id, kind: 'lost', message } : { id, kind: 'refused', status: response.status, message }
}

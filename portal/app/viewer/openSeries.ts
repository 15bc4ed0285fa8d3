/** Opening a series: its header, or why there is none yet, in words for people. */
import { ProblemError, get } from '../api.ts'
import { problemText } from '../http.ts'
import type { SeriesHeader } from './contract.ts'

export type Opening =
  /** The pixels are being prepared, or the network is lost: asked for again by itself. */
  | { state: 'waiting'; message: string }
  | { state: 'problem'; message: string; signInMayHelp: boolean }
  | { state: 'open'; header: SeriesHeader }

const pauseMilliseconds = 2000
const early = new Map<string, Promise<SeriesHeader>>()

/** Asks for headers while the code of the viewer is still on its way. */
export function openEarly(ids: readonly string[]): void {
  for (const id of ids) {
    const header = get<SeriesHeader>(`/series/${id}/header`)
    // Who opens the series tells about what went wrong.
    header.catch(() => {})
    early.set(id, header)
  }
}

function header(id: string, signal: AbortSignal): Promise<SeriesHeader> {
  const asked = early.get(id)
  early.delete(id)
  return asked ?? get<SeriesHeader>(`/series/${id}/header`, undefined, signal)
}

/**
 * Asks until there is a header or a reason that will not go away.
 * @param report called with each change on the way
 */
export async function openSeries(id: string, report: (opening: Opening) => void, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const opening = await ask(id, signal)
    if (signal.aborted) return
    report(opening)
    if (opening.state !== 'waiting') return
    await pause(signal)
  }
}

async function ask(id: string, signal: AbortSignal): Promise<Opening> {
  try {
    return { state: 'open', header: await header(id, signal) }
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    const { problem } = error
    if (problem.code === 'offline') {
      return { state: 'waiting', message: 'The server cannot be reached. Trying again until it answers.' }
    }
    if (problem.code === 'busy' || problem.code === 'rate-limited')
      return { state: 'waiting', message: problemText(problem) }
    const signInMayHelp = [401, 403, 404].includes(problem.status)
    return { state: 'problem', message: problemText(problem), signInMayHelp }
  }
}

const pause = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, pauseMilliseconds)
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true })
  })

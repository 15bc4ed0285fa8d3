/** Opens the series of a link and holds their pixels for as long as the page is shown. */
import { useCallback, useEffect, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { graphics } from './cornerstone.client.ts'
import { memoryBudget } from './memoryPlan.ts'
import type { SeriesHeader } from './contract.ts'
import { openSeries, type Opening } from './openSeries.ts'
import { PlaneLoader, type PlaneWorker } from './planeLoader.ts'
import { SeriesPixels } from './seriesPixels.client.ts'
import { linkRate } from './reducedImage.ts'
import type { SeriesView } from './viewState.ts'

export interface OpenSeries {
  /** By place in the list; null while a series is not open. */
  pixels: (SeriesPixels | null)[]
  openings: (Opening | null)[]
  /** Opens again, or fetches again, what failed. */
  retry: () => void
  loader: PlaneLoader | null
  /** Shows a series that is open with another header of the same planes. */
  show: (header: SeriesHeader) => void
}

/** Of what came with this page. */
const measuredRate = () => linkRate(performance.getEntriesByType('resource') as PerformanceResourceTiming[])

/** @param ids must stay the same array for as long as the series are the same */
export function useOpenSeries(ids: readonly string[]): OpenSeries {
  const [attempt, setAttempt] = useState(0)
  const [loader, setLoader] = useState<PlaneLoader | null>(null)
  const shown = useRef<(header: SeriesHeader) => void>(() => {})
  const [pixels, setPixels] = useState<(SeriesPixels | null)[]>(() => ids.map(() => null))
  const [openings, setOpenings] = useState<(Opening | null)[]>(() => ids.map(() => null))

  useEffect(() => {
    const leaving = new AbortController()
    const budget = memoryBudget((navigator as { deviceMemory?: number }).deviceMemory)
    const { maximumVolumeSide, maximumPlaneSide } = graphics() ?? { maximumVolumeSide: 0, maximumPlaneSide: 0 }
    const limits = { maximumVolumeSide, maximumPlaneSide, maximumVolumeBytes: budget * 1.5 }
    const worker = new Worker(new URL('./planes.worker.ts', import.meta.url), { type: 'module' })
    const planes = new PlaneLoader(worker as unknown as PlaneWorker, budget, measuredRate())
    const opened = new Map<string, SeriesPixels>()
    const show = (header: SeriesHeader) => {
      const before = opened.get(header.seriesId)
      const series = new SeriesPixels(header, limits)
      opened.set(header.seriesId, series)
      // Pictures are drawn from the pixels until they are gone from the page.
      flushSync(() => setPixels((all) => all.with(ids.indexOf(header.seriesId), series)))
      before?.close()
    }
    shown.current = show
    setLoader(planes)
    setPixels(ids.map(() => null))
    ids.forEach((id, n) => {
      const report = (opening: Opening) => {
        setOpenings((all) => all.with(n, opening))
        if (opening.state === 'open') show(opening.header)
      }
      void openSeries(id, report, leaving.signal)
    })
    const online = () => planes.retry()
    window.addEventListener('online', online, { signal: leaving.signal })
    return () => {
      leaving.abort()
      planes.close()
      for (const series of opened.values()) series.close()
    }
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- each attempt opens anew
  }, [ids, attempt])

  const retry = () => {
    // A refusal can mean that the pixels were made anew: then their header has changed too.
    const refused = pixels.some((series) => series?.source.problem?.kind === 'refused')
    if (refused || openings.some((opening) => opening?.state === 'problem')) setAttempt((count) => count + 1)
    else loader?.retry()
  }
  const show = useCallback((header: SeriesHeader) => shown.current(header), [])
  return { pixels, openings, retry, loader, show }
}

/**
 * Tells the loader what is looked at.
 * @param shown places of the series on screen, the active one first
 */
export function useFocus(
  loader: PlaneLoader | null,
  pixels: readonly (SeriesPixels | null)[],
  views: readonly (SeriesView | null)[],
  shown: readonly number[],
): void {
  const open = (n: number) => (pixels[n] && views[n] ? [{ source: pixels[n].source, view: views[n] }] : [])
  const shownSeries = shown.flatMap(open)
  const others = [...pixels.keys()].filter((n) => !shown.includes(n)).flatMap(open)
  const all = [...shownSeries, ...others]
  // Windows and colours change with every move of the hand; the loader cares for places only.
  const key = all.map(({ source, view }) => [source.header.seriesId, view.c, view.t, view.index[2]].join(' ')).join()
  useEffect(() => {
    for (const { source, view } of all) source.lookAt(view.c, view.t, view.index[2])
    loader?.hold(
      all.map(({ source }) => source),
      shownSeries.length,
    )
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- the key stands for all that is used of these
  }, [loader, pixels, key, shownSeries.length])
}

/** The segmentations of the page, and the tool that paints them. */
import { useEffect, useRef, useState, useSyncExternalStore } from 'react'
import type { SeriesHeader } from '../contract.ts'
import { SegmentationStore } from './store.ts'

export const paintTools = ['brush', 'eraser', 'threshold', 'grow'] as const
export type PaintTool = (typeof paintTools)[number]

export interface Painting {
  tool: PaintTool | null
  /** Millimetres, or pixels where the image has no spacing. */
  radius: number
  /** Paints a ball through the planes; else a disc on the one that is drawn on. */
  ball: boolean
  /** Values that the threshold brush and growing take, in the unit of the series. */
  low: number
  high: number
  opacity: number
}

export interface Segmentations {
  store: SegmentationStore
  painting: Painting
  paint(patch: Partial<Painting>): void
  trouble: string | null
}

/** @param first values that are offered at first: those of the window */
export function useSegmentations(headers: readonly SeriesHeader[], wanted: boolean): Segmentations {
  const [store] = useState(() => new SegmentationStore())
  const [trouble, setTrouble] = useState<string | null>(null)
  const [painting, setPainting] = useState<Painting>({
    tool: null,
    radius: 1.5,
    ball: false,
    low: 0,
    high: 1,
    opacity: 0.5,
  })
  useSyncExternalStore(store.follow, () => store.version)
  const read = useRef(new Set<string>())
  useEffect(() => {
    if (!wanted) return
    const leaving = new AbortController()
    for (const header of headers) {
      if (read.current.has(header.seriesId)) continue
      read.current.add(header.seriesId)
      store.load(header, leaving.signal).catch((error: Error) => {
        read.current.delete(header.seriesId)
        if (!leaving.signal.aborted) setTrouble(error.message)
      })
    }
  }, [headers, wanted, store])
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => {
      if (store.dirty) event.preventDefault()
    }
    window.addEventListener('beforeunload', warn)
    return () => window.removeEventListener('beforeunload', warn)
  }, [store])
  return { store, painting, trouble, paint: (patch) => setPainting((before) => ({ ...before, ...patch })) }
}

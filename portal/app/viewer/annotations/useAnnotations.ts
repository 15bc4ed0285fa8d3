/** The drawings of the open series: loaded, measured, kept. */
import { useEffect, useMemo, useReducer, useRef, useState, useSyncExternalStore } from 'react'
import { annotationTools, type AnnotationTool } from '#ontology/entities/annotation.ts'
import type { SeriesHeader } from '../contract.ts'
import type { LayerView } from '../overlayContent.ts'
import type { PlaneSource } from '../planeSource.ts'
import { annotationColours, type Drawn } from './drawn.ts'
import { annotationKeeper, drawnOf, liesAsDrawn, readAnnotations } from './keeper.ts'
import { measure, type Measured } from './measure.ts'
import { AnnotationStore } from './store.ts'

export interface Annotations {
  store: AnnotationStore
  selected: string | null
  select(key: string | null): void
  hidden: ReadonlySet<string>
  /** Shows or hides drawings. */
  setHidden(keys: readonly string[], hidden: boolean): void
  /** What is measured in a drawing of a series that is on screen now, or was before. */
  measured(drawn: Drawn): Measured | null
  /** A new drawing with a name, a colour and an audience of its own. */
  make(series: SeriesHeader, what: Pick<Drawn, 'tool' | 'points' | 'time' | 'channel' | 'plane'>): void
  /** Whether this person may change a drawing and have that kept, or at least on this page. */
  mayChange(drawn: Drawn): boolean
  /** Why drawings of a series cannot be read, or do not lie where they were drawn. */
  trouble: readonly string[]
}

let count = 0

/**
 * @param headers of the open series
 * @param layersOf what is shown of a series and over it; a new function when that has changed
 * @param sources planes of all that is shown
 */
export function useAnnotations(
  headers: readonly SeriesHeader[],
  layersOf: (seriesId: string) => readonly LayerView[],
  sources: readonly PlaneSource[],
): Annotations {
  const [selected, select] = useState<string | null>(null)
  const [hidden, setHiddenKeys] = useState<ReadonlySet<string>>(new Set())
  const [trouble, setTrouble] = useState<readonly string[]>([])
  const [, arrived] = useReducer((n: number) => n + 1, 0)
  const current = useRef({ headers, layersOf })
  useEffect(() => {
    current.current = { headers, layersOf }
  })
  const cache = useRef(new Map<string, { drawn: Drawn; layersOf: typeof layersOf; measured: Measured }>())

  const measured = (drawn: Drawn): Measured | null => {
    const known = cache.current.get(drawn.key)
    const { layersOf: now } = { layersOf }
    if (known && known.drawn === drawn && known.layersOf === now && !known.measured.waiting) return known.measured
    const layers = now(drawn.seriesId)
    const fresh = layers.length === 0 ? null : measure(drawn, layers)
    // What cannot be measured now keeps the numbers that it had.
    if (!fresh) return known?.drawn === drawn ? known.measured : null
    if (fresh.waiting && drawn.plane !== null && known?.drawn === drawn) return known.measured
    cache.current.set(drawn.key, { drawn, layersOf: now, measured: fresh })
    return fresh
  }
  const latest = useRef(measured)
  useEffect(() => {
    latest.current = measured
  })

  const [store] = useState(() => new AnnotationStore())
  useEffect(() => {
    store.keepWith((seriesId) => {
      const header = headers.find((one) => one.seriesId === seriesId)
      return header?.record ? annotationKeeper(header, (drawn) => latest.current(drawn)?.values ?? []) : null
    })
  })
  useSyncExternalStore(store.follow, () => store.version)

  // Each series is read once; other directions of its axes are another series to its drawings.
  const keys = headers.map((header) => `${header.seriesId} ${header.direction?.join() ?? ''}`).join(' | ')
  const read = useRef(new Set<string>())
  useEffect(() => {
    const leaving = new AbortController()
    for (const header of current.current.headers) {
      const key = `${header.seriesId} ${header.direction?.join() ?? ''}`
      if (read.current.has(key)) continue
      read.current.add(key)
      store.unload(header.seriesId)
      readAnnotations(header, leaving.signal).then(
        (records) => {
          const lying = records.filter((record) => liesAsDrawn(record, header))
          store.load(
            lying.map((record) => ({
              drawn: drawnOf(record),
              kept: {
                seriesId: header.seriesId,
                id: record.id,
                version: record.version,
                deleted: false,
                author: record.author ?? '',
              },
            })),
          )
          const away = records.length - lying.length
          if (away > 0)
            setTrouble((all) => [
              ...all,
              `${away} of ${header.label} ${away > 1 ? 'were' : 'was'} drawn when its axes ran in other directions, and cannot be shown.`,
            ])
        },
        (error: Error) => {
          read.current.delete(key)
          if (!leaving.signal.aborted) setTrouble((all) => [...all, `Annotations of ${header.label}: ${error.message}`])
        },
      )
    }
    return () => leaving.abort()
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- the keys stand for all that is used of the headers
  }, [keys, store])

  useEffect(() => {
    const waits = () => [...cache.current.values()].some((one) => one.measured.waiting)
    const stops = sources.map((source) => source.follow(() => waits() && arrived()))
    return () => stops.forEach((stop) => stop())
  }, [sources])

  // Leaving the page writes what waits for its pause.
  useEffect(() => () => void store.flush(), [store])
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => {
      if (!store.busy) return
      void store.flush()
      event.preventDefault()
    }
    window.addEventListener('beforeunload', warn)
    return () => window.removeEventListener('beforeunload', warn)
  }, [store])

  const actions = useMemo(
    () => ({
      setHidden: (changed: readonly string[], hide: boolean) =>
        setHiddenKeys((before) => {
          const next = new Set(before)
          for (const key of changed)
            if (hide) next.add(key)
            else next.delete(key)
          return next
        }),
      make(series: SeriesHeader, what: Pick<Drawn, 'tool' | 'points' | 'time' | 'channel' | 'plane'>) {
        const key = `new-${++count}`
        store.add({
          ...what,
          key,
          seriesId: series.seriesId,
          label: nextLabel(store.all, series.seriesId, what.tool),
          colour: annotationColours[0],
          audience: series.record?.mayEdit ? 'project' : 'me',
        })
        select(key)
      },
      mayChange(drawn: Drawn): boolean {
        const header = current.current.headers.find((one) => one.seriesId === drawn.seriesId)
        if (header?.record?.mayEdit || !store.keptOf(drawn.key)) return true
        return header?.record !== null && drawn.audience === 'me'
      },
    }),
    [store],
  )
  return { store, selected, select, hidden, measured, trouble, ...actions }
}

/** 'Length 3' when there are two of them. */
function nextLabel(all: readonly Drawn[], seriesId: string, tool: AnnotationTool): string {
  const { title } = annotationTools[tool]
  const numbers = all
    .filter((one) => one.seriesId === seriesId && one.label.startsWith(`${title} `))
    .map((one) => Number(one.label.slice(title.length + 1)))
    .filter(Number.isInteger)
  return `${title} ${Math.max(0, ...numbers) + 1}`
}

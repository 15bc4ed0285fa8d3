/** How often which value occurs in the shown time point, with handles for the window. */
import { useEffect, useState } from 'react'
import { get } from '../api.ts'
import type { LayerView } from './overlayContent.ts'
import styles from './viewer.module.css'
import { usable, type Window } from './window.ts'

interface Props {
  layer: LayerView
  onChange: (window: Window) => void
}

interface Answer {
  histogram: { low: number; high: number; counts: number[] } | null
}

const bins = 122
const height = 44

export function Histogram({ layer: { pixels, view }, onChange }: Props) {
  const { header } = pixels
  const { seriesId, revision, range } = header
  const factor = header.factor ?? 1
  const [counts, setCounts] = useState<number[] | null>(null)
  const empty = !(range.max > range.min)
  useEffect(() => {
    if (empty) return
    const leaving = new AbortController()
    const timer = setTimeout(() => {
      const query = {
        t: `${view.t}:${view.t + 1}`,
        c: `${view.c}:${view.c + 1}`,
        bins: String(bins),
        range: `${range.min / factor}:${range.max / factor}`,
      }
      get<Answer>(`/series/${seriesId}/r/${revision}/statistics`, query, leaving.signal).then(
        ({ histogram }) => setCounts(histogram?.counts ?? null),
        // A window is set without it as well.
        () => leaving.signal.aborted || setCounts(null),
      )
    }, 300)
    return () => {
      leaving.abort()
      clearTimeout(timer)
    }
  }, [empty, seriesId, revision, view.t, view.c, range.min, range.max, factor])
  if (empty || !counts) return null

  const { low, high } = view.window
  const share = (value: number) => Math.min(Math.max((value - range.min) / (range.max - range.min), 0), 1) * bins
  // Air and background would leave nothing of the rest.
  const greatest = Math.log1p(Math.max(...counts))
  const bars = counts.map((count, n) => {
    const tall = greatest > 0 ? (Math.log1p(count) / greatest) * (height - 2) : 0
    return `M${n} ${height}v${-tall.toFixed(1)}h1V${height}z`
  })
  const step = (range.max - range.min) / 200
  const setLow = (value: number) => onChange(usable(Math.min(value, high - step), high))
  const setHigh = (value: number) => onChange(usable(low, Math.max(value, low + step)))

  function drag(event: React.PointerEvent<SVGSVGElement>) {
    if (event.buttons !== 1) return
    const box = event.currentTarget.getBoundingClientRect()
    const value = range.min + ((event.clientX - box.left) / box.width) * (range.max - range.min)
    if (event.type === 'pointerdown') {
      event.currentTarget.setPointerCapture(event.pointerId)
      event.currentTarget.dataset.handle = Math.abs(value - low) < Math.abs(value - high) ? 'low' : 'high'
    }
    if (event.currentTarget.dataset.handle === 'low') setLow(value)
    else setHigh(value)
  }
  return (
    <div className={styles.histogram} data-histogram={counts.reduce((sum, count) => sum + count, 0)}>
      <svg
        viewBox={`0 0 ${bins} ${height}`}
        preserveAspectRatio="none"
        aria-hidden="true"
        onPointerDown={drag}
        onPointerMove={drag}
      >
        <rect
          x={share(low)}
          width={Math.max(share(high) - share(low), 0.5)}
          height={height}
          className={styles.plotNow}
        />
        <path d={bars.join('')} className={styles.histogramBars} />
        <path d={`M${share(low)} 0V${height}M${share(high)} 0V${height}`} className={styles.histogramHandles} />
      </svg>
    </div>
  )
}

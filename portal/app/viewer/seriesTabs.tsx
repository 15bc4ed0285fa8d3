import { formatModality } from '../format.ts'
import type { Opening } from './openSeries.ts'
import type { SeriesPixels } from './seriesPixels.client.ts'
import styles from './viewer.module.css'

interface Props {
  pixels: (SeriesPixels | null)[]
  openings: (Opening | null)[]
  active: number
  onActive: (n: number) => void
}

/** The series of the link, one button each. */
export function SeriesTabs({ pixels, openings, active, onActive }: Props) {
  return (
    <div className={styles.tabs} role="group" aria-label="Series">
      {pixels.map((series, n) => {
        const state = openings[n]?.state
        const label = series?.header.label ?? (state === 'problem' ? 'Not to be opened' : 'Opening')
        return (
          <button key={n} type="button" aria-pressed={n === active} onClick={() => onActive(n)} title={label}>
            <span>{label}</span>
            {series && <small>{formatModality(series.header.modality)}</small>}
          </button>
        )
      })}
    </div>
  )
}

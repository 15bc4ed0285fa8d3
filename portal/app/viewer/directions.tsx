/** Where the file does not prove how the animal lay: a person sees it, turns it right, and keeps that with the series. */
import { useState } from 'react'
import { Button } from '@mantine/core'
import { axisLetters, withAxes } from '#imaging/geometry/orientation.ts'
import { get, send } from '../api.ts'
import { problemText } from '../http.ts'
import { flipped, turned } from './axisTurns.ts'
import type { SeriesHeader } from './contract.ts'
import { Section } from './infoPanel.tsx'
import styles from './viewer.module.css'

interface Props {
  header: SeriesHeader
  /** Drawn plane by plane as it is stored. */
  flat: boolean
  /** Shows the series with other directions. */
  onShow: (header: SeriesHeader) => void
}

const flips = [
  { pair: 'LR', label: 'Left-right' },
  { pair: 'SI', label: 'Head-feet' },
  { pair: 'PA', label: 'Dorsal-ventral' },
]
const turns = [
  { plane: 'axial', label: 'Axial' },
  { plane: 'coronal', label: 'Coronal' },
  { plane: 'sagittal', label: 'Sagittal' },
] as const

export function Directions({ header, flat, onShow }: Props) {
  /** As the record has it; `header` is another one while a change is being tried. */
  const [saved, setSaved] = useState(header)
  const [busy, setBusy] = useState(false)
  const [told, setTold] = useState('')
  // Axes of which nothing is known are drawn as these.
  const axes = axisLetters(header) ?? ['L', 'P', 'S']
  const tried = header !== saved

  function attempt(next: readonly string[]) {
    setTold('')
    onShow({ ...saved, ...withAxes(saved, next.join('')), orientation: 'stated' })
  }

  async function save(axisDirections: string | null) {
    setBusy(true)
    try {
      const sent = await send(
        'PATCH',
        `/series/${saved.seriesId}`,
        { axisDirections },
        { ifMatch: saved.record!.version },
      )
      if (!sent.ok && sent.problem.code !== 'stale') return setTold(`Not saved. ${problemText(sent.problem)}`)
      const now = await get<SeriesHeader>(`/series/${saved.seriesId}/header`)
      setSaved(now)
      onShow(now)
      setTold(
        sent.ok
          ? 'Saved.'
          : 'Not saved: somebody changed this series in the meantime. It is shown as it is now; try again.',
      )
    } catch (error) {
      setTold((error as Error).message)
    } finally {
      setBusy(false)
    }
  }

  return (
    <Section title={saved.orientation === 'stated' ? 'Directions: stated by a person' : 'Directions: not certain'}>
      <div className={styles.turns} role="group" aria-label="Flip">
        <span>Flip</span>
        {flips.map(({ pair, label }) => (
          <Button key={pair} size="compact-xs" variant="default" onClick={() => attempt(flipped(axes, pair))}>
            {label}
          </Button>
        ))}
      </div>
      <div className={styles.turns} role="group" aria-label="Turn by 90 degrees">
        <span>Turn 90°</span>
        {turns.map(({ plane, label }) => (
          <Button key={plane} size="compact-xs" variant="default" onClick={() => attempt(turned(axes, plane))}>
            {label}
          </Button>
        ))}
      </div>
      <div className={styles.turns}>
        {tried ? (
          <>
            <Button size="compact-xs" loading={busy} onClick={() => void save(axes.join(''))}>
              Save directions
            </Button>
            <Button size="compact-xs" variant="default" disabled={busy} onClick={() => onShow(saved)}>
              Cancel
            </Button>
          </>
        ) : (
          saved.orientation === 'stated' && (
            <Button size="compact-xs" variant="default" loading={busy} onClick={() => void save(null)}>
              Back to what the file says
            </Button>
          )
        )}
      </div>
      <p role="status">{tried && told === '' ? 'Tried here only, not saved yet.' : told}</p>
      <p className="dim">
        Changes what the axes mean, never the voxels
        {flat ? ': this picture stays as it is stored, and its letters change.' : '.'} Series that were measured
        together need the same change. What was drawn on it before is shown again when they are as they were.
      </p>
    </Section>
  )
}

/** Moves an image over the others by hand: millimetres and degrees, tried at once, kept with the series on demand. */
import { useEffect, useState } from 'react'
import { Button, NumberInput } from '@mantine/core'
import { get, send } from '../api.ts'
import { problemText } from '../http.ts'
import type { SeriesHeader } from './contract.ts'
import type { Vec3 } from './geometry.ts'
import { Section } from './infoPanel.tsx'
import { readPlacement, unmoved, writePlacement, type Placement } from './placement.ts'
import styles from './viewer.module.css'

interface Props {
  header: SeriesHeader
  /** Shows the series somewhere else. */
  onShow: (header: SeriesHeader) => void
}

const shifts = ['Left', 'Dorsal', 'Head'] as const
/** A person's fingers rest for this long between two clicks on an arrow. */
const pauseMilliseconds = 250

export function Moving({ header, onShow }: Props) {
  const [saved, setSaved] = useState(header)
  const [placement, setPlacement] = useState(() => readPlacement(header.placement))
  const [busy, setBusy] = useState(false)
  const [told, setTold] = useState('')
  const text = writePlacement(placement)
  const tried = text !== saved.placement
  const mayEdit = saved.record?.mayEdit === true
  const step = header.spacing ? Math.min(...header.spacing) / 2 : 0.5

  // The planes are the same; their box is made anew where the hand has come to rest.
  useEffect(() => {
    if (text === header.placement) return
    const timer = setTimeout(() => onShow(withPlacement(header, text)), pauseMilliseconds)
    return () => clearTimeout(timer)
  }, [text, header, onShow])

  function change(part: keyof Placement, axis: number, value: number | string) {
    if (typeof value !== 'number') return
    setTold('')
    setPlacement({
      ...placement,
      [part]: placement[part].map((one, n) => (n === axis ? value : one)) as unknown as Vec3,
    })
  }

  async function save() {
    setBusy(true)
    try {
      const change = { placement: text ?? null }
      const sent = await send('PATCH', `/series/${saved.seriesId}`, change, { ifMatch: saved.record!.version })
      if (!sent.ok && sent.problem.code !== 'stale') return setTold(`Not saved. ${problemText(sent.problem)}`)
      const now = await get<SeriesHeader>(`/series/${saved.seriesId}/header`)
      setSaved(now)
      if (!sent.ok) return setTold('Not saved: somebody changed this series in the meantime. Save again to keep yours.')
      onShow(withPlacement({ ...header, record: now.record }, now.placement))
      setTold('Saved with the series; its history keeps what was before.')
    } catch (error) {
      setTold((error as Error).message)
    } finally {
      setBusy(false)
    }
  }

  return (
    <Section title={`Move ${header.label}`}>
      <div className={styles.tilts}>
        {shifts.map((name, axis) => (
          <NumberInput
            key={name}
            size="xs"
            label={`${name}, mm`}
            aria-label={`Move ${header.label} by millimetres: ${name}`}
            step={step}
            decimalScale={3}
            min={-9999}
            max={9999}
            value={placement.shift[axis]!}
            onChange={(value) => change('shift', axis, value)}
          />
        ))}
        {shifts.map((name, axis) => (
          <NumberInput
            key={`about ${name}`}
            size="xs"
            label={`About ${name}, °`}
            aria-label={`Turn ${header.label} by degrees about ${name}`}
            step={1}
            decimalScale={2}
            min={-180}
            max={180}
            value={placement.turn[axis]!}
            onChange={(value) => change('turn', axis, value)}
          />
        ))}
      </div>
      <div className={styles.turns}>
        {tried && mayEdit && (
          <Button size="compact-xs" loading={busy} onClick={() => void save()}>
            Save place
          </Button>
        )}
        {tried && (
          <Button
            size="compact-xs"
            variant="default"
            disabled={busy}
            onClick={() => setPlacement(readPlacement(saved.placement))}
          >
            Cancel
          </Button>
        )}
        {text !== undefined && (
          <Button size="compact-xs" variant="default" disabled={busy} onClick={() => setPlacement(unmoved)}>
            Where the file says
          </Button>
        )}
      </div>
      <p role="status">{tried && told === '' ? 'Tried here only, not saved yet.' : told}</p>
    </Section>
  )
}

const withPlacement = ({ placement: _before, ...header }: SeriesHeader, text: string | undefined): SeriesHeader => ({
  ...header,
  ...(text !== undefined && { placement: text }),
})

/** Time-activity curve of a cube of voxels around the crosshair, computed by the server over all frames. */
import { useEffect, useState } from 'react'
import { Button, Select } from '@mantine/core'
import { ProblemError, get } from '../api.ts'
import type { Vec3 } from './geometry.ts'
import { Section } from './infoPanel.tsx'
import { formatLength, formatMeasured, formatSeconds } from './numbers.ts'
import type { LayerView } from './overlayContent.ts'
import { Plot } from './plot.tsx'
import { downloadText } from './screenshot.ts'
import styles from './viewer.module.css'

interface Props {
  layer: LayerView
  onTime: (t: number) => void
}

/** Answer of GET /series/:id/r/:revision/curve, as far as it is used. */
interface Curve {
  unit: string
  volumeCubicMillimetres: number | null
  points: {
    t: number
    startSeconds: number | null
    durationSeconds: number | null
    count: number
    mean: number | null
    standardDeviation: number | null
    minimum: number | null
    maximum: number | null
  }[]
}

/** Voxels along each side. */
const sides = [1, 3, 5, 9, 15]
/** The crosshair rests this long before the server is asked. */
const pauseMilliseconds = 250

/** The part of each axis that a cube around a voxel takes, cut off at the ends of the image. */
export function cubeQuery(
  index: Vec3,
  side: number,
  shape: { x: number; y: number; z: number },
): Record<string, string> {
  const before = (side - 1) / 2
  const part = (at: number, count: number) => `${Math.max(at - before, 0)}:${Math.min(at + before + 1, count)}`
  return { x: part(index[0], shape.x), y: part(index[1], shape.y), z: part(index[2], shape.z) }
}

export function CurvePanel({ layer: { pixels, view }, onTime }: Props) {
  const { header } = pixels
  const { seriesId, revision, shape, spacing } = header
  const [open, setOpen] = useState(false)
  const [side, setSide] = useState(3)
  const [curve, setCurve] = useState<Curve | null>(null)
  const [problem, setProblem] = useState('')
  const place = view.index.join('.')
  useEffect(() => {
    if (!open) return
    const leaving = new AbortController()
    const timer = setTimeout(() => {
      const index = place.split('.').map(Number) as unknown as Vec3
      const query = { ...cubeQuery(index, side, shape), c: `${view.c}:${view.c + 1}` }
      get<Curve>(`/series/${seriesId}/r/${revision}/curve`, query, leaving.signal).then(
        (found) => {
          setCurve(found)
          setProblem('')
        },
        (error: unknown) =>
          leaving.signal.aborted || setProblem(error instanceof ProblemError ? error.message : String(error)),
      )
    }, pauseMilliseconds)
    return () => {
      leaving.abort()
      clearTimeout(timer)
    }
  }, [open, side, place, view.c, seriesId, revision, shape])

  if (!open) {
    return (
      <Section title="Time curve">
        <Button size="xs" variant="default" fullWidth onClick={() => setOpen(true)}>
          Curve around the crosshair
        </Button>
      </Section>
    )
  }
  // The server knows the stored quantity; the header may be in another one.
  const factor = header.factor ?? 1
  const times = (value: number | null) => (value === null ? null : value * factor)
  const points = (curve?.points ?? []).map((point) => ({
    t: point.t,
    start: point.startSeconds ?? point.t,
    duration: point.durationSeconds ?? (point.startSeconds === null ? 1 : 0),
    mean: times(point.mean),
    deviation: times(point.standardDeviation),
  }))
  const timed = curve?.points.every(({ startSeconds }) => startSeconds !== null) ?? false
  const now = points.find(({ t }) => t === view.t)
  const edge = spacing ? spacing.map((mm) => formatLength(mm * side)).join(' × ') : ''
  return (
    <Section title="Time curve">
      <Select
        size="xs"
        aria-label="Size of the region"
        data={sides.map((count) => ({ value: String(count), label: count === 1 ? '1 voxel' : `${count}³ voxels` }))}
        value={String(side)}
        allowDeselect={false}
        onChange={(value) => setSide(Number(value))}
      />
      {problem !== '' && (
        <p role="alert" className={styles.note}>
          {problem}
        </p>
      )}
      {curve && (
        <>
          <Plot points={points} now={view.t} unit={header.unit} timed={timed} onTime={onTime} />
          <p role="status" data-curve={now?.mean ?? ''}>
            {now?.mean === null || now === undefined
              ? 'No value in this frame.'
              : `${formatMeasured(Number(now.mean.toPrecision(4)), header.unit)}${now.deviation ? ` ± ${formatMeasured(Number(now.deviation.toPrecision(2)), '')}` : ''}${timed ? `, ${formatSeconds(now.start)} to ${formatSeconds(now.start + now.duration)}` : ''}`}
          </p>
          <p className="dim">{edge && `${edge}, mean ± SD of its voxels, at the middle of each frame.`}</p>
          <Button
            size="compact-xs"
            variant="default"
            onClick={() => downloadText(csvOf(points, header.unit, timed), `${header.label} curve.csv`)}
          >
            Save as CSV
          </Button>
        </>
      )}
    </Section>
  )
}

function csvOf(
  points: { t: number; start: number; duration: number; mean: number | null; deviation: number | null }[],
  unit: string,
  timed: boolean,
): string {
  const name = unit === '' ? '' : ` (${unit})`
  const head = ['frame', ...(timed ? ['start (s)', 'duration (s)'] : []), `mean${name}`, `SD${name}`]
  const rows = points.map(({ t, start, duration, mean, deviation }) =>
    [t + 1, ...(timed ? [start, duration] : []), mean ?? '', deviation ?? ''].join(','),
  )
  return [head.map((title) => `"${title}"`).join(','), ...rows, ''].join('\r\n')
}

/** A curve over time with frames as wide as they last. */
import { useId } from 'react'
import { formatSeconds, formatValue, niceLength } from './numbers.ts'
import styles from './viewer.module.css'

export interface PlotPoint {
  t: number
  /** Seconds, or the number of the frame where times are not known. */
  start: number
  duration: number
  mean: number | null
  deviation: number | null
}

interface Props {
  points: readonly PlotPoint[]
  now: number
  unit: string
  timed: boolean
  onTime: (t: number) => void
}

const [width, height] = [244, 150]
const room = { left: 46, right: 8, top: 14, bottom: 24 }

export function Plot({ points, now, unit, timed, onTime }: Props) {
  const titleId = useId()
  const known = points.filter((point) => point.mean !== null) as (PlotPoint & { mean: number })[]
  const last = Math.max(...points.map(({ start, duration }) => start + duration), 1)
  const top = Math.max(...known.map(({ mean, deviation }) => mean + (deviation ?? 0)), 0)
  const bottom = Math.min(...known.map(({ mean }) => mean), 0)
  const span = top > bottom ? top - bottom : 1
  const x = (seconds: number) => room.left + (seconds / last) * (width - room.left - room.right)
  const y = (value: number) => height - room.bottom - ((value - bottom) / span) * (height - room.top - room.bottom)
  const middle = ({ start, duration }: PlotPoint) => start + duration / 2
  const line = known.map(
    (point, n) => `${n === 0 ? 'M' : 'L'}${x(middle(point)).toFixed(1)} ${y(point.mean).toFixed(1)}`,
  )
  const band = [
    ...known.map((point) => `${x(middle(point)).toFixed(1)},${y(point.mean + (point.deviation ?? 0)).toFixed(1)}`),
    ...known
      .toReversed()
      .map(
        (point) =>
          `${x(middle(point)).toFixed(1)},${y(Math.max(point.mean - (point.deviation ?? 0), bottom)).toFixed(1)}`,
      ),
  ]
  const shown = points.find(({ t }) => t === now)
  const valueStep = niceLength(span / 2)
  const timeStep = timed ? (timeSteps.find((step) => last / step <= 4) ?? niceLength(last / 2)) : niceLength(last / 2)
  const ticks = (from: number, to: number, step: number) =>
    Array.from(
      { length: Math.floor((to - Math.ceil(from / step) * step) / step) + 1 },
      (_, n) => (Math.ceil(from / step) + n) * step,
    )

  function choose(event: React.MouseEvent<SVGSVGElement>) {
    const box = event.currentTarget.getBoundingClientRect()
    const at = (((event.clientX - box.left) / box.width) * width - room.left) / (width - room.left - room.right)
    const seconds = at * last
    const frame = points.findLast(({ start }) => start <= seconds) ?? points[0]
    if (frame) onTime(frame.t)
  }

  return (
    // Frames are chosen with the slider too, so the keyboard misses nothing.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions
    <svg
      className={styles.plot}
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-labelledby={titleId}
      onClick={choose}
    >
      <title id={titleId}>
        {`Curve of ${known.length} frames, from ${formatValue(Number((known[0]?.mean ?? 0).toPrecision(3)))} to ${formatValue(Number((known.at(-1)?.mean ?? 0).toPrecision(3)))} ${unit}`}
      </title>
      {shown && (
        <rect
          x={x(shown.start)}
          y={room.top}
          width={Math.max(x(shown.start + shown.duration) - x(shown.start), 1.5)}
          height={height - room.top - room.bottom}
          className={styles.plotNow}
        />
      )}
      {ticks(bottom, top, valueStep).map((value) => (
        <g key={value}>
          <path d={`M${room.left} ${y(value)}H${width - room.right}`} className={styles.plotGrid} />
          <text x={room.left - 5} y={y(value) + 3.5} textAnchor="end">
            {short(value)}
          </text>
        </g>
      ))}
      {ticks(0, last, timeStep).map((seconds) => (
        <text key={seconds} x={x(seconds)} y={height - 8} textAnchor="middle">
          {timed ? formatSeconds(seconds) : seconds + 1}
        </text>
      ))}
      {points.map((point) => (
        <path key={point.t} d={`M${x(point.start)} ${height - room.bottom}v3`} className={styles.plotGrid} />
      ))}
      <text x={2} y={9}>
        {unit}
      </text>
      <polygon points={band.join(' ')} className={styles.plotBand} />
      <path d={line.join('')} className={styles.plotLine} />
      {known.length < 80 &&
        known.map((point) => (
          <circle key={point.t} cx={x(middle(point))} cy={y(point.mean)} r={2} className={styles.plotPoint} />
        ))}
    </svg>
  )
}

/** Seconds between the marks of a time axis. */
const timeSteps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400]

/** 937728 as '938k'. */
function short(value: number): string {
  const size = Math.abs(value)
  for (const [factor, letter] of [
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const) {
    if (size >= factor) return `${Number((value / factor).toPrecision(3))}${letter}`
  }
  return formatValue(Number(value.toPrecision(3)))
}

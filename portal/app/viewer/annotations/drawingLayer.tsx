/** Drawings over a picture. */
import { memo } from 'react'
import type { Vec3 } from '../geometry.ts'
import type { Point } from '../gestures.ts'
import type { Drawn } from './drawn.ts'
import { isSeen, type Draft, type Surface } from './hand.ts'
import { handlesOf, outlinesOf } from './shapes.ts'

export interface Shown {
  drawn: Pick<Drawn, 'key' | 'tool' | 'points' | 'colour' | 'label'>
  /** Lines beside it. */
  lines: readonly string[]
}

interface Props {
  shown: readonly Shown[]
  selected: string | null
  surface: Surface
  width: number
  height: number
}

/** Dark edge, so that lines and letters can be seen on bright tissue. */
const halo = { paintOrder: 'stroke', stroke: '#000', strokeWidth: 3, strokeLinejoin: 'round' } as const
const lineHeight = 14.5

export const DrawingLayer = memo(function DrawingLayer({ shown, selected, surface, width, height }: Props) {
  if (width === 0) return null
  return (
    <svg
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      xmlns="http://www.w3.org/2000/svg"
      fontFamily="system-ui, sans-serif"
      fontSize={11.5}
      aria-hidden="true"
      data-overlay=""
      data-drawings={shown.length}
    >
      {shown.map((one) => (
        <Drawing key={one.drawn.key} {...one} chosen={one.drawn.key === selected} surface={surface} width={width} />
      ))}
    </svg>
  )
})

function Drawing({
  drawn,
  lines,
  chosen,
  surface,
  width,
}: Shown & { chosen: boolean; surface: Surface; width: number }) {
  const { tool, points, colour } = drawn
  const outlines = outlinesOf(tool, points, surface.at, surface.basis).map(({ points: line, closed }) => ({
    line: line.map(surface.toScreen),
    closed,
  }))
  const handles = handlesOf(tool, points).map(surface.toScreen)
  const all = [...outlines.flatMap(({ line }) => line), ...handles]
  if (all.length === 0 || !all.every(([x, y]) => Number.isFinite(x) && Number.isFinite(y))) return null
  const path = outlines.map(({ line, closed }) => pathOf(line, closed)).join('')
  return (
    <g data-drawing={drawn.label} data-tool={tool}>
      <path d={path} fill="none" stroke="#000" strokeOpacity={0.5} strokeWidth={chosen ? 4 : 3.2} />
      <path d={path} fill="none" stroke={colour} strokeWidth={chosen ? 2 : 1.5} strokeLinejoin="round" />
      {tool === 'arrow' && <ArrowHead from={handles[0]!} to={handles[1]!} colour={colour} />}
      {tool === 'probe' && <Target at={handles[0]!} colour={colour} />}
      {chosen &&
        tool !== 'probe' &&
        handles.map(([x, y], n) => (
          <circle key={n} cx={x} cy={y} r={4} fill="#0b0c0e" stroke={colour} strokeWidth={1.5} />
        ))}
      <Words all={all} lines={tool === 'arrow' ? [drawn.label] : lines} colour={colour} width={width} />
    </g>
  )
}

const pathOf = (line: readonly Point[], closed: boolean): string =>
  `M${line.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join('L')}${closed ? 'Z' : ''}`

/** The arrow points from the words to what they are about. */
function ArrowHead({ from, to, colour }: { from: Point; to: Point; colour: string }) {
  const angle = (Math.atan2(to[1] - from[1], to[0] - from[0]) * 180) / Math.PI
  return (
    <path
      d="M0 0L-11 -4.5V4.5Z"
      fill={colour}
      stroke="#000"
      strokeOpacity={0.5}
      transform={`translate(${to[0]} ${to[1]}) rotate(${angle})`}
    />
  )
}

function Target({ at: [x, y], colour }: { at: Point; colour: string }) {
  const cross = `M${x - 9} ${y}h5M${x + 4} ${y}h5M${x} ${y - 9}v5M${x} ${y + 4}v5`
  return (
    <>
      <path d={cross} stroke="#000" strokeOpacity={0.5} strokeWidth={3.2} fill="none" />
      <path d={cross} stroke={colour} strokeWidth={1.5} fill="none" />
    </>
  )
}

/** Beside the drawing on the right, or on its left where there is no room. */
function Words({
  all,
  lines,
  colour,
  width,
}: {
  all: readonly Point[]
  lines: readonly string[]
  colour: string
  width: number
}) {
  if (lines.length === 0) return null
  const right = Math.max(...all.map(([x]) => x))
  const left = Math.min(...all.map(([x]) => x))
  const y = all.reduce((sum, [, one]) => sum + one, 0) / all.length - ((lines.length - 1) * lineHeight) / 2 + 4
  const wanted = Math.max(...lines.map((line) => line.length)) * 6
  const onLeft = right + 10 + wanted > width && left - 10 - wanted > 0
  return (
    <text textAnchor={onLeft ? 'end' : 'start'} fill={colour} {...halo}>
      {lines.map((line, n) => (
        <tspan key={n} x={onLeft ? left - 10 : right + 10} y={y + n * lineHeight}>
          {line}
        </tspan>
      ))}
    </text>
  )
}

/** What of the drawings of a page is seen on one picture, with the one that a hand is at. */
export function shownOn(
  all: readonly Drawn[],
  {
    surface,
    hidden,
    draft,
    linesOf,
  }: {
    surface: Surface
    hidden: ReadonlySet<string>
    draft: Draft | null
    linesOf: (drawn: Pick<Drawn, 'tool' | 'points' | 'plane'> & { key?: string }) => readonly string[]
  },
): Shown[] {
  const shown: Shown[] = all
    .filter((drawn) => !hidden.has(drawn.key) && drawn.key !== draft?.of?.key && isSeen(drawn, surface))
    .map((drawn) => ({ drawn, lines: linesOf(drawn) }))
  if (!draft) return shown
  const { tool, of } = draft
  const points = draft.points as readonly Vec3[]
  const drawn = { key: of?.key ?? 'draft', tool, points, colour: of?.colour ?? '#ffe9bd', label: of?.label ?? '' }
  const enough = tool !== 'angle' || points.length > 2
  return [...shown, { drawn, lines: enough ? linesOf({ tool, points, plane: surface.plane }) : [] }]
}

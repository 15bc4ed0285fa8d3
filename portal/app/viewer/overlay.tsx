/** What is written and drawn over a picture: directions, crosshair, scale bar, colour bar, corner texts. */
import { useId } from 'react'
import { colourStops, type ColourMapName } from './colourMaps.ts'
import { formatLength, formatMeasured } from './numbers.ts'
import type { Point } from './gestures.ts'
import type { Window } from './window.ts'

export interface OverlayContent {
  width: number
  height: number
  /** Lines in the corners. */
  topLeft: string[]
  topRight: string[]
  bottomLeft: string[]
  /** Letters at the edges, null where directions are not known. */
  edges: { left: string; right: string; top: string; bottom: string } | null
  /** The letters follow a convention that may not hold for this animal. */
  uncertain: boolean
  crosshair: Point | null
  /** Screen pixels and text of the scale bar. */
  scale: { pixels: number; text: string } | null
  /** One bar for each layer. */
  bars: { map: ColourMapName; window: Window; unit: string }[]
}

const ink = '#e6ebf0'
const warning = '#f2c878'
/** Dark edge around letters, so that they can be read on bright tissue. */
const halo = { paintOrder: 'stroke', stroke: '#000', strokeWidth: 3, strokeLinejoin: 'round' } as const

export function Overlay({ content }: { content: OverlayContent }) {
  const { width, height, edges, crosshair, scale, bars } = content
  if (width === 0) return null
  const roomy = width > 260 && height > 220
  return (
    <svg
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      xmlns="http://www.w3.org/2000/svg"
      fontFamily="system-ui, sans-serif"
      fontSize={11.5}
      fill={ink}
      aria-hidden="true"
      data-overlay=""
    >
      {crosshair && <Crosshair at={crosshair} width={width} height={height} />}
      {edges && (
        <Edges
          edges={edges}
          uncertain={content.uncertain}
          width={width}
          // Above the lines in the corner where these reach the middle.
          foot={
            roomy && reaches(content.bottomLeft, width) ? height - 12 - content.bottomLeft.length * 15 : height - 26
          }
          height={height}
        />
      )}
      {roomy ? (
        <>
          <Lines texts={content.topLeft.map((text) => shortened(text, width / 2 - 32))} x={8} y={17} />
          <Lines texts={content.topRight} x={width - 8} y={17} anchor="end" />
          <Lines texts={content.bottomLeft} x={8} y={height - 9} upwards />
        </>
      ) : (
        <Lines texts={content.topRight.slice(0, 1)} x={6} y={17} />
      )}
      {scale && (
        <ScaleBar {...scale} x={width > 480 || !roomy ? width / 2 : width - scale.pixels / 2 - 40} y={height - 12} />
      )}
      {roomy && bars.map((bar, n) => <ColourBar key={n} {...bar} x={width - 20 - n * 58} height={height} />)}
    </svg>
  )
}

function Lines(props: { texts: string[]; x: number; y: number; anchor?: 'start' | 'end'; upwards?: boolean }) {
  const { texts, x, y, anchor = 'start', upwards = false } = props
  return (
    <text textAnchor={anchor} {...halo}>
      {texts.map((text, n) => (
        <tspan key={n} x={x} y={upwards ? y - (texts.length - 1 - n) * 15 : y + n * 15}>
          {text}
        </tspan>
      ))}
    </text>
  )
}

const reaches = (texts: string[], width: number): boolean => texts.some((text) => text.length * 5.9 > width / 2 - 32)

/** The start of a text as far as there is room for it; letters are about 5.9 pixels wide. */
const shortened = (text: string, pixels: number): string =>
  text.length * 5.9 <= pixels ? text : `${text.slice(0, Math.max(Math.floor(pixels / 5.9) - 1, 1)).trimEnd()}…`

/** Four arms that leave the middle free, because that is what is looked at. */
function Crosshair({ at: [x, y], width, height }: { at: Point; width: number; height: number }) {
  const gap = 9
  const arms = `M0 ${y}H${x - gap}M${x + gap} ${y}H${width}M${x} 0V${y - gap}M${x} ${y + gap}V${height}`
  return (
    <g fill="none" data-crosshair={`${x.toFixed(1)},${y.toFixed(1)}`}>
      <path d={arms} stroke="#000" strokeOpacity={0.35} strokeWidth={2.4} />
      <path d={arms} stroke="#76bac8" strokeOpacity={0.9} strokeWidth={1} />
    </g>
  )
}

function Edges(props: {
  edges: NonNullable<OverlayContent['edges']>
  uncertain: boolean
  width: number
  height: number
  /** Where the letters at the bottom stand. */
  foot: number
}) {
  const { edges, uncertain, width, height, foot } = props
  const mark = (letters: string) => (letters && uncertain ? `${letters}?` : letters)
  return (
    <g fontSize={13} fontWeight={600} fill={uncertain ? warning : ink} {...halo}>
      <text x={8} y={height / 2 + 5}>
        {mark(edges.left)}
      </text>
      <text x={width - 8} y={height / 2 + 5} textAnchor="end">
        {mark(edges.right)}
      </text>
      <text x={width / 2} y={17} textAnchor="middle">
        {mark(edges.top)}
      </text>
      <text x={width / 2} y={foot} textAnchor="middle">
        {mark(edges.bottom)}
      </text>
    </g>
  )
}

function ScaleBar({ pixels, text, x, y }: { pixels: number; text: string; x: number; y: number }) {
  const bar = `M${x} ${y - 4}v8M${x} ${y}h${pixels}M${x + pixels} ${y - 4}v8`
  return (
    <g fill="none" transform={`translate(${-pixels / 2 - 22} 0)`}>
      <path d={bar} stroke="#000" strokeWidth={3.5} strokeOpacity={0.7} />
      <path d={bar} stroke={ink} strokeWidth={1.4} />
      <text x={x + pixels + 7} y={y + 4} fill={ink} {...halo}>
        {text}
      </text>
    </g>
  )
}

function ColourBar(props: { map: ColourMapName; window: Window; unit: string; x: number; height: number }) {
  const { map, window, unit, x, height } = props
  // Between the corner text and the letters at the middle of the edge.
  const top = 52
  const length = Math.min(height / 2 - top - 18, 150)
  const id = useId()
  const texts = [
    { y: top + 8, text: formatMeasured(roughly(window.high, window), '') },
    { y: top + length / 2 + 4, text: formatMeasured(roughly((window.low + window.high) / 2, window), '') },
    { y: top + length, text: formatMeasured(roughly(window.low, window), '') },
  ]
  return (
    <g>
      <linearGradient id={id} x1="0" y1="1" x2="0" y2="0">
        {colourStops(map).map(({ at, colour }) => (
          <stop key={at} offset={at} stopColor={colour} />
        ))}
      </linearGradient>
      <rect x={x} y={top} width={10} height={length} fill={`url(#${id})`} stroke="#000" strokeWidth={1} />
      <g textAnchor="end" fontSize={10.5} {...halo}>
        {texts.map(({ y, text }) => (
          <text key={y} x={x - 4} y={y}>
            {text}
          </text>
        ))}
        {unit !== '' && (
          <text x={x + 10} y={top - 6}>
            {unit}
          </text>
        )}
      </g>
    </g>
  )
}

/** A value with the digits that its window deserves. */
export function roughly(value: number, { low, high }: Window): number {
  const digits = 2 - Math.floor(Math.log10(Math.max(high - low, Number.MIN_VALUE)))
  const factor = 10 ** Math.min(Math.max(digits, -12), 12)
  return Math.round(value * factor) / factor
}

/** Scale text of a length in millimetres, or in pixels for pictures without a pixel size. */
export const scaleText = (length: number, hasSpacing: boolean): string =>
  hasSpacing ? formatLength(length) : `${length} px, no spacing`

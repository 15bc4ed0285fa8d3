/** What is shown and how, and its form in the address bar, so that a link restores the picture. */
import { isColourMapName, type ColourMapName } from './colourMaps.ts'
import { planeNames, type PlaneName, type Vec3 } from './geometry.ts'
import type { Window } from './window.ts'

/** single: one plane; mpr: three orthogonal planes. */
export type Layout = 'single' | 'mpr'
/** one: a series at a time; side: all beside each other; fusion: the second over the first. */
export type Arrangement = 'one' | 'side' | 'fusion'
export type Tool = 'crosshair' | 'window' | 'pan' | 'zoom' | 'length' | 'ellipse' | 'probe'

/** How one series is looked at. */
export interface SeriesView {
  /** Voxel of the crosshair in the file's order; in a stack the third number is the plane. */
  index: Vec3
  t: number
  c: number
  window: Window
  map: ColourMapName
}

export interface ViewState {
  layout: Layout
  arrangement: Arrangement
  /** The plane of the single layout. */
  plane: PlaneName
  /** Place of the active series in the list. */
  active: number
  /** Opacity of the overlay, 0..1. */
  opacity: number
  smooth: boolean
}

/** What a link says; what it does not say is chosen from the series. */
export interface LinkedView extends Partial<ViewState> {
  series: string[]
  views: Partial<SeriesView>[]
}

export const initialView: ViewState = {
  layout: 'mpr',
  arrangement: 'one',
  plane: 'axial',
  active: 0,
  opacity: 0.6,
  smooth: true,
}

/** More series than this at a time would not fit into memory or on a screen. */
export const maximumSeries = 4

const idPattern = /^[0-9A-Za-z_-]{1,64}$/
const oneOf = <T extends string>(value: string | null, choices: readonly T[]): T | undefined =>
  choices.find((choice) => choice === value)

/** Reads a link; what is not understood is left out. */
export function readLink(query: URLSearchParams): LinkedView {
  const series = (query.get('series') ?? '').split(',').filter((id) => idPattern.test(id))
  const unique = [...new Set(series)].slice(0, maximumSeries)
  const list = (name: string) => (query.get(name) ?? '').split(',')
  const [at, t, c, w, map] = [list('at'), list('t'), list('c'), list('w'), list('map')]
  const views = unique.map((_, n) => {
    const view: Partial<SeriesView> = {}
    const index = numbers(at[n], '.', 3)
    if (index?.every((i) => Number.isInteger(i) && i >= 0)) view.index = index as unknown as Vec3
    const [time, channel] = [natural(t[n]), natural(c[n])]
    if (time !== undefined) view.t = time
    if (channel !== undefined) view.c = channel
    const window = numbers(w[n], ':', 2)
    if (window && window[0]! < window[1]!) view.window = { low: window[0]!, high: window[1]! }
    if (map[n] !== undefined && isColourMapName(map[n])) view.map = map[n]
    return view
  })
  const linked: LinkedView = { series: unique, views }
  const layout = oneOf(query.get('layout'), ['single', 'mpr'] as const)
  const arrangement = oneOf(query.get('show'), ['one', 'side', 'fusion'] as const)
  const plane = oneOf(query.get('plane'), planeNames)
  const active = natural(query.get('active') ?? undefined)
  const opacity = number(query.get('opacity') ?? '')
  if (layout) linked.layout = layout
  if (arrangement && unique.length > 1) linked.arrangement = arrangement
  if (plane) linked.plane = plane
  if (active !== undefined && active < unique.length) linked.active = active
  if (opacity !== undefined && opacity >= 0 && opacity <= 1) linked.opacity = opacity
  if (query.get('smooth') === '0') linked.smooth = false
  return linked
}

/** The link of a view; windows lose digits that cannot be seen. */
export function writeLink(series: readonly string[], state: ViewState, views: readonly SeriesView[]): string {
  const query: [string, string][] = [['series', series.join(',')]]
  const set = (name: string, value: string, standard: string) => {
    if (value !== standard) query.push([name, value])
  }
  query.push(['layout', state.layout])
  set('show', state.arrangement, initialView.arrangement)
  set('plane', state.plane, initialView.plane)
  set('active', String(state.active), '0')
  if (state.arrangement === 'fusion') query.push(['opacity', String(Math.round(state.opacity * 100) / 100)])
  if (!state.smooth) query.push(['smooth', '0'])
  const all = (name: string, write: (view: SeriesView) => string, standard = '') =>
    set(name, views.map(write).join(','), views.map(() => standard).join(','))
  all('at', ({ index }) => index.join('.'))
  all('t', ({ t }) => String(t), '0')
  all('c', ({ c }) => String(c), '0')
  all('w', ({ window }) => `${enough(window.low)}:${enough(window.high)}`)
  all('map', ({ map }) => map)
  // Commas and colons may stand in a query as they are (RFC 3986, 3.4), and people read these links.
  return query
    .map(([name, value]) => `${name}=${encodeURIComponent(value).replace(/%2C/g, ',').replace(/%3A/g, ':')}`)
    .join('&')
}

/** More digits than any screen can show; the same digits again when it is written anew. */
const enough = (value: number): number => Number(value.toPrecision(9))

const number = (text: string): number | undefined =>
  text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined

function natural(text: string | undefined): number | undefined {
  const value = number(text ?? '')
  return value !== undefined && Number.isInteger(value) && value >= 0 ? value : undefined
}

function numbers(text: string | undefined, separator: string, count: number): number[] | undefined {
  const parts = (text ?? '').split(separator).map(number)
  return parts.length === count && parts.every((one) => one !== undefined) ? parts : undefined
}

/** What is shown and how, and its form in the address bar, so that a link restores the picture. */
import type { AnnotationTool } from '#ontology/entities/annotation.ts'
import { bodyStyles, type BodyStyle, type Eye } from './bodyLook.ts'
import { readChannels, writeChannels, type ChannelView } from './channels.ts'
import { isColourMapName, type ColourMapName } from './colourMaps.ts'
import { planeNames, type PlaneName, type Vec3 } from './geometry.ts'
import { quantityNames, type QuantityName } from './quantities.ts'
import type { Window } from './window.ts'

/** single: one plane; mpr: three planes; volume: the body in space; four: three planes and the body. */
export const layouts = ['single', 'mpr', 'volume', 'four'] as const
export type Layout = (typeof layouts)[number]
/** one: a series at a time; side: all beside each other; fusion: laid over each other; parts: each layer beside the fusion. */
export const arrangements = ['one', 'side', 'fusion', 'parts'] as const
export type Arrangement = (typeof arrangements)[number]
/** How a layer lies over those below: signal = clear where there is none; even = the same opacity for every value. */
export const blends = ['signal', 'even'] as const
export type Blend = (typeof blends)[number]
/** What of the voxels in front of and behind a plane is drawn. */
export const slabKinds = ['maximum', 'minimum', 'mean'] as const
export interface Slab {
  kind: (typeof slabKinds)[number]
  /** Millimetres; 0 draws the plane alone. */
  thickness: number
}
export type Tool = 'crosshair' | 'window' | 'pan' | 'zoom' | AnnotationTool

/** How one series is looked at. */
export interface SeriesView {
  /** Voxel of the crosshair in the file's order; in a stack the third number is the plane. */
  index: Vec3
  t: number
  c: number
  window: Window
  map: ColourMapName
  /** Of a series with channels: how each is laid into the picture; null shows channel `c` alone. */
  mix: readonly ChannelView[] | null
  /** Of the values; windows are in it. */
  quantity: QuantityName
  visible: boolean
  /** As a layer over others, 0..1. */
  opacity: number
  blend: Blend
}

/** What is not said by a link, nor chosen from the series. */
export const plainLayer = { quantity: 'stored', visible: true, opacity: 0.6, blend: 'signal' } as const

export interface ViewState {
  layout: Layout
  arrangement: Arrangement
  /** The plane of the single layout. */
  plane: PlaneName
  /** Place of the active series in the list. */
  active: number
  smooth: boolean
  /** Series as places in the list, the lowest layer first; empty: anatomy below, activity over it. */
  order: readonly number[]
  /** The crosshair goes to the same place of all series. */
  together: boolean
  slab: Slab
  /** Degrees by which the planes are turned out of the axes of the volume: about its x, y and z. */
  tilt: Vec3
  /** How the body in space is drawn; null: by what the series is. */
  body: BodyStyle | null
  eye: Eye
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
  smooth: true,
  order: [],
  together: true,
  slab: { kind: 'maximum', thickness: 0 },
  tilt: [0, 0, 0],
  body: null,
  eye: { azimuth: 0, elevation: 0 },
}

/** More series than this at a time would not fit into memory or on a screen. */
export const maximumSeries = 8

const idPattern = /^[0-9A-Za-z_-]{1,64}$/
const oneOf = <T extends string>(value: string | null, choices: readonly T[]): T | undefined =>
  choices.find((choice) => choice === value)

/** Reads a link; what is not understood is left out. */
export function readLink(query: URLSearchParams): LinkedView {
  const series = (query.get('series') ?? '').split(',').filter((id) => idPattern.test(id))
  const unique = [...new Set(series)].slice(0, maximumSeries)
  const list = (name: string) => (query.get(name) ?? '').split(',')
  const [at, t, c, w, map] = [list('at'), list('t'), list('c'), list('w'), list('map')]
  const [opacity, blend, hidden, quantity] = [list('opacity'), list('blend'), list('hide'), list('q')]
  const mixes = list('mix')
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
    // One number is that of all layers.
    const alpha = number(opacity[n] ?? (opacity.length === 1 ? opacity[0]! : ''))
    if (alpha !== undefined && alpha >= 0 && alpha <= 1) view.opacity = alpha
    const mix = readChannels(mixes[n])
    if (mix) view.mix = mix
    else if (mixes[n] === 'one') view.mix = null
    const values = oneOf(quantity[n] ?? null, quantityNames)
    if (values) view.quantity = values
    const kind = oneOf(blend[n] ?? null, blends)
    if (kind) view.blend = kind
    if (hidden[n] === '1') view.visible = false
    return view
  })
  const linked: LinkedView = { series: unique, views }
  const layout = oneOf(query.get('layout'), layouts)
  const arrangement = oneOf(query.get('show'), arrangements)
  const plane = oneOf(query.get('plane'), planeNames)
  const active = natural(query.get('active') ?? undefined)
  const order = list('order').map((place) => natural(place) ?? -1)
  const [kind = '', thickness = ''] = (query.get('slab') ?? '').split(':')
  const millimetres = number(thickness)
  const slabKind = oneOf(kind, slabKinds)
  const tilt = numbers(query.get('tilt') ?? undefined, ':', 3)
  if (layout) linked.layout = layout
  if (arrangement && unique.length > 1) linked.arrangement = arrangement
  if (plane) linked.plane = plane
  if (active !== undefined && active < unique.length) linked.active = active
  if (query.get('smooth') === '0') linked.smooth = false
  if (query.get('together') === '0') linked.together = false
  if (order.every((n) => n >= 0 && n < unique.length) && new Set(order).size === order.length) linked.order = order
  if (slabKind && millimetres !== undefined && millimetres > 0) linked.slab = { kind: slabKind, thickness: millimetres }
  const body = oneOf(query.get('body'), bodyStyles)
  const eye = numbers(query.get('eye') ?? undefined, ':', 2)
  if (body) linked.body = body
  if (eye && Math.abs(eye[1]!) <= 90) linked.eye = { azimuth: eye[0]! % 360, elevation: eye[1]! }
  if (tilt?.every((degrees) => Math.abs(degrees) <= 180)) linked.tilt = tilt as unknown as Vec3
  return linked
}

/** The link of a view; windows lose digits that cannot be seen. */
export function writeLink(series: readonly string[], state: ViewState, views: readonly SeriesView[]): string {
  const query: [string, string][] = [['series', series.join(',')]]
  const set = (name: string, value: string, standard: string) => {
    if (value !== standard) query.push([name, value])
  }
  query.push(['layout', state.layout])
  if (series.length > 1) query.push(['show', state.arrangement])
  set('plane', state.plane, initialView.plane)
  set('active', String(state.active), '0')
  set('order', state.order.join(','), '')
  if (!state.together) query.push(['together', '0'])
  if (state.slab.thickness > 0) query.push(['slab', `${state.slab.kind}:${enough(state.slab.thickness)}`])
  if (state.tilt.some((degrees) => degrees !== 0)) query.push(['tilt', state.tilt.map(enough).join(':')])
  if (state.body) query.push(['body', state.body])
  const eye = [state.eye.azimuth, state.eye.elevation].map((degrees) => Math.round(degrees * 10) / 10)
  if (eye.some((degrees) => degrees !== 0)) query.push(['eye', eye.join(':')])
  if (!state.smooth) query.push(['smooth', '0'])
  const all = (name: string, write: (view: SeriesView) => string, standard = '') =>
    set(name, views.map(write).join(','), views.map(() => standard).join(','))
  all('at', ({ index }) => index.join('.'))
  all('t', ({ t }) => String(t), '0')
  all('c', ({ c }) => String(c), '0')
  all('w', ({ window }) => `${enough(window.low)}:${enough(window.high)}`)
  all('map', ({ map }) => map)
  // Of most series there is one channel: nothing to say.
  if (views.some(({ mix }) => mix)) all('mix', ({ mix }) => (mix ? writeChannels(mix) : 'one'))
  all('q', ({ quantity }) => quantity, plainLayer.quantity)
  if (series.length > 1) {
    all('opacity', ({ opacity }) => String(Math.round(opacity * 100) / 100), String(plainLayer.opacity))
    all('blend', ({ blend }) => blend, plainLayer.blend)
    all('hide', ({ visible }) => (visible ? '' : '1'))
  }
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

/** Which pictures stand on the screen. */
import { boxesMeet, planesOf, tilted, type Plane, type PlaneName, type VolumeGeometry } from './geometry.ts'
import type { Arrangement, ViewState } from './viewState.ts'

/** What of an open series decides about its pictures. */
export interface PaneSeries {
  modality: string | null
  geometry: VolumeGeometry | null
  /** Its coordinates are stated by the file. */
  placed: boolean
}

export interface PaneSpec {
  key: string
  /** Pictures of one column show the same layers. */
  column: number
  /** Place of the series at the bottom in the list of series. */
  ground: number
  /** Places of the series that lie over it, the lowest first. */
  overlays: readonly number[]
  /** null for a stack, and for the body in space */
  plane: Plane | null
  /** The body in space instead of a plane. */
  body: boolean
}

/** The series whose window a drag changes: the layer on top is the one that a person adjusts after laying it there. */
export const topOf = ({ ground, overlays }: PaneSpec): number => overlays.at(-1) ?? ground

const functional = ['PT', 'NM', 'OI', 'PA']
const isFunctional = (modality: string | null) => functional.includes(modality ?? '')

/**
 * The series that can be laid over each other, as places in the list: anatomy first, activity over it, else in the
 * order of the list. Null where no two share a space.
 */
export function fusionLayers(series: readonly (PaneSeries | null)[]): number[] | null {
  const volumes = series.flatMap((one, n) =>
    one?.geometry && one.placed ? [{ n, geometry: one.geometry, above: isFunctional(one.modality) }] : [],
  )
  for (const [i, first] of volumes.entries()) {
    const meeting = volumes.slice(i).filter(({ geometry }) => boxesMeet(first.geometry, geometry))
    if (meeting.length < 2) continue
    return meeting.toSorted((a, b) => Number(a.above) - Number(b.above)).map(({ n }) => n)
  }
  return null
}

/** The layers in the order that a person gave them; those that are not named in it lie on top. */
export function orderedLayers(layers: readonly number[], order: readonly number[]): number[] {
  const place = (n: number) => (order.includes(n) ? order.indexOf(n) : order.length + layers.indexOf(n))
  return layers.toSorted((a, b) => place(a) - place(b))
}

/** What is possible with these series, whatever a link asks for. */
export function possibleArrangement(wanted: Arrangement, series: readonly (PaneSeries | null)[]): Arrangement {
  const several = series.filter(Boolean).length > 1
  if (wanted === 'fusion' || wanted === 'parts') return fusionLayers(series) ? wanted : several ? 'side' : 'one'
  if (wanted === 'side') return several ? 'side' : 'one'
  return 'one'
}

/** Order of the planes in the layouts of three planes. */
const mprOrder: readonly PlaneName[] = ['axial', 'sagittal', 'coronal']

/**
 * The pictures of a view, column by column.
 * @param series open series by place; null while one is not open
 */
export function panesOf(
  state: Pick<ViewState, 'layout' | 'plane' | 'active' | 'arrangement' | 'order' | 'tilt'>,
  series: readonly (PaneSeries | null)[],
): PaneSpec[] {
  const arrangement = possibleArrangement(state.arrangement, series)
  const fused = orderedLayers(fusionLayers(series) ?? [], state.order)
  const columns: number[][] =
    arrangement === 'fusion'
      ? [fused]
      : arrangement === 'parts'
        ? [...fused.map((n) => [n]), fused]
        : arrangement === 'side'
          ? [...series.keys()].map((n) => [n])
          : [[state.active]]
  return columns.flatMap(([ground, ...overlays], column): PaneSpec[] => {
    const one = series[ground!]
    if (!one) return []
    const name = overlays.length > 0 && arrangement === 'parts' ? 'fused' : String(ground)
    const common = { column, ground: ground!, overlays, body: false }
    const { geometry } = one
    if (!geometry) return [{ ...common, key: `${name}-stack`, plane: null }]
    const body: PaneSpec = { ...common, key: `${name}-body`, plane: null, body: true }
    if (state.layout === 'volume') return [body]
    const planes = planesOf(geometry)
    const names = state.layout === 'single' ? [state.plane] : mprOrder
    const flat = names.map((plane) => ({
      ...common,
      key: `${name}-${plane}`,
      plane: tilted(planes[plane], geometry, state.tilt),
    }))
    return state.layout === 'four' ? [...flat, body] : flat
  })
}

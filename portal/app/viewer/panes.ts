/** Which pictures stand on the screen. */
import { boxesMeet, planesOf, type Plane, type PlaneName, type VolumeGeometry } from './geometry.ts'
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
  /** Place of the series at the bottom in the list of series. */
  ground: number
  /** Place of the series that lies over it. */
  overlay: number | null
  /** null for a stack */
  plane: Plane | null
}

const functional = ['PT', 'NM', 'OI', 'PA']

/** The two series that can be laid over each other, as places in the list; activity lies over anatomy. */
export function fusionPair(series: readonly (PaneSeries | null)[]): { ground: number; overlay: number } | null {
  const volumes = series.flatMap((one, n) =>
    one?.geometry && one.placed ? [{ n, geometry: one.geometry, modality: one.modality }] : [],
  )
  for (const [i, a] of volumes.entries()) {
    for (const b of volumes.slice(i + 1)) {
      if (!boxesMeet(a.geometry, b.geometry)) continue
      const aIsOver = functional.includes(a.modality ?? '') && !functional.includes(b.modality ?? '')
      return aIsOver ? { ground: b.n, overlay: a.n } : { ground: a.n, overlay: b.n }
    }
  }
  return null
}

/** What is possible with these series, whatever a link asks for. */
export function possibleArrangement(wanted: Arrangement, series: readonly (PaneSeries | null)[]): Arrangement {
  if (wanted === 'fusion') return fusionPair(series) ? 'fusion' : 'one'
  if (wanted === 'side') return series.filter(Boolean).length > 1 ? 'side' : 'one'
  return 'one'
}

/** Order of the planes in the three-plane layout. */
const mprOrder: readonly PlaneName[] = ['axial', 'sagittal', 'coronal']

/**
 * The pictures of a view, in reading order.
 * @param series open series by place; null while one is not open
 */
export function panesOf(
  state: Pick<ViewState, 'layout' | 'plane' | 'active' | 'arrangement'>,
  series: readonly (PaneSeries | null)[],
): PaneSpec[] {
  const arrangement = possibleArrangement(state.arrangement, series)
  const pair = arrangement === 'fusion' ? fusionPair(series) : null
  const grounds = pair ? [pair.ground] : arrangement === 'side' ? [...series.keys()] : [state.active]
  return grounds.flatMap((ground): PaneSpec[] => {
    const one = series[ground]
    if (!one) return []
    if (!one.geometry) return [{ key: `${ground}-stack`, ground, overlay: null, plane: null }]
    const planes = planesOf(one.geometry)
    const names = state.layout === 'mpr' ? mprOrder : [state.plane]
    return names.map((name) => ({
      key: `${ground}-${name}`,
      ground,
      overlay: pair?.overlay ?? null,
      plane: planes[name],
    }))
  })
}

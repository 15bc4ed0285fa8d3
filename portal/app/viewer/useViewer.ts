/** The state of the viewer and what can be done to it. */
import { useCallback, useEffect, useMemo, useReducer } from 'react'
import { useLocation } from 'react-router'
import { firstChannels, isMixed } from './channels.ts'
import type { ColourMapName } from './colourMaps.ts'
import type { SeriesHeader } from './contract.ts'
import { clampIndex, indexOf, isPlaced, planeNames, worldOf, type Vec3 } from './geometry.ts'
import { hang, hangingKey, type Hanging } from './hanging.ts'
import type { PaneSeries } from './panes.ts'
import type { SeriesPixels } from './seriesPixels.client.ts'
import {
  arrangements,
  initialView,
  layouts,
  plainLayer,
  writeLink,
  type LinkedView,
  type SeriesView,
  type Tool,
  type ViewState,
} from './viewState.ts'
import { defaultWindow } from './window.ts'

export interface ViewerState extends ViewState {
  tool: Tool
  crosshair: boolean
  views: (SeriesView | null)[]
}

/** How the series hang is chosen from what they are until a link or a person says it. */
type Chosen = Omit<ViewerState, keyof Hanging> & Partial<Hanging>

export interface ViewerActions {
  set(patch: Partial<Omit<ViewerState, 'views'>>): void
  setView(n: number, patch: Partial<SeriesView>): void
  /** Puts the crosshair on a voxel of one series, and on the same place of all others that have positions. */
  moveTo(n: number, index: Vec3): void
}

type Action =
  | { kind: 'set'; patch: Partial<Chosen> }
  | { kind: 'views'; change: (views: ViewerState['views']) => ViewerState['views'] }

function reduce(state: Chosen, action: Action): Chosen {
  return action.kind === 'set' ? { ...state, ...action.patch } : { ...state, views: action.change(state.views) }
}

/** @param open pixels by place in the list of series; null while a series is not open */
export function useViewer(linked: LinkedView, open: readonly (SeriesPixels | null)[]): [ViewerState, ViewerActions] {
  const [chosen, dispatch] = useReducer(reduce, linked, (link): Chosen => {
    const { layout: _layout, arrangement: _arrangement, plane: _plane, ...initial } = initialView
    return { ...initial, ...link, tool: 'window', crosshair: true, views: link.series.map(() => null) }
  })
  const hanging = useMemo(() => hangingOf(open), [open])
  const state = useMemo<ViewerState>(
    () => ({
      ...chosen,
      layout: chosen.layout ?? hanging.layout,
      arrangement: chosen.arrangement ?? hanging.arrangement,
      plane: chosen.plane ?? hanging.plane,
    }),
    [chosen, hanging],
  )

  useEffect(() => {
    dispatch({
      kind: 'views',
      change: (views) =>
        views.map((view, n) => {
          const pixels = open[n]
          return view ?? (pixels ? firstView(pixels.header, linked.views[n] ?? {}) : null)
        }),
    })
  }, [open, linked])

  const setView = useCallback((n: number, patch: Partial<SeriesView>) => {
    dispatch({
      kind: 'views',
      change: (views) => views.map((view, m) => (view && m === n ? { ...view, ...patch } : view)),
    })
  }, [])

  const moveTo = useCallback(
    (n: number, index: Vec3) => {
      const moved = open[n]
      const box = placedBox(moved)
      const world = box && worldOf(box, index)
      dispatch({
        kind: 'views',
        change: (views) =>
          views.map((view, m) => {
            if (!view || !moved) return view
            if (m === n) return { ...view, index: clampIndex(dimensionsOf(moved.header), index) }
            const other = chosen.together ? placedBox(open[m]) : null
            return world && other ? { ...view, index: clampIndex(other.dimensions, indexOf(other, world)) } : view
          }),
      })
    },
    [open, chosen.together],
  )

  const actions = useMemo<ViewerActions>(
    () => ({
      set: (patch) => {
        keepHanging(open, patch)
        dispatch({ kind: 'set', patch })
      },
      setView,
      moveTo,
    }),
    [open, setView, moveTo],
  )
  useLink(linked.series, state)
  return [state, actions]
}

export const dimensionsOf = ({ shape }: Pick<SeriesHeader, 'shape'>): Vec3 => [shape.x, shape.y, shape.z]

/** The box of a series whose coordinates can be compared with those of others. */
const placedBox = (pixels: SeriesPixels | null | undefined) =>
  pixels && isPlaced(pixels.header) ? pixels.geometry : null

/** A series as it is first shown: the middle, the first time point, the colours of its modality. */
function firstView(header: SeriesHeader, linked: Partial<SeriesView>): SeriesView {
  const dimensions = dimensionsOf(header)
  const middle = dimensions.map((count) => Math.floor((count - 1) / 2)) as unknown as Vec3
  const activity = header.modality === 'PT' || header.modality === 'NM'
  const map: ColourMapName = header.samplesPerPixel > 1 ? 'grey' : (linked.map ?? (activity ? 'pet' : 'grey'))
  return {
    index: clampIndex(dimensions, linked.index ?? middle),
    t: Math.min(linked.t ?? 0, header.shape.t - 1),
    c: Math.min(linked.c ?? 0, header.shape.c - 1),
    window: linked.window ?? defaultWindow(header),
    map,
    mix: isMixed(header) ? mixOf(header, linked) : null,
    quantity: linked.quantity ?? plainLayer.quantity,
    visible: linked.visible ?? plainLayer.visible,
    opacity: linked.opacity ?? plainLayer.opacity,
    blend: linked.blend ?? plainLayer.blend,
  }
}

/** As a link says, as long as it names every channel; stacks of channels start laid into each other. */
function mixOf(header: SeriesHeader, { mix, c }: Partial<SeriesView>): SeriesView['mix'] {
  if (mix === null || (mix === undefined && c !== undefined)) return null
  return mix?.length === header.shape.c ? mix : firstChannels(header)
}

export const paneSeries = (open: readonly (SeriesPixels | null)[]): (PaneSeries | null)[] =>
  open.map((one) => one && { modality: one.header.modality, geometry: one.geometry, placed: isPlaced(one.header) })

const keyOf = (open: readonly (SeriesPixels | null)[]): string =>
  hangingKey(open.find((one) => one?.header.record)?.header.record?.studyId ?? null, paneSeries(open))

/** As these kinds of series of the study were last hung here, else by what they are. */
function hangingOf(open: readonly (SeriesPixels | null)[]): Hanging {
  const rule = hang(paneSeries(open))
  if (open.every((one) => one === null)) return rule
  try {
    const kept = JSON.parse(localStorage.getItem(keyOf(open)) ?? '{}') as Partial<Hanging>
    return {
      layout: layouts.find((one) => one === kept.layout) ?? rule.layout,
      arrangement: arrangements.find((one) => one === kept.arrangement) ?? rule.arrangement,
      plane: planeNames.find((one) => one === kept.plane) ?? rule.plane,
    }
  } catch {
    // Storage that is switched off or was written by something else.
    return rule
  }
}

function keepHanging(open: readonly (SeriesPixels | null)[], patch: Partial<Hanging>): void {
  const { layout, arrangement, plane } = patch
  if (!layout && !arrangement && !plane) return
  try {
    const changed = { ...hangingOf(open), ...(layout && { layout }), ...(plane && { plane }) }
    localStorage.setItem(keyOf(open), JSON.stringify({ ...changed, ...(arrangement && { arrangement }) }))
  } catch {
    // Without storage the next visit starts by the rules.
  }
}

const linkPauseMilliseconds = 300

/** Keeps the address bar at the shown view, without an entry in the history for each move. */
function useLink(series: readonly string[], state: ViewerState): void {
  const { key } = useLocation()
  useEffect(() => {
    const views = state.views.filter((view) => view !== null)
    if (series.length === 0 || views.length < series.length) return
    const timer = setTimeout(() => {
      // While the page that one goes back to is loading, the address is its own already and the viewer still stands.
      const entry = window.history.state as { key?: string } | null
      if ((entry?.key ?? 'default') !== key) return
      // The router's own state of this entry stays, so that going back works as ever.
      window.history.replaceState(window.history.state, '', `?${writeLink(series, state, views)}`)
    }, linkPauseMilliseconds)
    return () => clearTimeout(timer)
  }, [series, state, key])
}

/** How the pictures stand on the stage, and how layers are told apart when they are first laid over each other. */
import { useEffect, useRef } from 'react'
import type { ViewerActions, ViewerState } from './useViewer.ts'
import type { LinkedView } from './viewState.ts'

/** Colours of layers that have none of their own, from the lowest overlay upwards. */
const layerMaps = ['pet', 'viridis', 'hot', 'cividis'] as const

/** Grey over grey cannot be told apart: overlays get colours when they are first laid over, unless the link names some. */
export function useOverlayColours(
  linked: LinkedView,
  overlays: readonly number[],
  state: ViewerState,
  actions: ViewerActions,
): void {
  const coloured = useRef(new Set<number>())
  useEffect(() => {
    overlays.forEach((n, place) => {
      const map = state.views[n]?.map
      if (map === undefined || coloured.current.has(n)) return
      coloured.current.add(n)
      if (map === 'grey' && !linked.views[n]?.map) actions.setView(n, { map: layerMaps[place % layerMaps.length]! })
    })
  }, [overlays, state.views, linked, actions])
}

/** Columns and rows of the pictures: one column for each group, or a square where each has one picture. */
export function gridOf(groups: number, perGroup: number, layout: ViewerState['layout']) {
  if (layout === 'four' && groups === 1 && perGroup === 4) return { columns: 2, rows: 2 }
  if (perGroup > 1 || groups <= 3) return { columns: groups, rows: perGroup }
  const columns = Math.ceil(Math.sqrt(groups))
  return { columns, rows: Math.ceil(groups / columns) }
}

/** What the commands of keys and buttons do. */
import { useCallback, useEffect, useRef } from 'react'
import type { AnnotationTool } from '#ontology/entities/annotation.ts'
import { colourMapNames } from './colourMaps.ts'
import { commandOf, type Command } from './keyboard.ts'
import type { LayerView } from './overlayContent.ts'
import type { PaneSpec } from './panes.ts'
import type { ViewerActions, ViewerState } from './useViewer.ts'
import type { Picture } from './viewports.client.ts'
import { defaultWindow } from './window.ts'

export interface CommandScene {
  state: ViewerState
  actions: ViewerActions
  /** The pane that keys act on, with the series at its bottom. */
  pane: { spec: PaneSpec; ground: LayerView } | null
  pictures: () => Picture[]
  picture: Picture | null
  /** The series whose window and colours change: the one on top. */
  top: { n: number; layer: LayerView } | null
  /** The series that goes through time. */
  timed: { n: number; layer: LayerView } | null
  seriesCount: number
  canFuse: boolean
  scrollBy: (planes: number) => void
  play: () => void
  segment: () => void
  edit: (what: 'remove' | 'undo' | 'redo') => void
  open: (what: 'screenshot' | 'header' | 'help') => void
}

const many = 1e6

/** @returns runs a command; keys run them too */
export function useCommands(scene: CommandScene): (command: Command) => void {
  const current = useRef(scene)
  useEffect(() => {
    current.current = scene
  })
  const run = useCallback((command: Command) => runCommand(command, current.current), [])
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const command = commandOf(event)
      if (!command) return
      event.preventDefault()
      run(command)
    }
    window.addEventListener('keydown', pressed)
    return () => window.removeEventListener('keydown', pressed)
  }, [run])
  return run
}

function runCommand(command: Command, scene: CommandScene): void {
  const { state, actions, top, timed } = scene
  const frame = (by: number) => {
    if (!timed) return
    const count = timed.layer.pixels.header.shape.t
    actions.setView(timed.n, { t: (timed.layer.view.t + by + count) % count })
  }
  switch (command) {
    case 'next':
      return scene.scrollBy(1)
    case 'previous':
      return scene.scrollBy(-1)
    case 'nextTen':
      return scene.scrollBy(10)
    case 'previousTen':
      return scene.scrollBy(-10)
    case 'first':
      return scene.scrollBy(-many)
    case 'last':
      return scene.scrollBy(many)
    case 'nextFrame':
      return frame(1)
    case 'previousFrame':
      return frame(-1)
    case 'play':
      return timed ? scene.play() : undefined
    case 'zoomIn':
      return scene.picture?.zoomBy(1.25)
    case 'zoomOut':
      return scene.picture?.zoomBy(0.8)
    case 'fit':
      return scene.pictures().forEach((picture) => picture.fit())
    case 'resetWindow':
      return top ? actions.setView(top.n, { window: defaultWindow(top.layer.pixels.header) }) : undefined
    case 'nextMap': {
      if (!top || top.layer.pixels.header.samplesPerPixel > 1) return
      const at = colourMapNames.indexOf(top.layer.view.map)
      return actions.setView(top.n, { map: colourMapNames[(at + 1) % colourMapNames.length]! })
    }
    case 'single':
    case 'mpr':
    case 'volume':
    case 'four':
      return actions.set({ layout: command })
    case 'axial':
    case 'coronal':
    case 'sagittal':
      return actions.set({ layout: 'single', plane: command })
    case 'nextSeries':
      return actions.set({ active: (state.active + 1) % scene.seriesCount, arrangement: 'one' })
    case 'together':
      return actions.set({ together: !state.together })
    case 'parts':
      return scene.canFuse ? actions.set({ arrangement: state.arrangement === 'parts' ? 'one' : 'parts' }) : undefined
    case 'fusion':
      return scene.canFuse ? actions.set({ arrangement: state.arrangement === 'fusion' ? 'one' : 'fusion' }) : undefined
    case 'side':
      if (scene.seriesCount < 2) return
      return actions.set({ arrangement: state.arrangement === 'side' ? 'one' : 'side' })
    case 'toolCrosshair':
      return actions.set({ tool: 'crosshair' })
    case 'toolWindow':
      return actions.set({ tool: 'window' })
    case 'toolPan':
      return actions.set({ tool: 'pan' })
    case 'toolZoom':
      return actions.set({ tool: 'zoom' })
    case 'crosshair':
      return actions.set({ crosshair: !state.crosshair })
    case 'smooth':
      return actions.set({ smooth: !state.smooth })
    case 'screenshot':
    case 'header':
    case 'help':
      return scene.open(command)
    case 'segment':
      return scene.segment()
    case 'remove':
    case 'undo':
    case 'redo':
      return scene.edit(command)
    default:
      return actions.set({ tool: command.slice('draw '.length) as AnnotationTool })
  }
}

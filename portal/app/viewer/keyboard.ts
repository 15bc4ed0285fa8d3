/** Keys of the viewer: one list for what they do and for the help that tells of it. */

import type { AnnotationTool } from '#ontology/entities/annotation.ts'

/** Takes a drawing tool. */
export type ToolCommand = `draw ${AnnotationTool}`

export type Command =
  | 'next'
  | 'previous'
  | 'nextTen'
  | 'previousTen'
  | 'first'
  | 'last'
  | 'nextFrame'
  | 'previousFrame'
  | 'play'
  | 'zoomIn'
  | 'zoomOut'
  | 'fit'
  | 'resetWindow'
  | 'single'
  | 'mpr'
  | 'volume'
  | 'four'
  | 'axial'
  | 'coronal'
  | 'sagittal'
  | 'nextSeries'
  | 'fusion'
  | 'side'
  | 'parts'
  | 'together'
  | 'toolCrosshair'
  | 'toolWindow'
  | 'toolPan'
  | 'toolZoom'
  | ToolCommand
  | 'segment'
  | 'remove'
  | 'undo'
  | 'redo'
  | 'crosshair'
  | 'smooth'
  | 'nextMap'
  | 'screenshot'
  | 'header'
  | 'help'

interface Key {
  keys: string[]
  command: Command
  does: string
}

export const keyGroups: { title: string; keys: Key[] }[] = [
  {
    title: 'Planes',
    keys: [
      { keys: ['ArrowDown'], command: 'next', does: 'Next plane' },
      { keys: ['ArrowUp'], command: 'previous', does: 'Plane before' },
      { keys: ['PageDown'], command: 'nextTen', does: 'Ten planes on' },
      { keys: ['PageUp'], command: 'previousTen', does: 'Ten planes back' },
      { keys: ['Home'], command: 'first', does: 'First plane' },
      { keys: ['End'], command: 'last', does: 'Last plane' },
    ],
  },
  {
    title: 'Time',
    keys: [
      { keys: ['ArrowRight'], command: 'nextFrame', does: 'Next frame' },
      { keys: ['ArrowLeft'], command: 'previousFrame', does: 'Frame before' },
      { keys: [' '], command: 'play', does: 'Play or stop' },
    ],
  },
  {
    title: 'Layout',
    keys: [
      { keys: ['1'], command: 'single', does: 'One plane' },
      { keys: ['3'], command: 'mpr', does: 'Three planes' },
      { keys: ['4'], command: 'four', does: 'Three planes and the body in space' },
      { keys: ['5'], command: 'volume', does: 'The body in space' },
      { keys: ['a'], command: 'axial', does: 'Axial plane' },
      { keys: ['c'], command: 'coronal', does: 'Coronal plane' },
      { keys: ['s'], command: 'sagittal', does: 'Sagittal plane' },
      { keys: ['n'], command: 'nextSeries', does: 'Next series' },
      { keys: ['f'], command: 'fusion', does: 'Fusion on or off' },
      { keys: ['b'], command: 'side', does: 'Side by side on or off' },
      { keys: ['d'], command: 'parts', does: 'Layers beside their fusion on or off' },
      { keys: ['k'], command: 'together', does: 'One crosshair for all series on or off' },
    ],
  },
  {
    title: 'View',
    keys: [
      { keys: ['+', '='], command: 'zoomIn', does: 'Larger' },
      { keys: ['-'], command: 'zoomOut', does: 'Smaller' },
      { keys: ['0'], command: 'fit', does: 'Whole picture' },
      { keys: ['r'], command: 'resetWindow', does: 'First window again' },
      { keys: ['m'], command: 'nextMap', does: 'Next colour map' },
      { keys: ['i'], command: 'smooth', does: 'Smooth or pixels' },
      { keys: ['x'], command: 'crosshair', does: 'Crosshair on or off' },
    ],
  },
  {
    title: 'Main button',
    keys: [
      { keys: ['w'], command: 'toolWindow', does: 'Window' },
      { keys: ['h'], command: 'toolCrosshair', does: 'Crosshair' },
      { keys: ['p'], command: 'toolPan', does: 'Move' },
      { keys: ['z'], command: 'toolZoom', does: 'Zoom' },
    ],
  },
  {
    title: 'Draw and measure',
    keys: [
      { keys: ['l'], command: 'draw length', does: 'Length' },
      { keys: ['j'], command: 'draw angle', does: 'Angle' },
      { keys: ['d'], command: 'draw bidirectional', does: 'Two diameters' },
      { keys: ['e'], command: 'draw ellipse', does: 'Ellipse' },
      { keys: ['q'], command: 'draw rectangle', does: 'Rectangle' },
      { keys: ['y'], command: 'draw polygon', does: 'Polygon, point by point' },
      { keys: ['o'], command: 'draw freehand', does: 'Outline by hand' },
      { keys: ['u'], command: 'draw sphere', does: 'Sphere' },
      { keys: ['v'], command: 'draw probe', does: 'Point' },
      { keys: ['k'], command: 'draw arrow', does: 'Arrow with words' },
      { keys: ['Shift+s'], command: 'segment', does: 'Segmentation on or off' },
      { keys: ['Delete'], command: 'remove', does: 'Remove what is chosen' },
      { keys: ['Ctrl+z'], command: 'undo', does: 'Undo' },
      { keys: ['Ctrl+y', 'Ctrl+Shift+z'], command: 'redo', does: 'Redo' },
    ],
  },
  {
    title: 'Page',
    keys: [
      { keys: ['g'], command: 'screenshot', does: 'Save a picture' },
      { keys: ['t'], command: 'header', does: 'Header of the files' },
      { keys: ['?'], command: 'help', does: 'This help' },
    ],
  },
]

const commands = new Map(
  keyGroups.flatMap(({ keys }) => keys.flatMap((key) => key.keys.map((one) => [one, key.command] as const))),
)

/** The command of a key press, or undefined when it belongs to something else: a field, a slider, a dialog, the browser. */
export function commandOf(event: KeyboardEvent): Command | undefined {
  if (event.altKey || event.defaultPrevented) return undefined
  const target = event.target instanceof Element ? event.target : null
  if (
    target?.closest(
      'input, textarea, select, [contenteditable], [role=dialog], [role=slider], [role=listbox], [role=menu], header',
    )
  ) {
    return undefined
  }
  // Space and Enter press the button that has the focus.
  if (event.key === ' ' && target?.closest('button, a')) return undefined
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
  if (event.ctrlKey || event.metaKey) return commands.get(`Ctrl+${event.shiftKey ? 'Shift+' : ''}${key}`)
  return (event.shiftKey ? commands.get(`Shift+${key}`) : undefined) ?? commands.get(key)
}

const names: Record<string, string> = {
  ' ': 'Space',
  ArrowDown: '↓',
  ArrowUp: '↑',
  ArrowLeft: '←',
  ArrowRight: '→',
  PageDown: 'Page ↓',
  PageUp: 'Page ↑',
}
/** How a key is written for people. */
export const keyName = (key: string): string =>
  names[key] ??
  (/^(Ctrl|Shift)\+/.test(key) ? key.replace(/\w$/, (letter) => letter.toUpperCase()) : undefined) ??
  (key.length === 1 ? key.toUpperCase() : key)

/** The first key of a command, for tooltips. */
export const keyOf = (command: Command): string =>
  keyName(keyGroups.flatMap(({ keys }) => keys).find((key) => key.command === command)!.keys[0]!)

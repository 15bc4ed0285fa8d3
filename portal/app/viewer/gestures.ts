/** Mouse, pen, touch and wheel on a picture, as what they mean. */
import type { Taking } from './annotations/useHand.ts'
import type { Tool } from './viewState.ts'

export type Point = readonly [number, number]
/** What a drag changes. */
export type DragKind = 'crosshair' | 'window' | 'pan' | 'zoom'

export interface GestureMeaning {
  tool: Tool
  /** Asked first for the main button: what is drawn on the picture. */
  taking?: Taking
  /** Clicked without moving. */
  point(at: Point): void
  drag(kind: DragKind, by: Point, at: Point): void
  /** Whole planes; positive goes onwards. */
  scroll(planes: number): void
  zoom(factor: number, at: Point): void
  enlarge(): void
  /** The other button was clicked. */
  menu?(at: Point): void
}

/** Movement in pixels up to which a press is a click. */
const clickReach = 4
/** Movement of two fingers after which it is clear what they mean. */
const fingerReach = 14
/** Pixels of a trackpad's wheel that make one plane; a mouse wheel sends at least `notch` at a time. */
const planeWheel = 30
const notch = 60

interface Fingers {
  means: 'zoom' | 'window' | null
  spread: number
  moved: number
}

/**
 * @param hover told where the pointer is, null when it has left
 * @returns a function that takes all listeners off
 */
export function listen(
  element: HTMLElement,
  meaning: () => GestureMeaning,
  hover: (at: Point | null) => void,
): () => void {
  const pointers = new Map<number, Point>()
  let drag: { kind: DragKind; start: Point; moved: boolean; main: boolean } | null = null
  let taken: { start: Point; travelled: number } | null = null
  let fingers: Fingers | null = null
  let wheel = 0
  const leaving = new AbortController()
  const on = <K extends keyof HTMLElementEventMap>(
    type: K,
    listener: (event: HTMLElementEventMap[K]) => void,
    passive = true,
  ) => element.addEventListener(type, listener, { signal: leaving.signal, passive })
  const place = (event: MouseEvent): Point => {
    const box = element.getBoundingClientRect()
    return [event.clientX - box.left, event.clientY - box.top]
  }

  on('pointerdown', (event) => {
    const { tool, taking } = meaning()
    const main = event.button === 0
    const at = place(event)
    pointers.set(event.pointerId, at)
    element.setPointerCapture(event.pointerId)
    if (pointers.size === 1 && main && !event.shiftKey) {
      taken = taking?.begin(at, { coarse: event.pointerType === 'touch' }) ? { start: at, travelled: 0 } : null
      if (taken) return
    }
    // A second finger means the picture, not what the first one has begun.
    if (taken) taking?.cancel()
    taken = null
    fingers = null
    drag = { kind: kindOf(event, tool), start: at, moved: false, main }
  })
  on('pointermove', (event) => {
    const at = place(event)
    const before = pointers.get(event.pointerId)
    hover(at)
    if (taken && before) {
      taken.travelled = Math.max(taken.travelled, Math.hypot(at[0] - taken.start[0], at[1] - taken.start[1]))
      pointers.set(event.pointerId, at)
      return meaning().taking?.move(at)
    }
    if (!before) return meaning().taking?.hover(at)
    if (!drag) return
    if (pointers.size === 2) {
      twoFingers(before, at, event.pointerId)
      pointers.set(event.pointerId, at)
      return
    }
    if (!drag.moved && Math.hypot(at[0] - drag.start[0], at[1] - drag.start[1]) < clickReach) return
    drag.moved = true
    pointers.set(event.pointerId, at)
    meaning().drag(drag.kind, [at[0] - before[0], at[1] - before[1]], at)
  })
  const release = (event: PointerEvent) => {
    if (!pointers.delete(event.pointerId)) return
    if (taken) {
      if (event.type === 'pointerup') meaning().taking?.end(place(event), taken.travelled)
      else meaning().taking?.cancel()
      taken = null
      return
    }
    if (!drag || pointers.size > 0) return
    if (!drag.moved && event.type === 'pointerup') {
      const at = place(event)
      if (drag.main && !meaning().taking?.click(at)) meaning().point(at)
      if (event.button === 2) meaning().menu?.(at)
    }
    drag = null
  }
  on('pointerup', release)
  on('pointercancel', release)
  on('pointerleave', () => hover(null))
  on('dblclick', () => {
    if (!meaning().taking?.doubleClick()) meaning().enlarge()
  })
  on('contextmenu', (event) => event.preventDefault(), false)
  on(
    'wheel',
    (event) => {
      event.preventDefault()
      const pixels = event.deltaY * (event.deltaMode === 0 ? 1 : event.deltaMode === 1 ? 33 : 400)
      if (event.ctrlKey) return meaning().zoom(Math.exp(-pixels / 300), place(event))
      wheel = Math.abs(pixels) >= notch ? Math.sign(pixels) * planeWheel : wheel + pixels
      const planes = Math.trunc(wheel / planeWheel)
      wheel -= planes * planeWheel
      if (planes !== 0) meaning().scroll(planes)
    },
    false,
  )

  /** Two fingers that go apart or together zoom and move; side by side they change the window. */
  function twoFingers(before: Point, at: Point, id: number): void {
    const other = [...pointers].find(([one]) => one !== id)![1]
    const distance = (point: Point) => Math.hypot(point[0] - other[0], point[1] - other[1])
    if (drag) drag.moved = true
    fingers ??= { means: null, spread: distance(before), moved: 0 }
    const by: Point = [(at[0] - before[0]) / 2, (at[1] - before[1]) / 2]
    fingers.moved += Math.hypot(by[0], by[1])
    const spread = Math.abs(distance(at) - fingers.spread)
    if (fingers.means === null && spread > fingerReach) fingers.means = 'zoom'
    if (fingers.means === null && fingers.moved > fingerReach) fingers.means = 'window'
    if (fingers.means === 'window') meaning().drag('window', by, at)
    if (fingers.means !== 'zoom') return
    meaning().zoom(distance(at) / Math.max(distance(before), 1), [(at[0] + other[0]) / 2, (at[1] + other[1]) / 2])
    meaning().drag('pan', by, at)
  }

  return () => leaving.abort()
}

function kindOf(event: PointerEvent, tool: Tool): DragKind {
  if (event.button === 1 || event.shiftKey) return 'pan'
  if (event.button === 2 || event.ctrlKey) return 'zoom'
  return tool === 'crosshair' || tool === 'pan' || tool === 'zoom' ? tool : 'window'
}

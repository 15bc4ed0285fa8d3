/** Which rows are chosen, and which one the keyboard stands on. Pure: the table draws it. */

export interface Selection {
  chosen: ReadonlySet<string>
  /** Row of the keyboard. */
  current: string | null
  /** Where a range starts. */
  anchor: string | null
}

export const nothingChosen: Selection = { chosen: new Set(), current: null, anchor: null }

export function toggle(selection: Selection, id: string): Selection {
  const chosen = new Set(selection.chosen)
  if (!chosen.delete(id)) chosen.add(id)
  return { chosen, current: id, anchor: id }
}

/** All rows between the anchor and `id`, as with Shift held. */
export function extend(selection: Selection, order: readonly string[], id: string): Selection {
  const from = order.indexOf(selection.anchor ?? selection.current ?? id)
  const to = order.indexOf(id)
  if (to < 0) return selection
  const [low, high] = from < 0 ? [to, to] : [Math.min(from, to), Math.max(from, to)]
  const chosen = new Set([...selection.chosen, ...order.slice(low, high + 1)])
  return { chosen, current: id, anchor: selection.anchor ?? selection.current ?? id }
}

/** The row that many steps away, within the list. */
export function step(selection: Selection, order: readonly string[], by: number): string | null {
  if (order.length === 0) return null
  const at = selection.current === null ? -1 : order.indexOf(selection.current)
  if (at < 0) return (by > 0 ? order[0] : order.at(-1)) ?? null
  return order[Math.min(order.length - 1, Math.max(0, at + by))] ?? null
}

export const chooseAll = (selection: Selection, order: readonly string[]): Selection => ({
  ...selection,
  chosen: order.every((id) => selection.chosen.has(id)) ? new Set() : new Set(order),
})

/** Without rows that are no longer shown. */
export function restrict(selection: Selection, order: readonly string[]): Selection {
  const shown = new Set(order)
  const chosen = new Set([...selection.chosen].filter((id) => shown.has(id)))
  if (chosen.size === selection.chosen.size) return selection
  return { ...selection, chosen }
}

import { useEffect, useRef, useState } from 'react'

/**
 * Gives the focus back to what had it, when something that took it goes away: Mantine's dialogs do so when they close, but not
 * when they are made open and taken away while they are. When that element is gone too, the focus goes to the page's content.
 */
export function useReturnFocus(isOpen: boolean): void {
  const [before] = useState(() => (typeof document === 'undefined' ? null : document.activeElement))
  const open = useRef(isOpen)
  useEffect(() => {
    open.current = isOpen
  }, [isOpen])
  useEffect(
    () => () => {
      // The trap of a dialog lets go when it is taken away, which is not over yet.
      if (open.current) setTimeout(() => focusIfLost(before))
    },
    [before],
  )
}

function focusIfLost(before: Element | null): void {
  const { activeElement, body } = document
  if (activeElement !== null && activeElement !== body) return
  const target = before !== body && before?.isConnected ? before : document.getElementById('main')
  if (target instanceof HTMLElement) target.focus({ preventScroll: true })
}

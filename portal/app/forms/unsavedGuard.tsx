import { Suspense, lazy, useEffect, type RefObject } from 'react'
import { useBlocker } from 'react-router'

const LeaveDialog = lazy(() => import('./leaveDialog.tsx').then((m) => ({ default: m.LeaveDialog })))

/**
 * Asks before leaving a page with changes that are not saved: within the portal, and by the browser itself. Shown only
 * while there are some; `saved` lets the navigation pass that follows a successful save at once.
 */
export function UnsavedGuard({ saved }: { saved: RefObject<boolean> }) {
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) => !saved.current && currentLocation.pathname !== nextLocation.pathname,
  )
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', ask)
    return () => window.removeEventListener('beforeunload', ask)
  }, [])
  if (blocker.state !== 'blocked') return null
  return (
    <Suspense fallback={null}>
      <LeaveDialog onLeave={() => blocker.proceed()} onStay={() => blocker.reset()} />
    </Suspense>
  )
}

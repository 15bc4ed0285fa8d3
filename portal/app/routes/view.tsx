/** The viewer, which needs a browser: the server sends the frame, the rest is loaded when the page is there. */
import { Suspense, lazy, useEffect } from 'react'
import { useLocation } from 'react-router'
import { useHydrated } from '../components/hydrated.ts'
import type { PageHandle } from '../components/shell.tsx'
import { openEarly } from '../viewer/openSeries.ts'
import { readLink } from '../viewer/viewState.ts'

export const handle: PageHandle = { width: 'full' }

export const meta = () => [{ title: 'Viewer · Vivarchive' }, { name: 'robots', content: 'noindex' }]

const load = () => import('../viewer/viewer.client.tsx')
const Viewer = lazy(load)
// It is large: it starts on its way with the page, not when the page has come alive.
if (typeof window !== 'undefined') void load()

export default function View() {
  const hydrated = useHydrated()
  // The viewer writes what it shows into the address by itself; only a navigation opens another one.
  const { key } = useLocation()
  useEffect(() => openEarly(readLink(new URLSearchParams(window.location.search)).series), [])
  const waiting = <p style={{ padding: 24 }}>Starting the viewer</p>
  return (
    <>
      <h1 className="srOnly">Viewer</h1>
      <noscript>
        <p style={{ padding: 24 }}>The viewer needs JavaScript. The page of each series has a preview and its files.</p>
      </noscript>
      {hydrated ? (
        <Suspense fallback={waiting}>
          <Viewer key={key} />
        </Suspense>
      ) : (
        waiting
      )}
    </>
  )
}

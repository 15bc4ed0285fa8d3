/** The viewer: pictures of up to four series and everything around them. Runs in the browser only. */
import { useEffect, useState } from 'react'
import { graphics, onGraphicsLost } from './cornerstone.client.ts'
import { Message } from './message.tsx'
import { readLink } from './viewState.ts'
import { Stage } from './stage.client.tsx'
import styles from './viewer.module.css'

export default function Viewer() {
  const [linked] = useState(() => readLink(new URLSearchParams(window.location.search)))
  const [drawable] = useState(() => graphics() !== null)
  const [lost, setLost] = useState(false)
  useEffect(() => onGraphicsLost(() => setLost(true)), [])
  useDarkGround()
  return (
    <div className={styles.viewer}>
      {linked.series.length === 0 ? (
        <Message title="Which series?" to={{ href: '/registry', label: 'Search the registry' }}>
          This address names no image series. Open one from a study or from the registry.
        </Message>
      ) : lost ? (
        <Message title="The graphics card stopped" act={{ run: () => window.location.reload(), label: 'Load again' }}>
          The browser took the graphics card away from this page, as happens after sleep or with many open pages. The
          address holds what was shown, so nothing but measurements is lost.
        </Message>
      ) : drawable ? (
        <Stage linked={linked} />
      ) : (
        <Message title="No graphics here" to={{ href: `/series/${linked.series[0]}`, label: 'Page of the series' }}>
          The viewer needs WebGL 2, which this browser does not offer or has switched off. Switch on hardware
          acceleration in its settings, or use a current Firefox, Chrome, Edge or Safari. The preview, the metadata and
          the files are on the page of the series.
        </Message>
      )}
    </div>
  )
}

/** Images want a dark room: the page is dark while the viewer is open, whatever the person's usual colours. */
function useDarkGround(): void {
  useEffect(() => {
    const root = document.documentElement
    const before = root.getAttribute('data-mantine-color-scheme')
    root.setAttribute('data-mantine-color-scheme', 'dark')
    return () => {
      if (before !== null) root.setAttribute('data-mantine-color-scheme', before)
    }
  }, [])
}

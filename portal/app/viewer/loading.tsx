/** What of a picture is on its way. */
import { IconLoader2 } from '@tabler/icons-react'
import type { LayerView } from './overlayContent.ts'
import styles from './viewer.module.css'

/** Drawn from the reduced image until its planes are here. */
export const isReduced = ({ pixels, view }: LayerView): boolean =>
  pixels.shownTime(view.c) === view.t && pixels.source.isReduced(view.c, view.t)

/** What is on its way, and what is shown until it is here. */
export function Loading({ layers, drawn }: { layers: LayerView[]; drawn: boolean }) {
  const parts = layers.map(({ pixels, view }) => pixels.progress(view.index, view.t, view.c))
  const percent = Math.floor((parts.reduce((sum, part) => sum + part, 0) / parts.length) * 100)
  const late = layers.find(({ pixels, view }) => pixels.shownTime(view.c) !== view.t)
  const stale =
    drawn && late ? `Frame ${late.pixels.shownTime(late.view.c) + 1} until frame ${late.view.t + 1} is here` : ''
  return (
    <div className={styles.loading} data-quiet={drawn ? '' : undefined}>
      <IconLoader2 size={16} aria-hidden className={styles.turning} />
      {stale || `${drawn && layers.some(isReduced) ? 'Reduced image: l' : 'L'}oading planes, ${percent} %`}
    </div>
  )
}

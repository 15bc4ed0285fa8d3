/** The channels of a series: which are shown, in which colour, from which value to which. */
import { useEffect, useRef } from 'react'
import { ActionIcon, RangeSlider } from '@mantine/core'
import { IconEye, IconEyeOff } from '@tabler/icons-react'
import { get } from '../api.ts'
import { channelColours, type ChannelView } from './channels.ts'
import { roughly } from './overlay.tsx'
import type { LayerView } from './overlayContent.ts'
import styles from './viewer.module.css'
import { usable } from './window.ts'

interface Props {
  layer: LayerView
  views: readonly ChannelView[]
  /** Windows are those of the start, not of a link or a person. */
  untouched: boolean
  onChange: (views: ChannelView[], byHand: boolean) => void
}

interface Answer {
  histogram: { low: number; high: number; counts: number[] } | null
}

export function ChannelList({ layer: { pixels }, views, untouched, onChange }: Props) {
  const { header } = pixels
  const { range } = header
  const change = (c: number, patch: Partial<ChannelView>) =>
    onChange(
      views.map((view, n) => (n === c ? { ...view, ...patch } : view)),
      true,
    )
  useChannelWindows(header.seriesId, header.revision, views, untouched, onChange)
  return (
    <ol className={styles.layers} aria-label="Channels">
      {views.map((view, c) => {
        const label = header.channels?.[c]?.label || `Channel ${c + 1}`
        return (
          <li key={c} data-hidden={!view.visible || undefined}>
            <div className={styles.layerHead}>
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={`${view.visible ? 'Hide' : 'Show'} ${label}`}
                onClick={() => change(c, { visible: !view.visible })}
              >
                {view.visible ? <IconEye size={17} aria-hidden /> : <IconEyeOff size={17} aria-hidden />}
              </ActionIcon>
              <span className={styles.layerName}>{label}</span>
              {channelColours.map((colour) => (
                <button
                  key={colour}
                  type="button"
                  className={styles.lamp}
                  style={{ background: `#${colour}` }}
                  aria-label={`${label} in the colour ${colour}`}
                  aria-pressed={view.colour === colour}
                  onClick={() => change(c, { colour })}
                />
              ))}
            </div>
            <div className={styles.layerBody}>
              <RangeSlider
                size="xs"
                label={null}
                min={Math.min(range.min, view.window.low)}
                max={Math.max(range.max, view.window.high)}
                step={(range.max - range.min) / 500 || 1}
                minRange={(range.max - range.min) / 500 || 1}
                value={[view.window.low, view.window.high]}
                onChange={([low, high]) => change(c, { window: usable(low, high) })}
                thumbFromLabel={`Darkest value of ${label}`}
                thumbToLabel={`Brightest value of ${label}`}
              />
              <output>{roughly(view.window.high, view.window)}</output>
            </div>
          </li>
        )
      })}
    </ol>
  )
}

/** Part of the pixels that may be brighter than full at first. */
const cutOff = 0.002

/** Starts each channel with its own range: that of all channels leaves weak ones in the dark. */
function useChannelWindows(
  seriesId: string,
  revision: string,
  views: readonly ChannelView[],
  untouched: boolean,
  onChange: Props['onChange'],
): void {
  const current = useRef({ views, onChange, untouched })
  useEffect(() => {
    current.current = { views, onChange, untouched }
  })
  const { length } = views
  useEffect(() => {
    if (!current.current.untouched) return
    const leaving = new AbortController()
    const ask = (c: number) =>
      get<Answer>(`/series/${seriesId}/r/${revision}/statistics`, { c: `${c}:${c + 1}`, bins: '512' }, leaving.signal)
    Promise.all(Array.from({ length }, (_, c) => ask(c))).then(
      (answers) => {
        const now = current.current
        if (!now.untouched) return
        const ranged = now.views.map((view, c) => {
          const found = answers[c]!.histogram
          if (!found) return view
          const { low, high, counts } = found
          const all = counts.reduce((sum, count) => sum + count, 0)
          let [bin, above] = [counts.length - 1, 0]
          while (bin > 0 && (above += counts[bin]!) <= all * cutOff) bin--
          return { ...view, window: usable(low, low + ((bin + 1) / counts.length) * (high - low)) }
        })
        now.onChange(ranged, false)
      },
      // The range of all channels will do.
      () => {},
    )
    return () => leaving.abort()
  }, [seriesId, revision, length])
}

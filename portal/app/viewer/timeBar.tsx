/** Time slider of a series: what is loaded, play and stop, the frame's times. */
import { useEffect, useState, useSyncExternalStore } from 'react'
import { ActionIcon, Select, Slider, Tooltip } from '@mantine/core'
import { IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react'
import { formatFrame } from './numbers.ts'
import { frameMilliseconds, naturalSpeed, speedsOf } from './playSpeed.ts'
import type { LayerView } from './overlayContent.ts'
import styles from './viewer.module.css'

interface Props {
  layer: LayerView
  playing: boolean
  onPlay: (playing: boolean) => void
  onTime: (t: number) => void
}

export function TimeBar({ layer, playing, onPlay, onTime }: Props) {
  const { pixels, view } = layer
  const { header, source } = pixels
  const count = header.shape.t
  const speeds = speedsOf(header.frames)
  const [speed, setSpeed] = useState(() => naturalSpeed(header.frames))
  useSyncExternalStore(
    (changed) => source.follow(changed),
    () => source.version,
  )
  usePlaying(layer, playing, frameMilliseconds(speed, header.frames, view.t), onTime)
  const label = formatFrame(view.t, count, header.frames)
  const loaded = (t: number) => pixels.progress([0, 0, view.index[2]], t, view.c)
  return (
    <div className={styles.time} role="group" aria-label={`Time of ${header.label}`}>
      <Tooltip label={playing ? 'Stop (Space)' : 'Play (Space)'}>
        <ActionIcon
          variant="subtle"
          color="gray"
          size={36}
          aria-label={playing ? 'Stop' : 'Play'}
          onClick={() => onPlay(!playing)}
        >
          {playing ? <IconPlayerPause size={19} aria-hidden /> : <IconPlayerPlay size={19} aria-hidden />}
        </ActionIcon>
      </Tooltip>
      <div className={styles.slider}>
        <Slider
          min={0}
          max={count - 1}
          step={1}
          size="sm"
          label={null}
          value={view.t}
          onChange={onTime}
          thumbLabel="Frame"
          thumbProps={{ 'aria-valuetext': label }}
        />
        <LoadedStrip count={count} loaded={loaded} />
      </div>
      <output className={styles.frame}>{label}</output>
      <Select
        className={styles.rate}
        size="xs"
        aria-label="Speed"
        data={speeds}
        value={speed}
        allowDeselect={false}
        onChange={(value) => value !== null && setSpeed(value)}
      />
    </div>
  )
}

/** Moves on when the next frame is in memory; waits where it is not. */
function usePlaying(
  { pixels, view }: LayerView,
  playing: boolean,
  milliseconds: number,
  onTime: (t: number) => void,
): void {
  const next = (view.t + 1) % pixels.header.shape.t
  const ready = pixels.progress([0, 0, view.index[2]], next, view.c) === 1
  useEffect(() => {
    if (!playing || !ready) return
    const timer = setTimeout(() => onTime(next), milliseconds)
    return () => clearTimeout(timer)
  }, [playing, ready, next, milliseconds, onTime])
}

/** Which frames are in memory, as runs of equal state. */
function LoadedStrip({ count, loaded }: { count: number; loaded: (t: number) => number }) {
  const runs: { from: number; to: number; state: 'whole' | 'part' | 'none' }[] = []
  for (let t = 0; t < count; t++) {
    const part = loaded(t)
    const state = part === 1 ? 'whole' : part > 0 ? 'part' : 'none'
    const run = runs.at(-1)
    if (run?.state === state) run.to = t
    else runs.push({ from: t, to: t, state })
  }
  const whole = runs.reduce((sum, { from, to, state }) => sum + (state === 'whole' ? to - from + 1 : 0), 0)
  return (
    <div className={styles.strip} role="img" aria-label={`${whole} of ${count} frames loaded`} data-loaded={whole}>
      {runs.map(({ from, to, state }) => (
        <span
          key={from}
          data-state={state}
          style={{ left: `${(from / count) * 100}%`, width: `${((to - from + 1) / count) * 100}%` }}
        />
      ))}
    </div>
  )
}

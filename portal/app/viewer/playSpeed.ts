/** How fast frames follow each other: so many a second, or as they were recorded. */

export type Frames = { startSeconds: number[]; durationSeconds: number[] } | null

const rates = [1, 2, 5, 10, 15, 25, 30, 50]
/** Times the speed at which it was recorded. */
const factors = [1, 10, 60, 300]

/** Speeds to choose from; those of the recording where its times are known. */
export function speedsOf(frames: Frames): { value: string; label: string }[] {
  const timed = frames?.durationSeconds.every((seconds) => seconds > 0) ?? false
  return [
    ...rates.map((rate) => ({ value: `${rate}/s`, label: `${rate} / s` })),
    ...(timed
      ? factors.map((factor) => ({ value: `x${factor}`, label: factor === 1 ? 'As it was' : `${factor} ×` }))
      : []),
  ]
}

/** Cines play as they were recorded; what took minutes plays five frames a second. */
export function naturalSpeed(frames: Frames): string {
  const seconds = frames?.durationSeconds[0] ?? 0
  return seconds > 0 && seconds <= 1 ? 'x1' : '5/s'
}

/** Screens show no more frames than this. */
const leastMilliseconds = 1000 / 60

/** How long frame `t` stays on screen. */
export function frameMilliseconds(speed: string, frames: Frames, t: number): number {
  if (!speed.startsWith('x')) return 1000 / Number.parseFloat(speed)
  const start = frames?.startSeconds[t] ?? 0
  const next = frames?.startSeconds[t + 1]
  // Pauses between frames count; the last frame stays for as long as it took.
  const seconds = next !== undefined && next > start ? next - start : (frames?.durationSeconds[t] ?? 0)
  return Math.max((seconds * 1000) / Number(speed.slice(1)), leastMilliseconds)
}

/** Channels of a microscope laid into each other, each in a colour of its own. */
import type { SeriesHeader } from './contract.ts'
import type { Samples } from './samples.ts'
import { usable, type Window } from './window.ts'

export interface ChannelView {
  visible: boolean
  window: Window
  /** Red, green, blue as six hexadecimal digits. */
  colour: string
}

/** Colours to choose from: light of lamps that people can tell apart, magenta and green for those who cannot tell red from green. */
export const channelColours = ['3b6cff', '20e040', 'ff3030', 'ff40ff', 'ffe020', '20e0ff', 'ffffff'] as const

const named: readonly [RegExp, string][] = [
  [/dapi|hoechst|blue|405/i, '3b6cff'],
  [/fitc|gfp|488|actin|green/i, '20e040'],
  [/txred|texas|cy3|rfp|tritc|mcherry|561|594|ki-?67|red/i, 'ff3030'],
  [/cy5|647|far/i, 'ff40ff'],
]

/** Whether the series is shown as channels laid into each other. */
export const isMixed = ({ shape, samplesPerPixel }: Pick<SeriesHeader, 'shape' | 'samplesPerPixel'>): boolean =>
  shape.c > 1 && samplesPerPixel === 1

/** As the file says, as its name suggests, or the next colour that is free. */
export function firstChannels({
  shape,
  channels,
  range,
}: Pick<SeriesHeader, 'shape' | 'channels' | 'range'>): ChannelView[] {
  const taken = new Set<string>()
  return Array.from({ length: shape.c }, (_, c) => {
    const channel = channels?.[c]
    const stated = /^#?([0-9a-f]{6})/i.exec(channel?.colour ?? '')?.[1]?.toLowerCase()
    const guessed = named.find(([pattern]) => pattern.test(channel?.label ?? ''))?.[1]
    const free = channelColours.find((colour) => !taken.has(colour)) ?? 'ffffff'
    const colour = stated ?? (guessed && !taken.has(guessed) ? guessed : free)
    taken.add(colour)
    return { visible: true, window: usable(Math.min(range.min, 0), range.max), colour }
  })
}

/**
 * One plane of red, green and blue: each channel gives its colour times its brightness within its window; what is more
 * than full is cut off.
 * @param planes one for each channel, null for those that are not shown
 */
export function mixed(
  planes: readonly (Samples | null)[],
  views: readonly ChannelView[],
  pixels: number,
): Uint8Array<ArrayBuffer> {
  const sums = new Float32Array(pixels * 3)
  planes.forEach((plane, c) => {
    const view = views[c]
    if (!plane || !view) return
    const { low, high } = view.window
    const [red, green, blue] = rgbOf(view.colour)
    const factor = 1 / (high - low)
    for (let i = 0; i < pixels; i++) {
      const share = Math.min(Math.max((plane[i]! - low) * factor, 0), 1)
      // What is no number has no brightness.
      if (!(share > 0)) continue
      sums[i * 3]! += share * red
      sums[i * 3 + 1]! += share * green
      sums[i * 3 + 2]! += share * blue
    }
  })
  const out = new Uint8Array(pixels * 3)
  for (let i = 0; i < sums.length; i++) out[i] = Math.min(Math.round(sums[i]!), 255)
  return out
}

const rgbOf = (colour: string): [number, number, number] => {
  const value = parseInt(colour, 16)
  return [value >> 16, (value >> 8) & 255, value & 255]
}

/** For links: '1_0:300_3b6cff;0_5:90_20e040'. */
export const writeChannels = (views: readonly ChannelView[]): string =>
  views
    .map(({ visible, window, colour }) => {
      const [low, high] = [window.low, window.high].map((value) => Number(value.toPrecision(6)))
      return `${visible ? 1 : 0}_${low}:${high}_${colour}`
    })
    .join(';')

/** Undefined when it is not understood. */
export function readChannels(text: string | undefined): ChannelView[] | undefined {
  const views = (text ?? '').split(';').map((part): ChannelView | null => {
    const found = /^([01])_([-+.e\d]+):([-+.e\d]+)_([0-9a-f]{6})$/i.exec(part)
    if (!found) return null
    const [low, high] = [Number(found[2]), Number(found[3])]
    if (!Number.isFinite(low) || !Number.isFinite(high) || high <= low) return null
    return { visible: found[1] === '1', window: { low, high }, colour: found[4]!.toLowerCase() }
  })
  return views.every((view) => view !== null) ? views : undefined
}

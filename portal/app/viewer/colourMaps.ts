import { activity, grey, type Stops } from '#imaging/render/colourMap.ts'

/** The viewer's colour maps: control points of red, green, blue in 0..1, evenly spaced from the lowest value to the highest. */
export type ColourMapName = 'grey' | 'inverse' | 'hot' | 'pet' | 'viridis' | 'cividis'

export interface ColourMap {
  label: string
  /** What it is good for, for the menu. */
  hint: string
  points: readonly (readonly [number, number, number])[]
}

const shares = (stops: Stops) => stops.map(([r, g, b]) => [r / 255, g / 255, b / 255] as const)

const hex = (...colours: string[]) =>
  colours.map((colour) => {
    const value = parseInt(colour, 16)
    return [(value >> 16) / 255, ((value >> 8) & 255) / 255, (value & 255) / 255] as const
  })

export const colourMaps: Record<ColourMapName, ColourMap> = {
  grey: { label: 'Grey', hint: 'anatomy', points: shares(grey) },
  inverse: { label: 'Inverse grey', hint: 'hot spots on white', points: hex('ffffff', '000000') },
  hot: { label: 'Hot', hint: 'black, red, yellow, white', points: hex('000000', 'ff0000', 'ffff00', 'ffffff') },
  pet: {
    label: 'PET',
    hint: 'even in brightness, for overlays',
    points: shares(activity),
  },
  viridis: {
    label: 'Viridis',
    hint: 'even steps, colour-blind safe',
    points: hex(
      '440154',
      '482475',
      '414487',
      '355f8d',
      '2a788e',
      '21918c',
      '22a884',
      '44bf70',
      '7ad151',
      'bddf26',
      'fde725',
    ),
  },
  cividis: {
    label: 'Cividis',
    hint: 'even steps, same for all colour vision',
    points: hex('00224e', '123570', '3b496c', '575d6d', '707173', '8a8678', 'a59c74', 'c3b369', 'e1cc55', 'fee838'),
  },
}

export const colourMapNames = Object.keys(colourMaps) as ColourMapName[]

export const isColourMapName = (name: string): name is ColourMapName => Object.hasOwn(colourMaps, name)

/** Control points with their place in 0..1. */
export const colourStops = (name: ColourMapName): { at: number; colour: string }[] =>
  colourMaps[name].points.map(([r, g, b], n, all) => ({
    at: n / (all.length - 1),
    colour: `rgb(${Math.round(r * 255)} ${Math.round(g * 255)} ${Math.round(b * 255)})`,
  }))

/** The map as a CSS background, lowest value at the start. */
export const colourGradient = (name: ColourMapName, direction = 'to right'): string =>
  `linear-gradient(${direction}, ${colourStops(name)
    .map(({ at, colour }) => `${colour} ${(at * 100).toFixed(1)}%`)
    .join(', ')})`

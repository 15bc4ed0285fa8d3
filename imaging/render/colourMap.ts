/** Colours at even steps from the low to the high end of the display range. */
export type Stops = readonly (readonly [number, number, number])[]

/** Grey, dark to bright: CT, MR, ultrasound. */
export const grey: Stops = [
  [0, 0, 0],
  [255, 255, 255],
]

/**
 * Black over violet, red and amber to a warm white, brightness rising in even steps: activity in PET and SPECT. On black, as
 * every picture here stands on near-black, with no step that looks like an edge.
 */
export const activity: Stops = [
  [0, 0, 0],
  [42, 26, 110],
  [138, 31, 124],
  [221, 74, 58],
  [251, 163, 26],
  [255, 255, 224],
]

/** The map as 256 colours, three bytes each. */
export function lookupTable(stops: Stops): Uint8Array {
  const table = new Uint8Array(256 * 3)
  for (let i = 0; i < 256; i++) {
    const at = (i / 255) * (stops.length - 1)
    const lower = stops[Math.floor(at)]!
    const upper = stops[Math.ceil(at)]!
    for (let j = 0; j < 3; j++) table[i * 3 + j] = lower[j]! + (upper[j]! - lower[j]!) * (at % 1)
  }
  return table
}

/** Red, green and blue (0 to 1) of a colour written as #rrggbb; white for anything else. */
export function parseColour(text: string | undefined): [number, number, number] {
  const match = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(text ?? '')
  return match ? (match.slice(1).map((part) => parseInt(part, 16) / 255) as [number, number, number]) : [1, 1, 1]
}

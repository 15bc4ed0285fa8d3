/** A grey picture in value units, before it is brought to the screen. `stepX` and `stepY` are the sizes of a pixel. */
export interface ValuePicture {
  width: number
  height: number
  values: Float32Array
  stepX: number
  stepY: number
}

/** A picture of 8-bit RGB, rows top to bottom. */
export interface RgbPicture {
  width: number
  height: number
  rgb: Uint8Array
}

/**
 * Size of a picture whose longer side has `size` pixels and whose pixels are square. Extreme shapes keep at least one
 * pixel on the shorter side.
 */
export function fittedSize(
  width: number,
  height: number,
  stepX: number,
  stepY: number,
  size: number,
): [number, number] {
  const [w, h] = [width * stepX, height * stepY]
  const scale = size / Math.max(w, h)
  return [Math.max(1, Math.round(w * scale)), Math.max(1, Math.round(h * scale))]
}

/**
 * Resamples interleaved planes of numbers: the mean over the area of each new pixel when shrinking, linear between
 * neighbours when growing. Not-a-number counts as 0.
 * @param samplesPerPixel values that belong to one pixel
 */
export function resample(
  from: ArrayLike<number>,
  width: number,
  height: number,
  samplesPerPixel: number,
  newWidth: number,
  newHeight: number,
): Float32Array {
  const columns = weights(width, newWidth)
  const rows = weights(height, newHeight)
  const out = new Float32Array(newWidth * newHeight * samplesPerPixel)
  for (let y = 0; y < newHeight; y++) {
    const { first: firstRow, list: rowList } = rows[y]!
    for (let x = 0; x < newWidth; x++) {
      const { first, list } = columns[x]!
      for (let s = 0; s < samplesPerPixel; s++) {
        let sum = 0
        for (let j = 0; j < rowList.length; j++) {
          const at = (firstRow + j) * width
          for (let i = 0; i < list.length; i++) {
            sum += (from[(at + first + i) * samplesPerPixel + s] || 0) * list[i]! * rowList[j]!
          }
        }
        out[(y * newWidth + x) * samplesPerPixel + s] = sum
      }
    }
  }
  return out
}

/** For every new position the old positions that make it and their shares, which add up to 1. */
function weights(length: number, newLength: number): { first: number; list: number[] }[] {
  const ratio = length / newLength
  const radius = Math.max(1, ratio)
  return Array.from({ length: newLength }, (_, i) => {
    const centre = (i + 0.5) * ratio - 0.5
    const first = Math.max(0, Math.ceil(centre - radius))
    const last = Math.min(length - 1, Math.floor(centre + radius))
    const list: number[] = []
    for (let j = first; j <= last; j++) list.push(Math.max(1 - Math.abs(j - centre) / radius, 1e-6))
    const total = list.reduce((sum, weight) => sum + weight, 0)
    return { first, list: list.map((weight) => weight / total) }
  })
}

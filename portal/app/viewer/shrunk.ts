import type { Samples } from './samples.ts'

/**
 * A plane of means of blocks of pixels, for planes that are larger than a graphics card takes.
 * @param samples one plane, components interleaved
 * @param factor pixels along each side of a block; blocks at the far ends have fewer
 */
export function shrunk(
  samples: Samples,
  { x, y }: { x: number; y: number },
  components: number,
  factor: number,
): Samples {
  if (factor === 1) return samples
  const [width, height] = [Math.ceil(x / factor), Math.ceil(y / factor)]
  const out = new (samples.constructor as Uint8ArrayConstructor)(width * height * components) as Samples
  const sums = new Float64Array(width * components)
  for (let j = 0; j < height; j++) {
    const rows = Math.min(factor, y - j * factor)
    sums.fill(0)
    for (let row = j * factor; row < j * factor + rows; row++) {
      let at = row * x * components
      for (let i = 0; i < width; i++) {
        const columns = Math.min(factor, x - i * factor)
        for (let n = 0; n < columns; n++) {
          for (let c = 0; c < components; c++) sums[i * components + c]! += samples[at++]!
        }
      }
    }
    for (let i = 0; i < width; i++) {
      const count = rows * Math.min(factor, x - i * factor)
      for (let c = 0; c < components; c++) {
        const mean = sums[i * components + c]! / count
        out[(j * width + i) * components + c] = out instanceof Float32Array ? mean : Math.round(mean)
      }
    }
  }
  return out
}

/** Series of which every voxel is known, given to a browser in place of the server's. */
import type { BrowserContext } from 'playwright-core'
import { sampleBytes, type Header } from '../../imaging/header.ts'

export interface PhantomSeries {
  header: Partial<Header> & Pick<Header, 'shape'>
  /** Value of a voxel as stored. */
  value: (x: number, y: number, z: number, t: number, c: number) => number
  range: { min: number; max: number }
  /** Planes in each chunk; absent: those of a time point. */
  chunkPlanes?: number
}

const arrays = {
  uint8: Uint8Array,
  int8: Int8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  uint32: Uint32Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
}

const revision = '0123456789abcdef'

/** Answers for the header and the chunks of series by their ids; made when they are asked for. */
export async function serve(context: BrowserContext, series: Record<string, PhantomSeries>): Promise<void> {
  for (const [id, phantom] of Object.entries(series)) {
    const header = headerOf(id, phantom)
    await context.route(`**/api/v1/series/${id}/header`, (route) => route.fulfill({ json: header }))
    await context.route(`**/api/v1/series/${id}/r/*/chunks/*`, (route) => {
      const chunk = Number(/chunks\/(\d+)/.exec(route.request().url())![1])
      return route.fulfill({ contentType: 'application/octet-stream', body: chunkOf(phantom, header, chunk) })
    })
  }
}

function headerOf(id: string, { header, range, chunkPlanes }: PhantomSeries) {
  const full = {
    format: 'phantom',
    modality: 'CT',
    sampleType: 'int16' as const,
    samplesPerPixel: 1 as const,
    spacing: [1, 1, 1],
    origin: [0, 0, 0],
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
    orientation: 'known',
    slope: [1],
    intercept: [0],
    unit: '',
    frames: null,
    channels: null,
    window: null,
    warnings: [],
    ...header,
  }
  const { x, y, z, t, c } = full.shape
  const planes = chunkPlanes ?? z
  return {
    ...full,
    seriesId: id,
    label: id,
    displayName: id,
    record: null,
    revision,
    planeBytes: x * y * full.samplesPerPixel * sampleBytes[full.sampleType],
    planeCount: z * t * c,
    chunk: { planes, count: Math.ceil((z * t * c) / planes) },
    coarse: null,
    range: { low: range.min, high: range.max, ...range },
  }
}

function chunkOf({ value }: PhantomSeries, header: ReturnType<typeof headerOf>, chunk: number): Buffer {
  const { x, y, z, t } = header.shape
  const first = chunk * header.chunk.planes
  const count = Math.min(header.chunk.planes, header.planeCount - first)
  const samples = new arrays[header.sampleType](x * y * count * header.samplesPerPixel)
  let at = 0
  for (let k = first; k < first + count; k++) {
    const [zed, time, channel] = [k % z, Math.floor(k / z) % t, Math.floor(k / (z * t))]
    for (let j = 0; j < y; j++) {
      for (let i = 0; i < x; i++) {
        for (let s = 0; s < header.samplesPerPixel; s++) samples[at++] = value(i, j, zed, time, channel + s)
      }
    }
  }
  return Buffer.from(samples.buffer)
}

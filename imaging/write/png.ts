import { zlibSync } from 'fflate'

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
/** PNG colour types by samples per pixel (ISO/IEC 15948, 11.2.2). */
const colourTypes = { 1: 0, 3: 2, 4: 6 } as const

const crcTable = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1
  return c
})

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) crc = crcTable[(crc ^ byte) & 0xff]! ^ (crc >>> 8)
  return (crc ^ 0xffffffff) >>> 0
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const out = new Uint8Array(12 + data.length)
  const view = new DataView(out.buffer)
  view.setUint32(0, data.length)
  for (let i = 0; i < 4; i++) out[4 + i] = type.charCodeAt(i)
  out.set(data, 8)
  view.setUint32(8 + data.length, crc32(out.subarray(4, 8 + data.length)))
  return out
}

/** Rows with a filter byte each, deflated. Filter 2 (Up) for all rows but the first: nearly as small as trying all five. */
function deflated(width: number, height: number, samplesPerPixel: number, samples: Uint8Array): Uint8Array {
  const row = width * samplesPerPixel
  const filtered = new Uint8Array(height * (row + 1))
  for (let y = 0; y < height; y++) {
    const at = y * (row + 1)
    filtered[at] = y === 0 ? 0 : 2
    for (let i = 0; i < row; i++) {
      const above = y === 0 ? 0 : samples[(y - 1) * row + i]!
      filtered[at + 1 + i] = samples[y * row + i]! - above
    }
  }
  return zlibSync(filtered, { level: 7 })
}

function headerChunk(width: number, height: number, colourType: number): Uint8Array {
  const data = new Uint8Array(13)
  const view = new DataView(data.buffer)
  view.setUint32(0, width)
  view.setUint32(4, height)
  data[8] = 8
  data[9] = colourType
  return chunk('IHDR', data)
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

/**
 * A PNG picture with 8 bits per sample (ISO/IEC 15948).
 * @param samples rows top to bottom, samples interleaved; width * height * samplesPerPixel bytes
 */
export function encodePng(width: number, height: number, samplesPerPixel: 1 | 3 | 4, samples: Uint8Array): Uint8Array {
  return joined([
    Uint8Array.from(signature),
    headerChunk(width, height, colourTypes[samplesPerPixel]),
    chunk('IDAT', deflated(width, height, samplesPerPixel, samples)),
    chunk('IEND', new Uint8Array()),
  ])
}

/** Pictures of one size that follow each other. */
export interface Animation {
  width: number
  height: number
  /** Rows top to bottom, 8 bits: indices into the palette, or interleaved red, green and blue where there is none. */
  frames: Uint8Array[]
  /** 256 colours, three bytes each. */
  palette: Uint8Array | null
  /** How long each frame is shown, up to 65,535. */
  milliseconds: number
}

/** An animated PNG that runs for ever (PNG third edition, 11.3.6); what does not know it shows the first frame. */
export function encodeAnimation({ width, height, frames, palette, milliseconds }: Animation): Uint8Array {
  const control = new Uint8Array(8) // number of frames, number of rounds: 0 = without end
  new DataView(control.buffer).setUint32(0, frames.length)
  let sequence = 0
  const frameControl = (): Uint8Array => {
    const data = new Uint8Array(26)
    const view = new DataView(data.buffer)
    view.setUint32(0, sequence++)
    view.setUint32(4, width)
    view.setUint32(8, height)
    view.setUint16(20, milliseconds)
    view.setUint16(22, 1000) // the delay is a fraction of a second
    return chunk('fcTL', data) // dispose 0: leave it; blend 0: each frame replaces all
  }
  const frameData = (bytes: Uint8Array): Uint8Array => {
    const data = new Uint8Array(4 + bytes.length)
    new DataView(data.buffer).setUint32(0, sequence++)
    data.set(bytes, 4)
    return chunk('fdAT', data)
  }
  return joined([
    Uint8Array.from(signature),
    headerChunk(width, height, palette ? 3 : 2),
    ...(palette ? [chunk('PLTE', palette)] : []),
    chunk('acTL', control),
    ...frames.flatMap((frame, i) => {
      const bytes = deflated(width, height, palette ? 1 : 3, frame)
      return [frameControl(), i === 0 ? chunk('IDAT', bytes) : frameData(bytes)]
    }),
    chunk('IEND', new Uint8Array()),
  ])
}

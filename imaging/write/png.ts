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

/**
 * A PNG picture with 8 bits per sample (ISO/IEC 15948).
 * @param samples rows top to bottom, samples interleaved; width * height * samplesPerPixel bytes
 */
export function encodePng(width: number, height: number, samplesPerPixel: 1 | 3 | 4, samples: Uint8Array): Uint8Array {
  const row = width * samplesPerPixel
  const filtered = new Uint8Array(height * (row + 1))
  for (let y = 0; y < height; y++) {
    // Filter 2 (Up) for all rows but the first: nearly as small as trying all five on smooth pictures.
    const at = y * (row + 1)
    filtered[at] = y === 0 ? 0 : 2
    for (let i = 0; i < row; i++) {
      const above = y === 0 ? 0 : samples[(y - 1) * row + i]!
      filtered[at + 1 + i] = samples[y * row + i]! - above
    }
  }
  const header = new Uint8Array(13)
  const view = new DataView(header.buffer)
  view.setUint32(0, width)
  view.setUint32(4, height)
  header[8] = 8
  header[9] = colourTypes[samplesPerPixel]
  const parts = [
    Uint8Array.from(signature),
    chunk('IHDR', header),
    chunk('IDAT', zlibSync(filtered, { level: 7 })),
    chunk('IEND', new Uint8Array()),
  ]
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

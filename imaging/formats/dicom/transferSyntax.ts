import { table } from '../../table.ts'

/** How the pixels of a transfer syntax are stored. */
export type PixelCoding = 'native' | 'rle' | 'deflated' | 'code-stream' | 'undecoded' | 'unknown'

/** Transfer syntaxes whose frames are code streams of JPEG, JPEG-LS, JPEG 2000 or HTJ2K, which say themselves what they are. */
const codeStreams = new Set(
  ['50', '51', '57', '70', '80', '81', '90', '91', '201', '202', '203'].map((end) => `1.2.840.10008.1.2.4.${end}`),
)

/** Names of the transfer syntaxes that hold compressed pixels not decoded here (PS3.6 table A-1). */
const undecoded = table<string>({
  '1.2.840.10008.1.2.4.92': 'JPEG 2000 Multi-component Lossless',
  '1.2.840.10008.1.2.4.93': 'JPEG 2000 Multi-component',
  '1.2.840.10008.1.2.4.100': 'MPEG-2 Main Level',
  '1.2.840.10008.1.2.4.101': 'MPEG-2 High Level',
  '1.2.840.10008.1.2.4.102': 'MPEG-4 High Profile',
  '1.2.840.10008.1.2.4.103': 'MPEG-4 BD-compatible',
  '1.2.840.10008.1.2.4.104': 'MPEG-4 High Profile 4.2 for 2D video',
  '1.2.840.10008.1.2.4.105': 'MPEG-4 High Profile 4.2 for 3D video',
  '1.2.840.10008.1.2.4.106': 'MPEG-4 Stereo High Profile',
  '1.2.840.10008.1.2.4.107': 'HEVC Main Profile',
  '1.2.840.10008.1.2.4.108': 'HEVC Main 10 Profile',
  '1.2.840.10008.1.2.4.110': 'JPEG XL Lossless',
  '1.2.840.10008.1.2.4.111': 'JPEG XL JPEG Recompression',
  '1.2.840.10008.1.2.4.112': 'JPEG XL',
})

export const implicitLittleEndian = '1.2.840.10008.1.2'
export const explicitLittleEndian = '1.2.840.10008.1.2.1'
export const explicitBigEndian = '1.2.840.10008.1.2.2'
export const deflatedLittleEndian = '1.2.840.10008.1.2.1.99'
const rleLossless = '1.2.840.10008.1.2.5'
/** Each frame deflated by itself (PS3.5 A.4.12). */
const deflatedFrame = '1.2.840.10008.1.2.8.1'

const native = new Set([implicitLittleEndian, explicitLittleEndian, explicitBigEndian, deflatedLittleEndian])

export function pixelCoding(uid: string): PixelCoding {
  if (native.has(uid)) return 'native'
  if (uid === rleLossless) return 'rle'
  if (uid === deflatedFrame) return 'deflated'
  if (codeStreams.has(uid)) return 'code-stream'
  return uid in undecoded ? 'undecoded' : 'unknown'
}

/** "MPEG-2 Main Level (1.2.840.10008.1.2.4.100)" */
export const transferSyntaxText = (uid: string): string =>
  uid in undecoded ? `${undecoded[uid]} (${uid})` : `Transfer syntax ${uid || '(none given)'}`

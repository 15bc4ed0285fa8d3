import { phantom } from '#imaging/phantoms/index.ts'
import { memorySource } from '#imaging/source.ts'
import { entry, interfileHeader } from '../../unit/imaging/files.ts'
import type { FormatProfile } from './profile.ts'

export const interfileProfile: FormatProfile = {
  format: 'interfile',
  // No sample file is there yet: the reader is marked as not verified.
  folders: [],
  parts: () => null,
  notRead: {},
  check: async () => {},

  async generate() {
    const { header, planes } = phantom('mouse-ct', { resolution: 0.25, seed: 9 })
    const [x, y, z] = [header.shape.x, header.shape.y, header.shape.z]
    const keys = {
      'name of data file': 'ct.v',
      'imagedata byte order': 'LITTLEENDIAN',
      '!number format': 'signed integer',
      '!number of bytes per pixel': 2,
      '!matrix size [1]': x,
      '!matrix size [2]': y,
      '!matrix size [3]': z,
      ...Object.fromEntries(header.spacing!.map((v, i) => [`scaling factor (mm/pixel) [${i + 1}]`, v])),
    }
    return [
      entry('made/ct.hv', interfileHeader(keys)),
      { path: 'made/ct.v', source: memorySource(Uint8Array.from(Buffer.concat([...planes()]))) },
    ]
  },
}

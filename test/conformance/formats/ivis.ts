import { expect } from 'vitest'
import { phantom } from '#imaging/phantoms/index.ts'
import { memorySource } from '#imaging/source.ts'
import { writeIvis } from '#imaging/write/ivis.ts'
import type { FormatProfile } from './profile.ts'

/** No click by a camera is among the samples; every claim is proven on files made from the documented layout. */
export const ivisProfile: FormatProfile = {
  format: 'ivis',
  folders: ['ivis/'],
  parts: (path) => [path],
  notRead: {},
  check: async () => expect.fail('no expected facts are known for IVIS'),

  /** The signal alone: the photograph of a click is a series of its own. */
  async generate() {
    const files = await writeIvis(phantom('bioluminescence', { resolution: 0.2, seed: 3 }), {
      click: 'NL20240920130000_001',
      exposureSeconds: 60,
      binning: 1,
      fNumber: 1,
      labels: { 'Animal Number': 'A1', Sex: 'Female' },
    })
    const own = files.filter(({ name }) => name !== 'photograph.TIF')
    return own.map(({ name, bytes }) => ({ path: `made/NL_001/${name}`, source: memorySource(bytes) }))
  },
}

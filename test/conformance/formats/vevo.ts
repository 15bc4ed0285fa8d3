import { expect } from 'vitest'
import { phantom } from '#imaging/phantoms/index.ts'
import { memorySource } from '#imaging/source.ts'
import { writeVevo } from '#imaging/write/vevo.ts'
import type { FormatProfile } from './profile.ts'

/** No export by a scanner is among the samples; every claim is proven on files made from the documented layout. */
export const vevoProfile: FormatProfile = {
  format: 'vevo',
  folders: ['vevo/'],
  parts: (path) => [path],
  notRead: {},
  check: async () => expect.fail('no expected facts are known for Vevo'),

  async generate() {
    const image = phantom('heart-ultrasound', { resolution: 0.15, frames: 5, seed: 2 })
    const files = await writeVevo(image, {
      stem: '2024-11-04-09-04-00_PSAX',
      facts: [
        { key: 'study.title', value: 'Hearts', evidence: 'made' },
        { key: 'series.acquiredAt', value: '2024-11-04T09:04:00', evidence: 'made' },
      ],
    })
    return files.map(({ name, bytes }) => ({ path: `made/${name}`, source: memorySource(bytes) }))
  },
}

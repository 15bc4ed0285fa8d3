import { expect } from 'vitest'
import { phantom } from '#imaging/phantoms/index.ts'
import { fdfFolder } from '../../help/fdfFolder.ts'
import type { FormatProfile } from './profile.ts'

/** No file by a console is among the samples; every claim is proven on files made from the documented layout. */
export const fdfProfile: FormatProfile = {
  format: 'fdf',
  folders: ['fdf/'],
  parts: (path) => [path],
  notRead: {},
  check: async () => expect.fail('no expected facts are known for FDF'),

  generate: () =>
    fdfFolder(phantom('mouse-mr', { resolution: 0.2, seed: 4 }), 'made/fsems_01.img', {
      seqfil: ['fsems'],
      time_run: ['20120301T101500'],
      comment: ['a mouse'],
      ident: ['m01'],
      pss: [-0.4, 0, 0.4],
    }),
}

import type { FileEntry } from '#imaging/format.ts'
import { entry } from './files.ts'

/** A parameter file; values are written as they stand after the `=`. */
export const parameters = (records: Record<string, string>, end = '##END=\n'): string =>
  `##TITLE=Parameter List, test\n##JCAMPDX=4.24\n##ORIGIN=Bruker BioSpin MRI GmbH\n${Object.entries(records)
    .map(([name, value]) => `##$${name}=${value}\n`)
    .join('')}${end}`

/** visu_pars of 2 x 3 int16 pixels; further records replace these. */
export const plainVisu = (records: Record<string, string> = {}): Record<string, string> => ({
  VisuCoreFrameCount: '1',
  VisuCoreDim: '2',
  VisuCoreSize: '( 2 )\n2 3',
  VisuCoreDimDesc: '( 2 )\nspatial spatial',
  VisuCoreExtent: '( 2 )\n4 9',
  VisuCoreFrameThickness: '( 1 )\n1.5',
  VisuCoreUnits: '( 2, 65 )\n<mm> <mm>',
  VisuCoreOrientation: '( 1, 9 )\n1 0 0 0 1 0 0 0 1',
  VisuCorePosition: '( 1, 3 )\n-2 -4.5 7',
  VisuCoreDataSlope: '( 1 )\n1',
  VisuCoreDataOffs: '( 1 )\n0',
  VisuCoreWordType: '_16BIT_SGN_INT',
  VisuCoreByteOrder: 'littleEndian',
  VisuAcqImagedNucleus: '( 8 )\n<1H>',
  ...records,
})

/** Samples that count from 0: every pixel of frame f, 2 x 3 pixels each, is f x 6 + its place. */
export function counting(frames: number, pixels = 6, bigEndian = false): Uint8Array {
  const view = new DataView(new ArrayBuffer(frames * pixels * 2))
  for (let i = 0; i < frames * pixels; i++) view.setInt16(i * 2, i, !bigEndian)
  return new Uint8Array(view.buffer)
}

/** A reconstruction in its tree, with files beside it. */
export function reconstruction(
  visu: Record<string, string>,
  data: Uint8Array,
  others: Record<string, string | Uint8Array> = {},
): FileEntry[] {
  return [
    entry('s/5/pdata/1/visu_pars', parameters(visu)),
    entry('s/5/pdata/1/2dseq', data),
    ...Object.entries(others).map(([path, bytes]) => entry(`s/${path}`, bytes)),
  ]
}

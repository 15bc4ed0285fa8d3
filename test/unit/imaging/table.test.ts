/** Words that are members of every JavaScript object stand in files too; no table of a reader may know them. */
import { describe, expect, it } from 'vitest'
import type { FileEntry } from '#imaging/format.ts'
import { formatById } from '#imaging/formats/index.ts'
import { recognise } from '#imaging/recognise.ts'
import { table } from '#imaging/table.ts'
import { parameters, plainVisu } from './brukerFiles.ts'
import { entry, interfileHeader, joined, niftiHeader } from './files.ts'

const samples = new Uint8Array(64)
const lines = (fields: Record<string, string>, sign: string) =>
  Object.entries(fields).map(([key, value]) => `${key}${sign}${value}\n`).join('') // prettier-ignore

const nrrd = (fields: Record<string, string>): FileEntry[] => {
  const all = { type: 'uchar', dimension: '3', sizes: '2 2 2', encoding: 'raw', ...fields }
  return [entry('a.nrrd', joined(Buffer.from(`NRRD0004\n${lines(all, ': ')}\n`), samples))]
}
const metaImage = (fields: Record<string, string>): FileEntry[] => {
  const all = { NDims: '3', DimSize: '2 2 2', ElementType: 'MET_UCHAR', ...fields, ElementDataFile: 'LOCAL' }
  return [entry('a.mha', joined(Buffer.from(lines(all, ' = ')), samples))]
}
const interfile = (fields: Record<string, string>): FileEntry[] => {
  const size = { 'matrix size [1]': 2, 'matrix size [2]': 2, 'number format': 'unsigned integer' }
  const all = { 'name of data file': 'a.v', ...size, 'number of bytes per pixel': 1, ...fields }
  return [entry('a.hv', interfileHeader(all)), entry('a.v', samples)]
}
const bruker = (fields: Record<string, string>): FileEntry[] => [
  entry('s/1/pdata/1/visu_pars', parameters(plainVisu(fields))),
  entry('s/1/pdata/1/2dseq', samples),
]
const sidecar = (fields: Record<string, unknown>): FileEntry[] => [
  entry('a.nii', joined(niftiHeader({ dim: [3, 2, 2, 2, 1, 1, 1, 1], datatype: 2 }), samples)),
  entry('a.json', JSON.stringify(fields)),
]

const wordsOfObjects = ['constructor', 'toString', 'hasOwnProperty', '__proto__']

const places: Record<string, (word: string) => FileEntry[]> = {
  'NRRD type': (word) => nrrd({ type: word }),
  'NRRD encoding': (word) => nrrd({ encoding: word }),
  'NRRD sample units': (word) => nrrd({ 'sample units': `"${word}"` }),
  'NRRD space': (word) => nrrd({ space: word, 'space directions': '(1,0,0) (0,1,0) (0,0,1)' }),
  'NRRD kinds': (word) => nrrd({ kinds: `${word} ${word} ${word}` }),
  'NRRD modality': (word) => nrrd({ modality: `=${word}` }),
  'NRRD number': (word) => [
    entry('a.nrrd', `NRRD0004\ntype: float\ndimension: 1\nsizes: 2\nencoding: text\n\n1 ${word}\n`),
  ],
  'MetaImage type': (word) => metaImage({ ElementType: word }),
  'MetaImage modality': (word) => metaImage({ Modality: word }),
  'Interfile modality': (word) => interfile({ 'imaging modality': word }),
  'Interfile orientation': (word) => interfile({ 'patient orientation': word, 'patient rotation': word }),
  'ParaVision word type': (word) => bruker({ VisuCoreWordType: word }),
  'ParaVision position': (word) => bruker({ VisuSubjectPosition: word }),
  'ParaVision sex': (word) => bruker({ VisuSubjectSex: word }),
  'BIDS unit': (word) => sidecar({ InjectedRadioactivity: 7, InjectedRadioactivityUnits: word }),
}

describe.each(Object.entries(places))('%s', (place, filesOf) => {
  it.each(wordsOfObjects)('%s means nothing', async (word) => {
    const files = filesOf(word)
    const { series } = await recognise(files)
    expect(series).toHaveLength(1)
    const [found] = series
    expect(JSON.parse(JSON.stringify(found))).toEqual(found)
    expect(found!.problem?.message ?? '').not.toMatch(/undefined|NaN|native code/)
    if (found!.problem) return
    const reader = await formatById(found!.format)!.open(files)
    expect(JSON.parse(JSON.stringify(reader.header))).toEqual(reader.header)
    if (place === 'NRRD number') await expect(reader.plane(0)).rejects.toMatchObject({ code: 'malformed' })
  })
})

it('a table holds what it was given, and nothing else', () => {
  const days = table({ monday: 1 })
  expect([days['monday'], ...wordsOfObjects.map((word) => days[word])]).toEqual([1, ...wordsOfObjects.map(() => undefined)]) // prettier-ignore
})

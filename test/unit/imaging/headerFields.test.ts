import { describe, expect, it } from 'vitest'
import { ImagingError } from '#imaging/errors.ts'
import { HeaderFields, linesOf } from '#imaging/raw/headerFields.ts'
import { recognise } from '#imaging/recognise.ts'
import { entry, inveonHeader } from './files.ts'
import { counting, parameters, plainVisu } from './brukerFiles.ts'

describe('lines of a header', () => {
  it('have the offset of their first byte, whatever ends them', () => {
    const text = 'one\ntwo\r\n\rfour\n'
    const lines = [...linesOf(text)]
    expect(lines.map(({ line }) => line)).toEqual(['one', 'two', '', 'four'])
    for (const { line, offset } of lines) expect(text.slice(offset, offset + line.length)).toBe(line)
    expect([...linesOf('')]).toEqual([])
  })
})

describe('values of a header', () => {
  const fields = new HeaderFields()
  fields.add('a', '1', 10)
  fields.add('a', '2', 20)
  const frame = new HeaderFields(fields)
  frame.add('b', '3', 30)
  const fail = (offset?: number) => {
    throw new ImagingError('malformed', 'no good', offset)
  }
  const caught = (work: () => unknown) => {
    try {
      return fields.locate(work)
    } catch (error) {
      return error
    }
  }
  it('keep the first of equal keys and place an error at the key that was looked at last', () => {
    expect(fields.get('a')).toBe('1')
    expect(caught(() => (fields.get('a'), fail()))).toMatchObject({ code: 'malformed', message: 'no good', offset: 10 })
    expect(caught(() => (fields.get('a'), frame.get('b'), fail()))).toMatchObject({ offset: 30 })
    expect(caught(() => (frame.get('b'), fields.get('missing'), fail()))).toMatchObject({ offset: 30 })
    expect(caught(() => fail(7))).toMatchObject({ offset: 7 })
    expect(caught(() => fail())).toMatchObject({ offset: undefined })
    expect(caught(() => 'fine')).toBe('fine')
  })
})

const nrrd = 'NRRD0004\ntype: short\ndimension: 2\nsizes: 3 0\nencoding: raw\nendian: little\n\n'
const meta = 'ObjectType = Image\nNDims = 2\nDimSize = 3 x\nElementType = MET_SHORT\nElementDataFile = LOCAL\n'
const interfile =
  '!INTERFILE :=\n!number format := signed integer\n!number of bytes per pixel := 2\nimagedata byte order := LITTLEENDIAN\n!matrix size [1] := 0\n!matrix size [2] := 2\n!name of data file := a.v\n'
const inveon = inveonHeader({ model: 5001, modality: 0, file_type: 5, data_type: 9, x_dimension: 2, y_dimension: 2, z_dimension: 1, total_frames: 1 }, [{}]) // prettier-ignore
const fdf =
  '#!/usr/local/fdf/startup\nfloat  rank = 2;\nfloat  matrix[] = {3, 0};\nfloat  bits = 32;\nchar  *storage = "float";\n\0'
const visu = parameters(plainVisu({ VisuCoreWordType: '_64BIT_FLOAT' }))

it.each([
  ['NRRD', [entry('a.nrrd', nrrd)], nrrd.indexOf('sizes')],
  ['MetaImage', [entry('a.mha', meta)], meta.indexOf('DimSize')],
  ['Interfile', [entry('a.hv', interfile), entry('a.v', new Uint8Array(8))], interfile.indexOf('!matrix size [1]')],
  ['Inveon', [entry('a.img.hdr', inveon), entry('a.img', new Uint8Array(8))], String(inveon).indexOf('data_type')],
  ['FDF', [entry('a.fdf', fdf)], fdf.indexOf('float  matrix')],
  [
    'ParaVision',
    [entry('1/pdata/1/visu_pars', visu), entry('1/pdata/1/2dseq', counting(1))],
    visu.indexOf('##$VisuCoreWordType'),
  ],
] as const)('%s says where the wrong key stands', async (_, files, offset) => {
  // prettier-ignore
  const { series } = await recognise(files)
  expect(series).toHaveLength(1)
  expect(series[0]!.problem).toMatchObject({ offset })
})

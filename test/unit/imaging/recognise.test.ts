import { describe, expect, it } from 'vitest'
import { ImagingError } from '#imaging/errors.ts'
import type { Fact, FileEntry, Format } from '#imaging/format.ts'
import { formatById } from '#imaging/formats/index.ts'
import { recognise } from '#imaging/recognise.ts'
import { analyzeHeader, entry, gzipped, inveonHeader, joined, niftiHeader } from './files.ts'

/** A format of files "series;role;companions;facts" for what no real format shows in one place. */
const test: Format = {
  id: 'test',
  label: 'Test',
  mediaType: 'x/test',
  extensions: ['.test'],
  verified: true,
  sniff: (_name, head) => head[0] === 84,
  async scan({ source }) {
    const text = Buffer.from(await source.read(0, source.size)).toString()
    const [seriesKey = '', role = 'image', companions = '', facts = ''] = text.slice(1).split(';')
    if (seriesKey === 'not') throw new ImagingError('not-this-format', 'something else')
    if (seriesKey === 'bad') throw new ImagingError('malformed', 'broken at the start', 12)
    if (seriesKey === 'cut') throw new ImagingError('truncated', 'ends early', 99)
    if (seriesKey === 'bug') throw new RangeError('Offset is outside the bounds of the DataView')
    const pairs = facts.split(',').filter(Boolean).map((fact) => fact.split('=') as [Fact['key'], string]) // prettier-ignore
    return {
      seriesKey,
      role: role as 'image',
      companions: companions.split(',').filter(Boolean),
      facts: pairs.map(([key, value]) => ({ key, value, evidence: key })),
    }
  },
  open: () => Promise.reject(new ImagingError('unsupported', 'not opened here')),
}
const run = (...files: FileEntry[]) => recognise(files, [test])

describe('grouping', () => {
  it('joins files with one key in the order of the batch', async () => {
    const { series, attachments } = await run(entry('2', 'Ta'), entry('x', 'Tb'), entry('1', 'Ta'))
    expect(series.map(({ seriesKey, files }) => [seriesKey, files])).toEqual([['a', ['2', '1']], ['b', ['x']]]) // prettier-ignore
    expect(attachments).toEqual([])
  })

  it('takes companions from anywhere in the batch, by name in any case', async () => {
    const { series, attachments } = await run(entry('d/A.RAW', 'plain'), entry('d/a.test', 'Ta;image;d/a.raw'))
    expect(series).toMatchObject([{ files: ['d/A.RAW', 'd/a.test'] }])
    expect(attachments).toEqual([])
  })

  it('reports a missing companion with the series, not with the batch', async () => {
    const { series } = await run(entry('a', 'Ta;image;gone'), entry('b', 'Tb'))
    expect(series.map(({ problem }) => problem?.code)).toEqual(['missing-companion', undefined])
    expect(series[0]!.problem!.message).toContain('gone')
  })

  it('keeps indexes and what belongs to them as attachments', async () => {
    const { series, attachments } = await run(entry('i', 'Ta;index;raw'), entry('raw', 'plain'))
    expect(series).toEqual([])
    expect(attachments.map(({ path, reason }) => [path, reason.includes('Test')])).toEqual([['i', true], ['raw', true]]) // prettier-ignore
  })

  it('merges facts: first value, other values as conflicts, earliest acquisition', async () => {
    const { series } = await run(
      entry('1', 'Ta;image;;subject.localId=M1,series.acquiredAt=2024-01-01T10:00:05,study.title=S'),
      entry('2', 'Ta;image;;subject.localId=M2,series.acquiredAt=2024-01-01T10:00:01,study.title=S'),
      entry('3', 'Ta;image;;subject.localId=M2'),
    )
    expect(series[0]!.facts.map(({ key, value }) => [key, value])).toEqual([
      ['subject.localId', 'M1'],
      ['series.acquiredAt', '2024-01-01T10:00:01'],
      ['study.title', 'S'],
    ])
    expect(series[0]!.conflicts).toEqual([{ key: 'subject.localId', others: [{ key: 'subject.localId', value: 'M2', evidence: 'subject.localId' }] }]) // prettier-ignore
  })

  it('keeps few conflicting values, however many files there are', async () => {
    const files = Array.from({ length: 300 }, (_, i) => entry(`f${i}`, `Ta;image;;subject.localId=M${i}`))
    expect((await run(...files)).series[0]!.conflicts[0]!.others).toHaveLength(5)
  })
})

describe('thousands of pairs in one folder', () => {
  const data = new Uint8Array(8)
  const inveon = inveonHeader({ x_dimension: 2, y_dimension: 2, z_dimension: 2, data_type: 1, total_frames: 1, pixel_size: 1 }) // prettier-ignore
  it.each([
    [
      'nrrd',
      [
        entry('d/a.nhdr', 'NRRD0004\ntype: uchar\ndimension: 3\nsizes: 2 2 2\nencoding: raw\ndata file: a.raw\n'),
        entry('d/a.raw', data),
      ],
    ],
    [
      'analyze',
      [entry('d/a.hdr', analyzeHeader({ dim: [3, 2, 2, 2, 1, 1, 1, 1], datatype: 2 })), entry('d/a.img', data)],
    ],
    ['inveon', [entry('d/a.img.hdr', inveon), entry('d/a.img', data)]],
  ] as const)('%s finds its data by name, without going through the folder', async (id, files) => {
    const held = (path: string) => files.find((file) => file.path === path)
    const siblings = () => {
      throw new Error('the folder was listed')
    }
    const scan = formatById(id)!.scan(
      files[0],
      (path) => held(path)?.path,
      siblings,
      (path) => held(path)?.source,
    )
    expect(await scan).toMatchObject({ role: 'image', companions: [files[1].path] })
    expect((await scan).problem).toBeUndefined()
  })
})

describe('bad files', () => {
  it('do not stop the others', async () => {
    const unreadable: FileEntry = {
      path: 'io',
      source: { size: 10, read: () => Promise.reject(new Error('disk error')) },
    }
    const { series, attachments } = await run(
      entry('empty', ''),
      unreadable,
      entry('plain', 'text'),
      entry('not', 'Tnot'),
      entry('bad', 'Tbad'),
      entry('bug', 'Tbug'),
      entry('cut', 'Tcut'),
      entry('good', 'Tgood'),
    )
    expect(series.map(({ files, problem }) => [files[0], problem])).toEqual([
      ['cut', { code: 'truncated', message: 'cut: ends early', offset: 99 }],
      ['good', undefined],
    ])
    expect(Object.fromEntries(attachments.map(({ path, reason }) => [path, reason]))).toEqual({
      empty: 'The file is empty.',
      io: 'The file cannot be read: disk error',
      plain: 'Not an image format that is read here.',
      not: 'Not an image format that is read here.',
      bad: 'Looks like Test, but is damaged: broken at the start',
      bug: 'Looks like Test, but is damaged: Offset is outside the bounds of the DataView',
    })
  })

  it('that lie about their size are series with a problem', async () => {
    const lying = joined(niftiHeader({ dim: [3, 999, 999, 999, 1, 1, 1, 1], datatype: 4 }), new Uint8Array(50))
    const { series } = await recognise([entry('a.nii', lying), entry('b.nii.gz', gzipped(lying)), entry('c.hdr', niftiHeader({ dim: [3, 1, 1, 1, 1, 1, 1, 1], datatype: 4, magic: 'ni1' }))]) // prettier-ignore
    expect(series.map(({ files, problem }) => [files, problem!.code])).toEqual([
      [['a.nii'], 'truncated'],
      [['b.nii.gz'], 'truncated'],
      [['c.hdr'], 'missing-companion'],
    ])
  })

  it('of other kinds are attachments: damaged gzip, gzip of text, Analyze headers by another name, text that resembles', async () => {
    const analyze = niftiHeader({ dim: [3, 1, 1, 1, 1, 1, 1, 1], datatype: 4, magic: '\0\0\0' })
    const damaged = gzipped(niftiHeader({ dim: [3, 1, 1, 1, 1, 1, 1, 1], datatype: 4 })).fill(0xaa, 12)
    const { series, attachments } = await recognise([
      entry('a.gz', damaged),
      entry('b.gz', gzipped(Buffer.from('hello'))),
      entry('c.bin', analyze),
      entry('d.img.hdr', '# a header file of something\nversion 1\n'),
      entry('e.nii', Buffer.alloc(352)),
    ])
    expect(series).toEqual([])
    expect(attachments).toHaveLength(5)
  })
})

it('looks at each file of a large batch with one small read', async () => {
  const header = joined(niftiHeader({ dim: [3, 2, 2, 1, 1, 1, 1, 1], datatype: 2 }), new Uint8Array(4))
  const count = 20_000
  let reads = 0
  let most = 0
  let done = 0
  async function* batch(): AsyncGenerator<FileEntry> {
    for (let i = 0; i < count; i++) {
      const bytes = i % 2 ? header : Buffer.from('notes')
      yield {
        path: `folder${i % 100}/file${i}`,
        source: {
          size: bytes.length,
          async read(offset, length) {
            reads++
            most = Math.max(most, length)
            return bytes.subarray(offset, offset + length)
          },
        },
      }
    }
  }
  const { series, attachments } = await recognise(batch(), undefined, (n) => (done = n))
  expect([series.length, attachments.length, done]).toEqual([count / 2, count / 2, count])
  expect(most).toBeLessThanOrEqual(4096)
  expect(reads).toBe(count)
})

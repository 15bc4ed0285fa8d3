import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ulid } from 'ulid'
import { arkOf, readArk } from '#api/pids/ark.ts'

const ids = fc
  .tuple(fc.nat(2 ** 47), fc.infiniteStream(fc.double({ min: 0, max: 0.999999, noNaN: true })))
  .map(([time, random]) => ulid(time, () => random.next().value as number))

test('an ARK names one dataset, and is read back to it with its version and path', () => {
  fc.assert(
    fc.property(
      ids,
      fc.option(fc.integer({ min: 1, max: 999 }), { nil: undefined }),
      fc.option(fc.stringMatching(/^[^/.][^/]{0,20}(?:\/[^/.][^/]{0,20})?$/), { nil: undefined }),
      (datasetId, version, path) => {
        fc.pre(path === undefined || (version === undefined && path.isWellFormed()))
        const target = { ...(version !== undefined && { version }), ...(path !== undefined && { path }) }
        const ark = arkOf('99999', datasetId, target)
        expect(ark).toMatch(/^ark:\/99999\/v1[0-9bcdfghjkmnpqrstvwxz]{28}/)
        if (path !== undefined && /\.v[1-9]\d*$/.test(path)) return
        expect(readArk('99999', ark)).toEqual({ datasetId, ...target })
      },
    ),
  )
})

test('hyphens, case and the old form without a slash do not matter', () => {
  const id = '01ARZ3NDEKTSV4RRFFQ69G5FAV'
  const ark = arkOf('99999', id)
  const name = ark.split('/')[2] as string
  for (const form of [
    ark,
    `ark:99999/${name}`,
    `ARK:/99999/${name.toUpperCase()}`,
    `ark:/99999/${name.slice(0, 5)}-${name.slice(5)}`,
    `ark:/99999/${name.slice(0, 5)}\u2010${name.slice(5)}`,
    `${ark}/`,
  ])
    expect(readArk('99999', form), form).toEqual({ datasetId: id })
})

test('any one wrong character, and two that changed places, are noticed', () => {
  fc.assert(
    fc.property(ids, fc.nat(28), fc.constantFrom(...'0123456789bcdfghjkmnpqrstvwxz'), (id, at, wrong) => {
      const ark = arkOf('99999', id)
      const start = ark.length - 29
      const changed = ark.slice(0, start + at) + wrong + ark.slice(start + at + 1)
      if (changed !== ark) expect(readArk('99999', changed)).toBeNull()
      const [a, b] = [ark[start + at], ark[start + at + 1]]
      if (b === undefined || a === b) return
      const swapped = ark.slice(0, start + at) + b + a + ark.slice(start + at + 2)
      expect(readArk('99999', swapped)).toBeNull()
    }),
  )
})

test.each([
  '',
  'ark:',
  'ark:/99999',
  'ark:/99999/',
  'ark:/12345/v1x',
  'ark:/99999/fk4abc',
  'doi:10.1/x',
  'ark:/99999/v1%',
])('%j is none of ours', (text) => expect(readArk('99999', text)).toBeNull())

import { describe, expect, it } from 'vitest'
import { listQuery, sortRows } from '#portal/app/components/listAddress.ts'

interface Row {
  name: string
  size?: number
}

const columns = [
  { id: 'name', by: ({ name }: Row) => name },
  { id: 'size', by: ({ size }: Row) => size },
  { id: 'plain' },
]
const rows: Row[] = [{ name: 'GLX-10', size: 2 }, { name: 'glx-2' }, { name: 'Äsop', size: 10 }]
const names = (sort: string) => sortRows(rows, sort, columns).map(({ name }) => name)

describe('rows', () => {
  it('are sorted as people sort names', () => expect(names('name')).toEqual(['Äsop', 'glx-2', 'GLX-10']))

  it('are sorted by numbers, with what is not known at the end either way', () => {
    expect(names('size')).toEqual(['GLX-10', 'Äsop', 'glx-2'])
    expect(names('-size')).toEqual(['Äsop', 'GLX-10', 'glx-2'])
  })

  it.each(['', 'nothing', 'plain', '-'])('stay as they are for “%s”', (sort) =>
    expect(names(sort)).toEqual(rows.map(({ name }) => name)),
  )
})

it('reads the lists of one page apart', () => {
  const address = new URLSearchParams('q=a&subjects.q=b&subjects.sort=-label')
  expect(listQuery(address)).toEqual({ q: 'a', sort: null, cursor: null })
  expect(listQuery(address, 'subjects')).toEqual({ q: 'b', sort: '-label', cursor: null })
})

import { describe, expect, it } from 'vitest'
import { mostKeys, readCorners } from '../../../portal/app/viewer/cornerFields.ts'
import { tagLines } from '../../../portal/app/viewer/useTagLines.ts'

describe('lines on the pictures', () => {
  it('are as they were kept, in one order; anything else is the usual choice', () => {
    const kept = { fields: ['window', 'label', 'nonsense'], keys: ['0018,0050', 7, ...Array(9).fill('x')] }
    const read = readCorners(JSON.stringify(kept))
    expect(read.fields).toEqual(['label', 'window'])
    expect(read.keys[0]).toBe('0018,0050')
    expect(read.keys).toHaveLength(mostKeys)
    for (const text of [null, '', '{}', '[]', '"x"', '{"fields":1}']) {
      expect(readCorners(text).fields, String(text)).toContain('plane')
    }
  })

  it('show pinned keys by their names, cut where they are long, and none that a file does not have', () => {
    const tag = (key: string, name: string, value: string) => ({ file: 'a', key, name, value })
    const tags = [tag('0018,0060', 'KVP', '60'), tag('note', '', 'x'.repeat(99))]
    expect(tagLines(['note', '0018,0060', 'absent'], tags)).toEqual([`note: ${'x'.repeat(47)}…`, 'KVP: 60'])
  })
})

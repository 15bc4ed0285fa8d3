import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { MatchedWord } from '#search/engine.ts'
import { highlight, excerpt } from '#search/highlight.ts'
import { parseBounds, parseQuery } from '#search/query.ts'
import { editDistance, forgivenEdits, nearWords } from '#search/typos.ts'
import { compoundsOf, fold, indexedText, sortKey, squeeze, wordsOf } from '#search/words.ts'

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.string({ unit: 'grapheme', maxLength: 80 }),
  fc.string({ unit: fc.constantFrom(...'ab1 -/.:"()[]*é½İ漢ß'), maxLength: 40 }),
)

const indexed = (text: string) => indexedText(text).split(' ')

describe('words', () => {
  it('lie where they say, in order, without overlap', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        let at = 0
        for (const word of wordsOf(text)) {
          expect(word.start).toBeGreaterThanOrEqual(at)
          expect(word.end).toBeGreaterThan(word.start)
          expect(squeeze(text.slice(word.start, word.end))).toBe(word.text)
          at = word.end
        }
        for (const word of compoundsOf(text)) expect(squeeze(text.slice(word.start, word.end))).toBe(word.text)
      }),
    )
  })
  it('hold letters and digits only, and stay as they are when folded again', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        for (const word of indexedText(text).split(' ').filter(Boolean)) {
          expect(word).toMatch(/^[\p{L}\p{N}]+$/u)
          expect(fold(word)).toBe(word)
        }
      }),
    )
  })
  it('of names from the laboratory', () => {
    expect(indexed('[18F]FDG')).toEqual(['18f', 'fdg', '18ffdg'])
    expect(indexed('¹⁸F-FDG')).toEqual(['18f', 'fdg', '18ffdg'])
    expect(indexed('C57BL/6J mice, i.p.')).toEqual(['c57bl', '6j', 'mice', 'i', 'p', 'c57bl6j', 'ip'])
    expect(indexed('Göttingen')).toEqual(['gottingen'])
    expect(indexed('NOD.Cg-Prkdc<scid> Il2rg')).toContain('nodcgprkdcscid')
  })
  it('sort numbers by value', () => {
    expect(['b', 'M-10', 'M-2', 'Ä'].toSorted((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1))).toEqual([
      'Ä',
      'b',
      'M-2',
      'M-10',
    ])
  })
})

describe('the language of the search box', () => {
  it('makes something of everything, within bounds', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const { items, filters } = parseQuery(text, ['Species', 'Cell line'])
        expect(items.length + filters.length).toBeLessThanOrEqual(40)
        for (const item of items) expect(item.text.trim()).not.toBe('')
        for (const filter of filters) expect(['Species', 'Cell line']).toContain(filter.field)
      }),
    )
    expect(parseQuery('a '.repeat(500)).items).toHaveLength(40)
  })
  it('finds plain words again, whatever their number', () => {
    const word = fc.stringMatching(/^[a-z0-9]{1,12}$/)
    fc.assert(
      fc.property(fc.array(word, { maxLength: 30 }), (words) => {
        expect(parseQuery(words.join(' ')).items).toEqual(
          words.map((text) => ({ text, negated: false, phrase: false })),
        )
      }),
    )
  })
  it('reads signs, quotes and fields', () => {
    expect(
      parseQuery('glioma -"day 7" cell-line:u87 -species:"Mus musculus" open:x "unclosed ph', ['Species', 'Cell line']),
    ).toEqual({
      items: [
        { text: 'glioma', negated: false, phrase: false },
        { text: 'day 7', negated: true, phrase: true },
        { text: 'open:x', negated: false, phrase: false },
        { text: 'unclosed ph', negated: false, phrase: true },
      ],
      filters: [
        { field: 'Cell line', text: 'u87', negated: false, exact: false },
        { field: 'Species', text: 'Mus musculus', negated: true, exact: true },
      ],
    })
    expect(parseQuery('species: rat', ['Species']).filters).toMatchObject([{ field: 'Species', text: 'rat' }])
  })
  it('reads bounds', () => {
    expect(parseBounds('2024..2025')).toEqual({ from: '2024', to: '2025' })
    expect(parseBounds('..5')).toEqual({ to: '5' })
    expect(parseBounds('>=5')).toEqual({ from: '5' })
    expect(parseBounds('<2024-03')).toEqual({ to: '2024-03' })
    expect(parseBounds('7')).toEqual({ from: '7', to: '7' })
    expect(parseBounds('..')).toBeNull()
    fc.assert(fc.property(anyText, (text) => void parseBounds(text)))
  })
})

describe('typing errors', () => {
  const word = fc.stringMatching(/^[a-e]{0,9}$/)
  it('have a distance that is symmetric, zero for equal words only, and cut at the limit', () => {
    fc.assert(
      fc.property(word, word, (a, b) => {
        const distance = editDistance(a, b, 20)
        expect(distance).toBe(editDistance(b, a, 20))
        expect(distance === 0).toBe(a === b)
        expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length))
        for (const limit of [0, 1, 2]) expect(editDistance(a, b, limit)).toBe(Math.min(distance, limit + 1))
      }),
    )
  })
  it('are one step for a slip, a loss, a doubling and a swap', () => {
    for (const typed of ['glioma', 'gliomo', 'glima', 'gliioma', 'giloma']) {
      expect(editDistance(typed, 'glioma', 2), typed).toBe(typed === 'glioma' ? 0 : 1)
    }
    expect(editDistance('gliob', 'glioblastoma', 1, true)).toBe(0)
    expect(editDistance('gilob', 'glioblastoma', 1, true)).toBe(1)
    expect(editDistance('xxxxx', 'glioblastoma', 1, true)).toBe(2)
  })
  it('are forgiven in words only, and more in long ones', () => {
    expect(['ct', 'mri', 'mouse', 'melanoma', 'M0412', 'gl261'].map(forgivenEdits)).toEqual([0, 1, 1, 2, 0, 0])
  })
  it('lead to the nearest word first', () => {
    expect(nearWords('moude', ['mouse', 'mode', 'mole', 'house', 'modes'], 1, false).map((n) => n.word)).toEqual([
      'mouse',
      'mode',
    ])
  })
})

const marked = (text: string, ...searched: MatchedWord[]) =>
  highlight(text, searched)
    .map((s) => (s.hit ? `[${s.text}]` : s.text))
    .join('')

describe('highlights', () => {
  it('are the text itself in pieces, never more', () => {
    fc.assert(
      fc.property(anyText, fc.array(fc.record({ text: fc.string(), prefix: fc.boolean() })), (text, words) => {
        expect(
          highlight(text, words)
            .map((s) => s.text)
            .join(''),
        ).toBe(text)
      }),
    )
  })
  it('mark words, beginnings and joined words', () => {
    expect(marked('Mouse <b>glioma</b>, U-87', { text: 'mouse', prefix: false }, { text: 'gli', prefix: true })).toBe(
      '[Mouse] <b>[glioma]</b>, U-87',
    )
    expect(marked('Cells: U-87', { text: 'u87', prefix: false })).toBe('Cells: [U-87]')
    expect(marked('nothing here', { text: 'absent', prefix: false })).toBe('nothing here')
    expect(highlight('', [])).toEqual([{ text: '', hit: false }])
  })
  it('cut a long text around the first hit', () => {
    const long = `${'before '.repeat(60)}needle ${'after '.repeat(60)}`
    const pieces = excerpt(long, [{ text: 'needle', prefix: false }], 100)
    expect(pieces.some((s) => s.hit && s.text === 'needle')).toBe(true)
    expect(pieces.map((s) => s.text).join('').length).toBeLessThan(110)
    expect(pieces[0]?.text.startsWith('… ')).toBe(true)
    expect(excerpt('short', [])).toEqual([{ text: 'short', hit: false }])
  })
})

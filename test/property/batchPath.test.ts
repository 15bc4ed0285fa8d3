import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkedPath, maximumPathLength, pathKey, shownPath } from '#api/ingest/batchPath.ts'

/** Names from the pieces that attacks are made of, and from anything. */
const piece = fc.oneof(
  fc.constantFrom(
    '..',
    '.',
    '',
    '/',
    '\\',
    'C:',
    'c:/',
    '%2e%2e',
    '\0',
    '\n',
    '\u202e',
    'a',
    'Ä',
    'A\u0308',
    '...',
    ' ',
    '~',
  ),
  fc.string({ unit: 'binary', maxLength: 8 }),
)
const anyPath = fc.oneof(
  fc.array(piece, { maxLength: 8 }).map((parts) => parts.join('/')),
  fc.array(piece, { maxLength: 8 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary' }),
)

describe('checkedPath', () => {
  it.each([
    ['../../etc/passwd', '".."'],
    ['a/../b', '".."'],
    ['a/ /b', 'empty'],
    ['./a', '"."'],
    ['/etc/passwd', 'absolute'],
    ['C:/Windows', 'absolute'],
    ['c:evil', 'absolute'],
    ['a\\..\\b', 'backslash'],
    ['a//b', 'empty'],
    ['a/', 'empty'],
    ['', 'no path'],
    ['a\0.dcm', 'control'],
    ['a\nb', 'control'],
    ['a\u007fb', 'control'],
    ['gepj.\u202eexe', 'direction'],
    ['\ud800', 'Unicode'],
    ['x'.repeat(300), 'longer than 255'],
    [Array.from({ length: 600 }, () => 'a').join('/'), 'at most 1000'],
  ])('refuses %j', (raw, word) => {
    expect(checkedPath(raw).problem).toContain(word)
  })

  it.each(['a.dcm', 'Mouse 1/PET/scan.img', 'a/..b', 'a/b..', '...', 'x/.hidden', 'Müller/日本語.nii.gz', '%2e%2e/x'])(
    'keeps %j',
    (raw) => {
      expect(checkedPath(raw)).toEqual({ path: raw })
    },
  )

  it('gives one path for both spellings of an accented letter', () => {
    expect(checkedPath('A\u0308.dcm').path).toBe(checkedPath('Ä.dcm').path)
  })

  it('never lets a path leave the folder that it is joined to, on any system', () => {
    fc.assert(
      fc.property(anyPath, (raw) => {
        const { path: kept, problem } = checkedPath(raw)
        if (kept === undefined) {
          expect(problem).toMatch(/\.$/)
          return
        }
        expect(path.posix.join('/base', kept)).toBe(`/base/${kept}`)
        expect(path.win32.resolve('D:\\base', kept).startsWith('D:\\base\\')).toBe(true)
        expect(path.posix.isAbsolute(kept) || path.win32.isAbsolute(kept)).toBe(false)
        expect(kept).not.toMatch(/[\p{Cc}\\]/u)
        expect(kept.length).toBeLessThanOrEqual(maximumPathLength)
        expect(checkedPath(kept)).toEqual({ path: kept })
        expect(pathKey(kept)).toMatch(/^[0-9a-f]{64}$/)
      }),
      { numRuns: 2000 },
    )
  })

  it('shows any refused name safely', () => {
    fc.assert(
      fc.property(anyPath, (raw) => {
        const shown = shownPath(raw)
        expect(shown).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u)
        expect(shown.isWellFormed()).toBe(true)
        expect(shown.length).toBeGreaterThan(0)
      }),
    )
  })
})

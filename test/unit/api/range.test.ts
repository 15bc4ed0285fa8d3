import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isKnown, rangeStillHolds, requestedSpan } from '#api/modules/content/range.ts'
import { attachment } from '#api/modules/content/sendBytes.ts'

test.each([
  ['bytes=0-0', 10, { start: 0, end: 1 }],
  ['bytes=2-5', 10, { start: 2, end: 6 }],
  ['bytes=2-', 10, { start: 2, end: 10 }],
  ['bytes=-3', 10, { start: 7, end: 10 }],
  ['bytes=-30', 10, { start: 0, end: 10 }],
  ['bytes=5-500', 10, { start: 5, end: 10 }],
  ['Bytes = 5 - 6', 10, { start: 5, end: 7 }],
  ['bytes=10-', 10, 'unsatisfiable'],
  ['bytes=-0', 10, 'unsatisfiable'],
  ['bytes=0-', 0, 'unsatisfiable'],
  ['bytes=5-4', 10, null],
  ['bytes=0-1,3-4', 10, null],
  ['lines=0-1', 10, null],
  ['bytes=a-b', 10, null],
  ['bytes=-', 10, null],
  ['bytes=99999999999999999999-', 10, null],
  [undefined, 10, null],
] as const)('%j of %i bytes', (header, byteCount, expected) => {
  expect(requestedSpan(header, byteCount)).toEqual(expected)
})

test('whatever is asked for lies inside the bytes', () => {
  const part = fc.oneof(fc.nat().map(String), fc.constant(''))
  fc.assert(
    fc.property(part, part, fc.nat(), (first, last, byteCount) => {
      const span = requestedSpan(`bytes=${first}-${last}`, byteCount)
      if (span === null || span === 'unsatisfiable') return true
      return span.start >= 0 && span.start < span.end && span.end <= byteCount
    }),
  )
})

test('validators', () => {
  expect(isKnown('"a", W/"b"', '"b"')).toBe(true)
  expect(isKnown('*', '"b"')).toBe(true)
  expect(isKnown('"a"', '"b"')).toBe(false)
  expect(isKnown(undefined, '"b"')).toBe(false)
  expect(rangeStillHolds('"b"', '"b"')).toBe(true)
  expect(rangeStillHolds('W/"b"', '"b"')).toBe(false)
  expect(rangeStillHolds('Wed, 21 Oct 2026 07:28:00 GMT', '"b"')).toBe(false)
})

test('file names cannot leave their header', () => {
  expect(attachment('m1.nii')).toBe(`attachment; filename="m1.nii"; filename*=UTF-8''m1.nii`)
  expect(attachment('a"b\\c%d.txt')).toBe(`attachment; filename="a_b_c_d.txt"; filename*=UTF-8''a%22b%5Cc%25d.txt`)
  expect(attachment("Tumör (1)'s.nii")).toBe(
    `attachment; filename="Tum_r (1)'s.nii"; filename*=UTF-8''Tum%C3%B6r%20%281%29%27s.nii`,
  )
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AppError } from '#api/errors.ts'
import { preferred, readAccept } from '#api/plugins/accept.ts'

const croissant = 'http://mlcommons.org/croissant/1.1'
const offers = [
  { mediaType: 'text/html' },
  { mediaType: 'application/ld+json' },
  { mediaType: 'application/ld+json', profile: croissant },
  { mediaType: 'text/turtle' },
]

test.each([
  [undefined, 0],
  ['', 0],
  ['*/*', 0],
  ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 0],
  ['application/ld+json', 1],
  [`application/ld+json; profile="${croissant}"`, 2],
  [`application/ld+json;q=0.5, application/ld+json;profile="${croissant} http://other";q=0.9`, 2],
  ['text/*;q=0.2, text/turtle', 3],
  ['text/turtle, text/html;q=0.9', 3],
  ['text/html;q=0, */*', 1],
  ['APPLICATION/LD+JSON', 1],
  ['image/png, text/turtle;q=0.1', 3],
  [' , text/turtle,', 3],
])('%j', (accept, index) => expect(preferred(accept, offers)).toBe(offers[index]))

test.each(['image/png', 'application/ld+json;profile="http://nobody"', 'text/html;q=0'])(
  '%j is not to be had',
  (accept) => expect(preferred(accept, offers)).toBeNull(),
)

test.each(['*/*;q=a', 'text', 'text/html;q=2', 'text/html;q=-1', 'a/b/c', 'text/html;="', '"', 'x'.repeat(3000)])(
  '%j is refused',
  (accept) => expect(() => readAccept(accept)).toThrow(AppError),
)

test('whatever is sent, the answer is a choice or a refusal, and it comes at once', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'*/;,=q"\\ 0.1atex'), maxLength: 300 }), (accept) => {
      try {
        preferred(accept, offers)
      } catch (error) {
        expect(error).toBeInstanceOf(AppError)
      }
    }),
    { numRuns: 2000 },
  )
})

import { expect, it } from 'vitest'
import { memorySource } from '#imaging/source.ts'

it.each([
  [5, 4, 5],
  [-1, 4, undefined],
  [1.5, 4, undefined],
  // What a damaged BigTIFF points at: no offset that can be counted exactly.
  [2 ** 55, 4, undefined],
])('a range that is not in the file is refused: from %d, %d bytes', async (offset, length, reported) => {
  await expect(memorySource(new Uint8Array(8)).read(offset, length)).rejects.toMatchObject({
    code: 'truncated',
    offset: reported,
  })
})

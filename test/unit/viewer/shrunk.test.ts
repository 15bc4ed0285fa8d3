import { expect, it } from 'vitest'
import { shrunk } from '../../../portal/app/viewer/shrunk.ts'

it('means of blocks, fewer pixels at the far ends, colours apart', () => {
  const grey = Uint8Array.of(0, 10, 20, 30, 40, 50, 60, 70, 80)
  expect([...shrunk(grey, { x: 3, y: 3 }, 1, 2)]).toEqual([20, 35, 65, 80])
  expect(shrunk(grey, { x: 3, y: 3 }, 1, 1)).toBe(grey)
  const colour = Uint8Array.of(0, 100, 200, 10, 110, 210)
  expect([...shrunk(colour, { x: 2, y: 1 }, 3, 2)]).toEqual([5, 105, 205])
  expect([...shrunk(Float32Array.of(0.25, 0.5), { x: 2, y: 1 }, 1, 2)]).toEqual([0.375])
})

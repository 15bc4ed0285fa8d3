import type { Interval } from '../measure/region.ts'
import type { Part } from './cropped.ts'

/** Column from the left, row from the top, depth along z, each from 1. */
export type Place = [column: number, row: number, depth: number]

const middle = ([from, to]: Interval): number => (from + to) / 2

/** Which of the places beside each other along an axis each box takes, from 1: boxes that lie over each other share one. */
function ranks(boxes: readonly Part[], axis: keyof Part): number[] {
  const order = boxes.map((_, n) => n).toSorted((a, b) => middle(boxes[a]![axis]) - middle(boxes[b]![axis]))
  const found = boxes.map(() => 0)
  let rank = 0
  let first: Interval = [0, 0]
  for (const n of order) {
    const own = boxes[n]![axis]
    if (rank === 0 || middle(own) >= first[1] || middle(first) <= own[0]) [rank, first] = [rank + 1, own]
    found[n] = rank
  }
  return found
}

/** Where boxes lie to each other, as the picture shows them (DICOM Subject Relative Position in Image, (0010,0028)). */
export function placesOf(boxes: readonly Part[]): Place[] {
  const [columns, rows, depths] = [ranks(boxes, 'x'), ranks(boxes, 'y'), ranks(boxes, 'z')]
  return boxes.map((_, n) => [columns[n]!, rows[n]!, depths[n]!])
}

/** Order in which people read a picture: row by row from the top, in each of them from the left, from the front. */
export function inReadingOrder<T extends Part>(boxes: readonly T[]): T[] {
  const places = placesOf(boxes)
  const order = boxes.map((_, n) => n)
  order.sort((a, b) => {
    const [p, q] = [places[a]!, places[b]!]
    return p[1] - q[1] || p[0] - q[0] || p[2] - q[2]
  })
  return order.map((n) => boxes[n]!)
}

import { ImagingError } from '../../errors.ts'
import { mostParts } from '../../format.ts'
import type { Part } from '../../format.ts'
import { planeName } from '../../geometry/orientation.ts'
import type { Frame } from './frames.ts'
import { cross, difference, dot } from './vector.ts'

/** Frames of one multi-frame file that make a stack of their own. */
interface StackPart extends Part {
  frames: Frame[]
}

const tolerance = 1e-3
/** Stacks that lie beside each other are told from slices shifted by rounding. */
const apartMillimetres = 0.5

/**
 * The stacks of a multi-frame file (Stack ID, PS3.3 C.7.6.16.2.2) when they cannot be one: they have different directions,
 * or lie beside each other. None when the frames make one stack, or have no place. (Some writers give each slice a stack ID
 * of its own, so that the ID alone tells nothing.)
 */
export function stackParts(frames: readonly Frame[]): StackPart[] {
  if (frames.length < 2 || frames.some(({ orientation, position }) => !orientation || !position)) return []
  const groups: Frame[][] = []
  for (const frame of frames) {
    const own = groups.find(([first]) => first!.stackId === frame.stackId && isOneWay(first!, frame))
    if (own) own.push(frame)
    else if (groups.length === mostParts * 8) return []
    else groups.push([frame])
  }
  const stacks: Frame[][] = []
  for (const group of groups) {
    const isAlone = group.length === 1
    const own = stacks.find(([first]) => isOneWay(first!, group[0]!) && (isAlone || !isBeside(first!, group[0]!)))
    if (own) own.push(...group)
    else stacks.push(group)
  }
  if (stacks.length < 2 || stacks.length > mostParts) return []
  return stacks.map((own, i) => ({
    id: `stack-${i + 1}`,
    label: `stack ${i + 1}, ${planeName(cross(own[0]!.orientation!))}`,
    frames: own.toSorted((a, b) => a.index - b.index),
  }))
}

/** @throws ImagingError 'malformed' when the frames make no such stack */
export function framesOfPart(frames: readonly Frame[], part: string): Frame[] {
  const found = stackParts(frames).find(({ id }) => id === part)
  if (found) return found.frames
  throw new ImagingError('malformed', `The frames of this file make no “${part}”; have the files inspected again.`)
}

const isOneWay = (a: Frame, b: Frame): boolean =>
  a.orientation!.every((v, i) => Math.abs(v - b.orientation![i]!) <= tolerance)

/** Whether the way from one to the other leaves their common normal. */
function isBeside(a: Frame, b: Frame): boolean {
  const way = difference(b.position!, a.position!)
  const along = dot(way, cross(a.orientation!))
  return Math.sqrt(Math.max(0, dot(way, way) - along * along)) > apartMillimetres
}

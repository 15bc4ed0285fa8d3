import { ImagingError } from '../../errors.ts'
import { mostParts } from '../../format.ts'
import type { Part } from '../../format.ts'
import { planeName } from '../../geometry/orientation.ts'
import { isRotation, packagesOf, rangeText } from './geometry.ts'
import type { SlicePackage } from './geometry.ts'
import type { Stored } from './stored.ts'

/** A slice package of a scout: planes of one direction, which make an image of their own. */
interface PackagePart extends Part {
  slices: SlicePackage
}

/** The packages of different directions in one 2dseq; none when all slices share one, or when they are not understood. */
export function packageParts({ groups, size, geometry: { orientations, positions } }: Stored): PackagePart[] {
  const count = groups.find(({ id }) => id === 'FG_SLICE')?.length ?? 1
  const isPlaced = orientations.length === count && positions.length === count && orientations.every(isRotation)
  if (size[2] > 1 || count === 1 || !isPlaced) return []
  const packages = packagesOf(orientations)
  if (packages.length < 2 || packages.length > mostParts) return []
  return packages.map((slices) => ({
    id: `slices-${slices.start + 1}-${slices.end}`,
    label: `${slices.end - slices.start === 1 ? 'slice' : 'slices'} ${rangeText(slices)}, ${planeName(orientations[slices.start]!.slice(6))}`,
    slices,
  }))
}

/**
 * What a package holds, as if it were alone in the file.
 * @throws ImagingError 'malformed' when the file has no such package
 */
export function packageOf(stored: Stored, part: string): { stored: Stored; slices: SlicePackage } {
  const found = packageParts(stored).find(({ id }) => id === part)
  if (!found) {
    throw new ImagingError(
      'malformed',
      `The slices of this scan make no package “${part}”; have the files inspected again.`,
    )
  }
  const { slices } = found
  const { orientations, positions } = stored.geometry
  const own = (list: number[][]) => list.slice(slices.start, slices.end)
  const geometry = { ...stored.geometry, orientations: own(orientations), positions: own(positions) }
  return { stored: { ...stored, geometry }, slices }
}

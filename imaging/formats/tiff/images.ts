import { ImagingError } from '../../errors.ts'
import { mostParts } from '../../format.ts'
import type { Part } from '../../format.ts'
import type { Ome } from './ome.ts'
import { attribute, child, children, numericAttribute, textOf } from './xml.ts'
import type { XmlNode } from './xml.ts'

interface ImagePart extends Part {
  image: XmlNode
}

const tiffData = (image: XmlNode): XmlNode[] => children(child(image, 'Pixels'), 'TiffData')

/**
 * The images of an OME-XML (fields of view, positions) whose pages stand in one of these files, by their UUIDs. A page
 * without a UUID stands in the file of the description.
 */
export function heldImages(ome: Ome, uuids: readonly (string | undefined)[]): ImagePart[] {
  return ome.images.slice(0, mostParts).flatMap((image, i) => {
    const named = tiffData(image).map((data) => textOf(child(data, 'UUID')))
    const isHeld = named.length === 0 ? i === 0 : named.some((uuid) => uuid === undefined || uuids.includes(uuid))
    const name = attribute(image, 'Name')?.slice(0, 100)
    return isHeld ? [{ id: `image-${i + 1}`, label: name ? `image ${i + 1} (${name})` : `image ${i + 1}`, image }] : []
  })
}

/**
 * A description with one image: the one that is asked for, or the first that the files hold.
 * @throws ImagingError 'malformed' when they hold no such image
 */
export function withOneImage(ome: Ome, uuids: readonly (string | undefined)[], part: string | undefined): Ome {
  const held = heldImages(ome, uuids)
  const chosen = part === undefined ? held[0] : held.find(({ id }) => id === part)
  if (chosen) return { ...ome, images: [chosen.image], left: part === undefined ? held.length - 1 : 0 }
  if (part === undefined) return ome
  throw new ImagingError('malformed', `The files hold no image “${part}”; have them inspected again.`)
}

/** Where the first page of the image stands that a description begins with. */
export function leadPage(ome: Ome): { page: number; uuid: string | undefined } {
  const [first] = ome.images[0] ? tiffData(ome.images[0]) : []
  const page = numericAttribute(first, 'IFD') ?? 0
  return { page: Number.isInteger(page) && page >= 0 ? page : 0, uuid: textOf(child(first, 'UUID')) }
}

/** What can be shown of an export, by the ending of the file; the first one stands for the export. */
const images: Record<string, { prefix: string; modality: string; isVolume: boolean; label: string }> = {
  '.raw.bmode': { prefix: 'B-Mode', modality: 'US', isVolume: false, label: 'B-mode' },
  '.raw.3d.bmode': { prefix: 'B-Mode', modality: 'US', isVolume: true, label: '3-D B-mode' },
  '.raw.pamode': { prefix: 'Pa-Mode', modality: 'PA', isVolume: false, label: 'Photoacoustic' },
  '.raw.3d.pamode': { prefix: 'Pa-Mode', modality: 'PA', isVolume: true, label: '3-D photoacoustic' },
}

export type ImageKind = (typeof images)[string]

/** Files that belong to the first image of an export. */
const besides = /\.raw\.(physio|event)$/i

const beforeDetection = /\.(iq|rf)\.(3d\.)?(xml|bmode|color|power|pamode|contrast|pw|m|event|physio)$/i

/** Kept, but not displayed. */
const others: [ending: RegExp, what: string][] = [
  [/\.raw\.(3d\.)?(color|power|contrast|pw|m|paoxy)(mode)?$/i, 'data of a mode that is not displayed here'],
  [beforeDetection, 'data before envelope detection'],
  [/\.(rdi|rdb|rdm|vxml|bimg)$/i, 'a file of the scanner’s own study database'],
]

/** Data before envelope detection, of which the images of an export were made. */
export const isBeforeDetection = (path: string): boolean => beforeDetection.test(path)

/** Path without the ending of the export ("d/2024-03-01-10-15-00_a.raw.3d.bmode" is "d/2024-03-01-10-15-00_a"). */
export const stemOf = (path: string): string => path.replace(/\.raw\.(3d\.)?[a-z0-9]+$/i, '')

export const isParameterFile = (path: string): boolean => /\.raw\.xml$/i.test(path)

export const isBeside = (path: string): boolean => besides.test(path)

/** What a file is an image of, by its name. */
export const imageKind = (path: string): ImageKind | undefined =>
  Object.entries(images).find(([ending]) => path.toLowerCase().endsWith(ending))?.[1]

/** What a file is that is kept without being displayed. */
export const otherKind = (path: string): string | undefined => others.find(([ending]) => ending.test(path))?.[1]

/**
 * The image that parameters and companions are filed with: the first kind of the list that the batch holds.
 * @param find gives the true path of a file in any case, or undefined
 */
export function mainImage(path: string, find: (path: string) => string | undefined): string | undefined {
  for (const ending of Object.keys(images)) {
    const found = find(stemOf(path) + ending)
    if (found !== undefined) return found
  }
  return undefined
}

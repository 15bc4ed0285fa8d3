import type { SiblingFile } from '../../format.ts'
import { baseName } from './clickInfo.ts'

/** What an image of a click is. */
export interface ImageKind {
  label: string
  /** Name of its section in the text. */
  section: string
  isSignal: boolean
}

/** Images by the beginning of their names, the one that stands for the click first. */
const images: [name: RegExp, kind: ImageKind][] = [
  [/^luminescent\.tiff?$/i, { label: 'Luminescent image', section: 'luminescent image', isSignal: true }],
  [/^fluorescent\.tiff?$/i, { label: 'Fluorescent image', section: 'fluorescent image', isSignal: true }],
  [
    /^luminescentfloatcorrected\.tiff?$/i,
    { label: 'Luminescent image, corrected', section: 'luminescent image', isSignal: true },
  ],
  [
    /^fluorescentfloatcorrected\.tiff?$/i,
    { label: 'Fluorescent image, corrected', section: 'fluorescent image', isSignal: true },
  ],
  [
    /^fluorescentreference\.tiff?$/i,
    { label: 'Fluorescent reference', section: 'fluorescent reference image', isSignal: false },
  ],
  [/^photograph\.tiff?$/i, { label: 'Photograph', section: 'photographic image', isSignal: false }],
  [
    /^photographfloatcorrected\.tiff?$/i,
    { label: 'Photograph, corrected', section: 'photographic image', isSignal: false },
  ],
]

/** Bias and dark charge, with which the vendor's program corrects the signal: kept with it, no pictures of their own. */
const corrections = /^(readbias(only)?|background|bias|darkcharge)\.tiff?$/i

/** The texts of a click; what people corrected is in the first. */
export const textNames = ['AnalyzedClickInfo.txt', 'ClickInfo.txt'] as const

const rankOf = (path: string): number => images.findIndex(([name]) => name.test(baseName(path)))

export const imageKind = (path: string): ImageKind | undefined => images[rankOf(path)]?.[1]

export const isCorrection = (path: string): boolean => corrections.test(baseName(path))

export const isText = (path: string): boolean =>
  textNames.some((name) => name.toLowerCase() === baseName(path).toLowerCase())

/** The image that texts and corrections are filed with, among the files of one folder. */
export function mainImage(files: readonly Pick<SiblingFile, 'path'>[]): string | undefined {
  const found = files.filter(({ path }) => imageKind(path))
  return found.toSorted((a, b) => rankOf(a.path) - rankOf(b.path) || (a.path < b.path ? -1 : 1))[0]?.path
}

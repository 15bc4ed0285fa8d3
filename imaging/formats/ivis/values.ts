import { millimetres } from '../../geometry/millimetres.ts'
import type { Header } from '../../header.ts'
import { numberOf, sectionNamed, valueOf } from './clickInfo.ts'
import type { ClickInfo, Section } from './clickInfo.ts'
import type { ImageKind } from './files.ts'

/** UCUM for the radiance that Living Image writes as "p/sec/cm^2/sr". */
const radiance = '{photons}/s/cm2/sr'
const radianceText = /^p(hotons?)?\s*\/\s*s(ec)?\s*\/\s*cm(\^?2|\u00b2)\s*\/\s*sr$/i

/**
 * Unit of the values. Integers are what the camera counted. The vendor does not publish how counts become radiance (bias,
 * dark charge, flat field and cosmic rays go into it), so they are never converted; only a corrected image that the text
 * itself calls radiance is one.
 */
export function unitOf(
  header: Header,
  kind: ImageKind,
  texts: readonly ClickInfo[],
  image: Section | undefined,
  warnings: string[],
): string {
  if (!kind.isSignal) return ''
  const stated = valueOf(image, 'Image Units')
  if (header.sampleType === 'float32' || header.sampleType === 'float64') {
    if (stated && radianceText.test(stated)) return radiance
    if (stated && /^counts?$/i.test(stated)) return '{counts}'
    warnings.push(
      `The text does not say what the corrected values are${stated ? ` in a way that is known here (“${stated.slice(0, 60)}”)` : ''}.`,
    )
    return ''
  }
  const coefficient = coefficientOf(texts, image)
  warnings.push(
    'The values are camera counts, not photons/s/cm²/sr: how the vendor’s program calibrates them is not published.' +
      (coefficient
        ? ` The text gives ${coefficient} for it.`
        : ' The text gives no coefficient for this field of view and aperture.'),
  )
  return '{counts}'
}

/** The coefficient of the camera for the field of view and the aperture of an image: "Coef C-ccd at FOV 12.5, f4: 2.213E+07". */
function coefficientOf(texts: readonly ClickInfo[], image: Section | undefined): string | undefined {
  const [field, aperture] = [numberOf(image, 'Field of View'), numberOf(image, 'f Number')]
  for (const text of texts) {
    for (const [key, value] of sectionNamed(text, 'Camera System Info')?.entries ?? []) {
      const [, ofField, ofAperture] = /^coef c-ccd at fov ([\d.]{1,12}), ?f([\d.]{1,12})$/.exec(key) ?? []
      if (Number(ofField) === field && Number(ofAperture) === aperture) return `C-ccd ${value.slice(0, 40)}`
    }
  }
  return undefined
}

/** Pixel size in mm: the field of view (cm, the side of a square) by the number of columns; null when it is not stated. */
export function spacingOf(
  { shape }: Header,
  texts: readonly ClickInfo[],
  image: Section | undefined,
  warnings: string[],
): Header['spacing'] {
  const field = numberOf(image, 'Field of View') ?? commonField(texts)
  const size = millimetres(((field ?? 0) * 10) / shape.x)
  if (size === undefined) {
    warnings.push('The text does not state the field of view of this image; distances are not known.')
    return null
  }
  if (shape.x !== shape.y) {
    warnings.push(
      `The field of view is the side of a square, but the picture has ${shape.x} x ${shape.y} pixels; distances are not known.`,
    )
    return null
  }
  return [size, size, size]
}

/** The field of view of the click, when all images that state one agree: the stage does not move between them. */
function commonField(texts: readonly ClickInfo[]): number | undefined {
  const fields = texts.flatMap(({ sections }) => sections.map((section) => numberOf(section, 'Field of View')))
  const stated = new Set(fields.filter((field) => field !== undefined))
  return stated.size === 1 ? [...stated][0] : undefined
}

/**
 * Photograph and signal of a click show the same square under the camera with different pixels: both lie around its middle, so
 * that they can be shown over each other. How the animal lies in it is not stated, and the directions are assumed.
 */
export function placeOf(
  { shape }: Pick<Header, 'shape'>,
  spacing: Header['spacing'],
): Pick<Header, 'origin' | 'direction' | 'orientation'> {
  if (!spacing) return { origin: null, direction: null, orientation: 'unknown' }
  const corner = (samples: number, size: number) => (-(samples - 1) * size) / 2 + 0 // + 0: JSON has no -0
  return {
    origin: [corner(shape.x, spacing[0]), corner(shape.y, spacing[1]), 0],
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
    orientation: 'assumed',
  }
}

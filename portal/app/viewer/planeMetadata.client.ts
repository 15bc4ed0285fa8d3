/** What Cornerstone asks about planes and volumes; names and order as in DICOM ([row, column] spacing). */
import { Enums, type Types } from '@cornerstonejs/core'
import type { SeriesHeader } from './contract.ts'
import { rightHanded, type Vec3, type VolumeGeometry } from './geometry.ts'
import type { PlaneSource } from './planeSource.ts'
import { drawnBytes } from './samples.ts'
import { defaultWindow } from './window.ts'

/** What of open pixels the answers are made from. */
interface Described {
  header: SeriesHeader
  source: PlaneSource
  geometry: VolumeGeometry | null
  /** Pixels along each side of the block that one drawn pixel stands for. */
  shrink: number
}

export const frameOfReference = ({ seriesId }: SeriesHeader): string => `vivarchive-${seriesId}`

/** Answer of the metadata provider for plane `k`; undefined for modules that are not known. */
export function planeMetadata(
  pixels: Described,
  type: string,
  k: number,
  mix = false,
): Record<string, unknown> | undefined {
  const { header, source, shrink } = pixels
  const { z } = header.shape
  const [x, y] = [Math.ceil(header.shape.x / shrink), Math.ceil(header.shape.y / shrink)]
  const [sx, sy, sz] = header.spacing ?? [1, 1, 1]
  const spacing = [sx * shrink, sy * shrink, sz] as const
  const window = defaultWindow(header)
  switch (type) {
    case Enums.MetadataModules.IMAGE_PIXEL: {
      const colour = mix || source.plan.components === 3
      const bits = mix ? 8 : drawnBytes[source.plan.drawn] * 8
      return {
        samplesPerPixel: colour ? 3 : 1,
        photometricInterpretation: colour ? 'RGB' : 'MONOCHROME2',
        rows: y,
        columns: x,
        bitsAllocated: bits,
        bitsStored: bits,
        highBit: bits - 1,
        pixelRepresentation: !mix && (source.plan.drawn === 'int16' || source.plan.drawn === 'float32') ? 1 : 0,
      }
    }
    case Enums.MetadataModules.IMAGE_PLANE: {
      const { row, column, position } = planePlacement(pixels.geometry, k % z)
      // The middle of the first block.
      const start = shrink === 1 ? position : [(sx * (shrink - 1)) / 2, (sy * (shrink - 1)) / 2, 0]
      return {
        frameOfReferenceUID: frameOfReference(header),
        rows: y,
        columns: x,
        imageOrientationPatient: [...row, ...column],
        rowCosines: row,
        columnCosines: column,
        imagePositionPatient: start,
        pixelSpacing: [spacing[1], spacing[0]],
        rowPixelSpacing: spacing[1],
        columnPixelSpacing: spacing[0],
        sliceThickness: spacing[2],
      }
    }
    case Enums.MetadataModules.GENERAL_SERIES:
      return { modality: header.modality ?? 'OT', seriesInstanceUID: header.seriesId, seriesNumber: 1 }
    case Enums.MetadataModules.VOI_LUT:
      return {
        windowCenter: [(window.low + window.high) / 2],
        windowWidth: [window.high - window.low],
        voiLUTFunction: Enums.VOILUTFunctionType.LINEAR_EXACT,
      }
    case Enums.MetadataModules.MODALITY_LUT:
      return { rescaleSlope: 1, rescaleIntercept: 0, rescaleType: header.unit }
    default:
      return undefined
  }
}

/** A plane of a stack lies where all others do: positions on the screen are then those of the picture alone. */
function planePlacement(geometry: VolumeGeometry | null, z: number): { row: Vec3; column: Vec3; position: Vec3 } {
  if (!geometry) return { row: [1, 0, 0], column: [0, 1, 0], position: [0, 0, 0] }
  const { axes, origin, spacing } = geometry
  const along = spacing[2] * z
  const [u, v, w] = axes
  return {
    row: u,
    column: v,
    position: [origin[0] + w[0] * along, origin[1] + w[1] * along, origin[2] + w[2] * along],
  }
}

/** What a volume states about itself. */
export function volumeMetadata(
  { header, source }: Omit<Described, 'shrink'>,
  geometry: VolumeGeometry,
): Types.Metadata {
  const bits = drawnBytes[source.plan.drawn] * 8
  return {
    BitsAllocated: bits,
    BitsStored: bits,
    HighBit: bits - 1,
    SamplesPerPixel: 1,
    PhotometricInterpretation: 'MONOCHROME2',
    PixelRepresentation: source.plan.drawn === 'int16' ? 1 : 0,
    Modality: header.modality ?? 'OT',
    SeriesInstanceUID: header.seriesId,
    ImageOrientationPatient: rightHanded(geometry).direction.slice(0, 6),
    PixelSpacing: [geometry.spacing[1], geometry.spacing[0]],
    FrameOfReferenceUID: frameOfReference(header),
    Columns: header.shape.x,
    Rows: header.shape.y,
    voiLut: [],
    VOILUTFunction: 'LINEAR_EXACT',
  }
}

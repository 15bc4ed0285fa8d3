import { ImagingError } from '../../errors.ts'
import { sampleBytes } from '../../header.ts'
import { mostPlanes } from '../../raw/planes.ts'
import type { Documents } from './documents.ts'
import { frameGroup } from './groups.ts'
import { ifReadable } from './parameters.ts'
import type { Parameters } from './parameters.ts'
import { perFrame, samplesOf, sidesOf } from './stored.ts'
import type { Stored } from './stored.ts'

/**
 * Describes a 2dseq without visu_pars (ParaVision 4, and copies that lost it) by reco, with acqp and d3proc where they are
 * there. Where the slices lie stays unknown: it would have to be worked out from gradient settings.
 * @param dataSize bytes of the 2dseq, which tell the number of frames
 * @throws ImagingError 'malformed', 'unsupported', 'too-large'
 */
export function storedByReco(reco: Parameters, { acqp, d3proc }: Documents, dataSize: number): Stored {
  const warnings = ['There is no visu_pars: the image is read by its older description (reco), without directions.']
  const sides = sidesOf(reco, 'RECO_size')
  const isVolume = (reco.numbers('RECO_size') ?? []).length === 3
  const fields = reco.numbers('RECO_fov') ?? []
  // RECO_transposition 1: rows and columns change places on the way into the file. d3proc describes the file itself.
  const isSwapped = d3proc
    ? ifReadable(() => d3proc.number('IM_SIX')) === sides[1] && sides[0] !== sides[1]
    : reco.numbers('RECO_transposition')?.[0] === 1
  const size: Stored['size'] = isSwapped ? [sides[1], sides[0], sides[2]] : sides
  const [width, height] = isSwapped ? [fields[1], fields[0]] : [fields[0], fields[1]]
  const samples = samplesOf(reco, 'RECO_wordtype', 'RECO_byte_order')
  const frameBytes = size[0] * size[1] * size[2] * sampleBytes[samples.sampleType]
  const frameCount = Math.floor(dataSize / frameBytes)
  if (frameCount < 1) {
    throw new ImagingError(
      'truncated',
      `reco announces images of ${frameBytes} bytes, but 2dseq has ${dataSize} bytes; bring the complete file again. (A scan that was stopped leaves such a file.)`,
      dataSize,
    )
  }
  if (frameCount > mostPlanes) {
    throw new ImagingError('too-large', `2dseq holds ${frameCount} images; more than ${mostPlanes} are not read.`)
  }
  const thickness = ifReadable(() => acqp?.number('ACQ_slice_sepn') || acqp?.number('ACQ_slice_thick'))
  const between = isVolume ? fields[2] && (fields[2] * 10) / size[2] : thickness
  const scale = scaleOf(reco, frameCount)
  if (!scale) warnings.push('RECO_map_slope does not fit the frames; the stored values are shown.')
  return {
    size,
    frameCount,
    ...samples,
    groups: groupsOf(reco, acqp, frameCount, isVolume, warnings),
    ...(scale ?? { slope: [1], intercept: [0] }),
    isReversed: false,
    geometry: {
      // RECO_fov is in centimetres.
      inPlane: width && height && width > 0 && height > 0 ? [(width * 10) / size[0], (height * 10) / size[1]] : null,
      between: between && between > 0 ? between : null,
      orientations: [],
      positions: [],
    },
    modality: 'MR',
    unit: '',
    secondsPerRepetition: null,
    warnings,
  }
}

/** Echoes vary fastest, then slices, then repetitions; complex images have all real parts before all imaginary ones. */
function groupsOf(
  reco: Parameters,
  acqp: Parameters | undefined,
  frameCount: number,
  isVolume: boolean,
  warnings: string[],
): Stored['groups'] {
  const count = (name: string) => ifReadable(() => acqp?.number(name)) ?? 1
  const lengths: [string, number][] = [
    ['FG_ECHO', count('ACQ_n_echo_images')],
    ['FG_SLICE', isVolume ? 1 : count('NSLICES')],
    ['FG_CYCLE', count('NR')],
    ['FG_COMPLEX', reco.text('RECO_image_type') === 'COMPLEX_IMAGE' ? 2 : 1],
  ]
  const isWhole = lengths.every(([, length]) => Number.isSafeInteger(length) && length > 0)
  if (isWhole && lengths.reduce((all, [, length]) => all * length, 1) === frameCount) {
    return lengths.filter(([, length]) => length > 1).map(([id, length]) => frameGroup(id, length))
  }
  warnings.push(
    `The parameters of the scan do not explain its ${frameCount} images; they are shown one after the other.`,
  )
  return [frameGroup(isVolume ? 'FG_CYCLE' : 'FG_SLICE', frameCount)]
}

/** stored = (value - RECO_map_offset) x RECO_map_slope: the other way round than in visu_pars. */
function scaleOf(reco: Parameters, frameCount: number): Pick<Stored, 'slope' | 'intercept'> | null {
  // One entry per image of a repetition: the lists start again with each.
  const repeated = (list: number[] | undefined) =>
    list && frameCount % list.length === 0
      ? Array.from({ length: frameCount }, (_, frame) => list[frame % list.length]!)
      : undefined
  const slope = perFrame(repeated(reco.numbers('RECO_map_slope')), frameCount)
  const intercept = perFrame(repeated(reco.numbers('RECO_map_offset')), frameCount)
  return slope && { slope: slope.map((v) => 1 / (v || 1)), intercept: intercept ?? [0] }
}

import type { Format } from '../format.ts'
import { withSoundHeader } from '../soundHeader.ts'
import { analyze } from './analyze/index.ts'
import { bruker } from './bruker/index.ts'
import { dicom } from './dicom/index.ts'
import { fdf } from './fdf/index.ts'
import { interfile } from './interfile/index.ts'
import { inveon } from './inveon/index.ts'
import { ivis } from './ivis/index.ts'
import { metaimage } from './metaimage/index.ts'
import { nifti } from './nifti/index.ts'
import { nrrd } from './nrrd/index.ts'
import { tiff } from './tiff/index.ts'
import { vevo } from './vevo/index.ts'

/**
 * Every format, in the order in which files are tried: DICOM before TIFF, because its preamble may look like one; Inveon's
 * text headers before the binary headers of the same name, and NIfTI before Analyze, whose header it keeps and marks. The
 * TIFF files of an IVIS folder before other TIFF. What they open has a header of true numbers.
 */
export const formats: readonly Format[] = [
  dicom,
  ivis,
  tiff,
  inveon,
  nifti,
  analyze,
  bruker,
  nrrd,
  metaimage,
  interfile,
  fdf,
  vevo,
].map((format) => ({ ...format, open: async (files, part) => withSoundHeader(await format.open(files, part)) }))

/** The format with this id, or undefined. */
export const formatById = (id: string): Format | undefined => formats.find((format) => format.id === id)

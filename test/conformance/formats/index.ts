import { analyzeProfile } from './analyze.ts'
import { brukerProfile } from './bruker.ts'
import { dicomProfile } from './dicom.ts'
import { interfileProfile } from './interfile.ts'
import { inveonProfile } from './inveon.ts'
import { metaimageProfile } from './metaimage.ts'
import { niftiProfile } from './nifti.ts'
import { nrrdProfile } from './nrrd.ts'
import { fdfProfile } from './fdf.ts'
import { vevoProfile } from './vevo.ts'
import { ivisProfile } from './ivis.ts'
import type { FormatProfile } from './profile.ts'
import { tiffProfile } from './tiff.ts'

/** One profile for every format in imaging/formats/index.ts. */
export const profiles: readonly FormatProfile[] = [
  niftiProfile,
  inveonProfile,
  dicomProfile,
  tiffProfile,
  brukerProfile,
  analyzeProfile,
  nrrdProfile,
  metaimageProfile,
  interfileProfile,
  fdfProfile,
  vevoProfile,
  ivisProfile,
]

import { ImagingError } from '../../errors.ts'
import { folderOf } from '../../paths.ts'
import type { ByteSource } from '../../source.ts'
import { readParameters } from './parameters.ts'
import type { Parameters } from './parameters.ts'
import { baseOf, placeOf } from './tree.ts'

/** The parameter files that describe one reconstruction, as far as they are there and can be read. */
export interface Documents {
  visu?: Parameters
  reco?: Parameters
  d3proc?: Parameters
  acqp?: Parameters
  method?: Parameters
  subject?: Parameters
  /** Sentences about files that are there and cannot be read. */
  doubts: string[]
}

const inReconstruction = { visu_pars: 'visu', reco: 'reco', d3proc: 'd3proc' } as const
const inScan = { acqp: 'acqp', method: 'method' } as const

/**
 * Reads them.
 * @param anchor path of the file that the image is read by: its visu_pars, or reco where there is none. It must be readable;
 *               the others may be damaged.
 * @param paths  of all files that belong to it
 * @throws ImagingError for the anchor
 */
export async function readDocuments(
  anchor: string,
  paths: readonly string[],
  source: (path: string) => ByteSource | undefined,
): Promise<Documents> {
  const { folder, scan, study } = placeOf(anchor)
  const found: Documents = { doubts: [] }
  for (const path of paths) {
    const name = baseOf(path)
    const at = folderOf(path)
    const key =
      at === folder && Object.hasOwn(inReconstruction, name)
        ? inReconstruction[name as keyof typeof inReconstruction]
        : at === (scan ?? folder) && Object.hasOwn(inScan, name)
          ? inScan[name as keyof typeof inScan]
          : at === study && name === 'subject'
            ? 'subject'
            : undefined
    const bytes = key && source(path)
    if (!bytes) continue
    try {
      const parameters = await readParameters(bytes, name)
      if (!parameters.isComplete) found.doubts.push(`${name} ends without ##END=; it may have been cut.`)
      found[key] = parameters
    } catch (error) {
      if (path === anchor || !(error instanceof ImagingError)) throw error
      found.doubts.push(`${name} beside the image cannot be read: ${error.message}`)
    }
  }
  return found
}

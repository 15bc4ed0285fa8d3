import { ImagingError } from '../../errors.ts'
import type { FileScan, Format } from '../../format.ts'
import { looksLikeTiff } from './directory.ts'
import { factsOf } from './facts.ts'
import { readPage } from './page.ts'
import { openFile, openSeries } from './series.ts'
import type { TiffFile } from './directory.ts'

/** TIFF 6.0 and BigTIFF, with the descriptions of OME-TIFF and ImageJ. */
export const tiff: Format = {
  id: 'tiff',
  label: 'TIFF, OME-TIFF, ImageJ',
  mediaType: 'image/tiff',
  extensions: ['.ome.tiff', '.ome.tif', '.tiff', '.tif', '.btf', '.tf8'],
  verified: true,
  sniff: (_name, head) => looksLikeTiff(head),

  async scan(entry): Promise<FileScan> {
    const { file, ome } = await openFile(entry, 1)
    // The files of an OME-TIFF set name each other; the smallest UUID stands for the set.
    const isSet = (ome?.fileUuids.length ?? 0) > 1
    const problem = await problemOf(file)
    return {
      seriesKey: isSet ? `tiff:ome:${ome!.fileUuids[0]}` : `tiff:${entry.path}`,
      role: 'image',
      companions: [],
      facts: await factsOf(file, ome),
      ...(problem ? { problem } : {}),
    }
  },

  open: openSeries,
}

/** Why the file cannot be opened as an image, if so. */
async function problemOf(file: TiffFile): Promise<ImagingError | undefined> {
  try {
    await readPage(file, file.directories[0]!)
    return undefined
  } catch (error) {
    if (error instanceof ImagingError) return error
    throw error
  }
}

import { ImagingError } from '../../errors.ts'
import type { FileEntry, FileScan, Format } from '../../format.ts'
import { formatLabels } from '../labels.ts'
import { readBlocks } from './blocks.ts'
import { looksLikeTiff, readTiff, text } from './directory.ts'
import { factsOf, omeFacts } from './facts.ts'
import { readPage } from './page.ts'
import { heldImages } from './images.ts'
import { openSeries } from './series.ts'
import { describe, looksLikeDocument, readDocument, setKey } from './set.ts'
import type { TiffFile } from './directory.ts'

/** TIFF 6.0 and BigTIFF, with the descriptions of OME-TIFF and ImageJ; also OME-XML beside the TIFF files or alone. */
export const tiff: Format = {
  id: 'tiff',
  label: formatLabels.tiff,
  mediaType: 'image/tiff',
  extensions: ['.companion.ome', '.ome.tiff', '.ome.tif', '.ome.xml', '.tiff', '.tif', '.btf', '.tf8', '.ome'],
  verified: true,
  sniff: (_name, head) => looksLikeTiff(head) || looksLikeDocument(head),

  async scan(entry): Promise<FileScan> {
    const head = await entry.source.read(0, Math.min(4096, entry.source.size))
    if (!looksLikeTiff(head) && looksLikeDocument(head)) return scanDocument(entry)
    const file = await readTiff(entry.source, 1)
    const ome = describe((await text(file, file.directories[0]!, 270)) ?? '', [])
    const problem = await problemOf(file)
    const parts = ome ? heldImages(ome, [ome.uuid]).map(({ id, label }) => ({ id, label })) : []
    return {
      seriesKey: setKey(entry.path, ome, false),
      role: 'image',
      companions: [],
      facts: await factsOf(file, ome),
      ...(problem ? { problem } : {}),
      ...(parts.length > 0 ? { parts } : {}),
    }
  },

  open: openSeries,
}

/** OME-XML that is a file of its own. */
async function scanDocument(entry: FileEntry): Promise<FileScan> {
  const ome = await readDocument(entry)
  const found: FileScan = {
    seriesKey: setKey(entry.path, ome, true),
    role: 'image',
    companions: [],
    facts: omeFacts(ome),
  }
  if (ome.images.length > 0) return found
  return { ...found, role: 'index', reason: 'OME-XML without an image, kept as it is.' }
}

/** Why the file cannot be opened as an image, if so. */
async function problemOf(file: TiffFile): Promise<ImagingError | undefined> {
  try {
    await readBlocks(await readPage(file, file.directories[0]!))
    return undefined
  } catch (error) {
    if (error instanceof ImagingError) return error
    throw error
  }
}

import { ImagingError } from '../../errors.ts'
import type { FileScan, Format, Part } from '../../format.ts'
import { formatLabels } from '../labels.ts'
import type { DataSet } from './dataSet.ts'
import { factsOf } from './facts.ts'
import { looksLikeDicom, readDicomFile } from './file.ts'
import type { DicomFile } from './file.ts'
import { framesOf } from './frames.ts'
import { groupOf } from './group.ts'
import { stackParts } from './parts.ts'
import { pixelFormat } from './pixelFormat.ts'
import { pixelsOf } from './pixels.ts'
import { openSeries } from './series.ts'

const directorySopClass = '1.2.840.10008.1.3.10'
const rawDataSopClass = '1.2.840.10008.5.1.4.1.1.66'

/** DICOM Part 10 files and headerless little-endian data sets (PS3.10, PS3.5). */
export const dicom: Format = {
  id: 'dicom',
  label: formatLabels.dicom,
  mediaType: 'application/dicom',
  extensions: ['.dicom', '.dcm', '.ima'],
  verified: true,
  sniff: (_name, head) => looksLikeDicom(head),

  async scan({ path, source }): Promise<FileScan> {
    const file = await readDicomFile(source)
    const { data } = file
    const uid = data.string(0x0020000e) ?? `folder:${path.split('/').slice(0, -1).join('/')}`
    const facts = factsOf(data)
    if (data.string(0x00020002) === directorySopClass || data.has(0x00041220)) {
      const reason = 'DICOMDIR is the table of contents of a medium; the files themselves are read, so it is only kept.'
      return { seriesKey: `dicom:directory:${path}`, role: 'index', companions: [], facts: [], reason }
    }
    if (!file.pixels) {
      const reason = `This DICOM object (modality ${data.string(0x00080060) ?? 'not given'}) holds no pixels; it is kept as an attachment.`
      const role = data.string(0x00080016) === rawDataSopClass ? 'raw' : 'index'
      return { seriesKey: `dicom:${uid}:document`, role, companions: [], facts, reason }
    }
    const { problem, parts } = lookInto(file)
    const group = groupOf(data)
    return {
      seriesKey: `dicom:${uid}:${discriminator(data)}`,
      role: 'image',
      companions: [],
      facts,
      ...(group.length > 0 ? { group } : {}),
      ...(problem ? { problem } : {}),
      ...(parts.length > 0 ? { parts } : {}),
    }
  },

  open: openSeries,
}

/** Why the file cannot be opened as an image, if so, and the stacks that an enhanced object holds when they are several. */
function lookInto(file: DicomFile): { problem?: ImagingError; parts: Part[] } {
  try {
    const { shortage, count } = pixelsOf(file, pixelFormat(file))
    if (shortage) return { problem: shortage, parts: [] }
    const isEnhanced = file.data.has(0x52009230)
    const stacks = isEnhanced ? stackParts(framesOf(file, 0, count)) : []
    return { parts: stacks.map(({ id, label }) => ({ id, label })) }
  } catch (error) {
    if (error instanceof ImagingError) return { problem: error, parts: [] }
    throw error
  }
}

/**
 * Tells the stacks inside one SeriesInstanceUID apart: a multi-frame file is a stack of its own; single images belong
 * together when size, pixel kind, kind of image and orientation agree. (Localisers of three directions share a series.)
 */
function discriminator(data: DataSet): string {
  const frames = data.number(0x00280008, 'IS') ?? 1
  if (frames > 1 || data.has(0x52009230)) return data.string(0x00080018) ?? 'multiframe'
  const size = [0x00280011, 0x00280010, 0x00280002, 0x00280100, 0x00280103]
    .map((tag) => data.number(tag, 'US') ?? '')
    .join('.')
  const kind = data.strings(0x00080008).join('/')
  // Two decimals: scanners write the same direction with small differences.
  const direction = (data.vector(0x00200037, 6) ?? []).map((value) => Math.round(value * 100) + 0).join(',')
  return `${size}:${kind}:${direction}`
}

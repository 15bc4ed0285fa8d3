import { ImagingError } from '../../errors.ts'
import type { Fact, FileScan, Format, SeriesReader } from '../../format.ts'
import { gunzipped } from '../../gunzip.ts'
import { nameOf } from '../../paths.ts'
import { openRaw, scanRaw } from '../../raw/series.ts'
import { formatLabels } from '../labels.ts'
import { analyzeOrder, readAnalyze } from './fields.ts'
import type { AnalyzeFields } from './fields.ts'
import { layOut } from './layout.ts'

/** Analyze 7.5 of the Mayo Foundation and SPM's use of it: a binary header (`.hdr`) beside a file of samples (`.img`). */
export const analyze: Format = {
  id: 'analyze',
  label: formatLabels.analyze,
  mediaType: 'application/x-analyze',
  extensions: ['.hdr.gz', '.img.gz', '.hdr', '.img'],
  verified: true,
  // Four bytes are a weak sign, so the name counts too.
  sniff: (name, head) => isHeaderName(name) && analyzeOrder(head) !== undefined,

  async scan(file, find, _siblings, source): Promise<FileScan> {
    const fields = await readAnalyze(await gunzipped(file.source))
    const stem = file.path.replace(/\.hdr(\.gz)?$/i, '')
    const image = [`${stem}.img`, `${stem}.img.gz`].map(find).find((path) => path !== undefined) ?? `${stem}.img`
    const found = scanRaw(file, [find, source], factsOf(fields), () => layOut(fields, nameOf(image)))
    if (found.companions.length === 0) found.companions.push(image)
    // SPM writes the matrix of the image into a MATLAB file; it is kept with the series.
    const matrix = find(`${stem}.mat`)
    if (matrix !== undefined) found.companions.push(matrix)
    return found
  },

  async open(files): Promise<SeriesReader> {
    const header = files.find(({ path }) => isHeaderName(path))
    if (!header) throw new ImagingError('not-this-format', 'No file here has the name of an Analyze header (.hdr).')
    const fields = await readAnalyze(await gunzipped(header.source))
    const stem = header.path.replace(/\.hdr(\.gz)?$/i, '').toLowerCase()
    const image = files.find(({ path }) => [`${stem}.img`, `${stem}.img.gz`].includes(path.toLowerCase()))
    const series = layOut(fields, nameOf(image?.path ?? header.path.replace(/\.hdr(\.gz)?$/i, '.img')))
    if (files.some(({ path }) => /\.mat$/i.test(path))) {
      series.header.warnings.push('The matrix in the .mat file is kept with the series, but not read.')
    }
    return { facts: factsOf(fields), tags: async () => fields.tags, ...(await openRaw(series, header, files)) }
  },
}

const isHeaderName = (path: string) => /\.hdr(\.gz)?$/i.test(path)

function factsOf({ patientId }: AnalyzeFields): Fact[] {
  if (patientId === '' || /^(unknown|none|anonymous)$/i.test(patientId)) return []
  return [{ key: 'subject.localId', value: patientId, evidence: 'patient_id' }]
}

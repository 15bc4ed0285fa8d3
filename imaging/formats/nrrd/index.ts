import { textFormat } from '../../raw/textFormat.ts'
import { formatLabels } from '../labels.ts'
import { layOut } from './layout.ts'
import { isNrrd, readNrrdText } from './text.ts'

/** NRRD, header and data in one file (`.nrrd`) or apart (`.nhdr`); teem.sourceforge.net/nrrd/format.html. */
export const nrrd = textFormat({
  id: 'nrrd',
  label: formatLabels.nrrd,
  mediaType: 'application/x-nrrd',
  extensions: ['.nrrd', '.nhdr'],
  verified: true,
  isHeader: isNrrd,
  read: readNrrdText,
  layOut,
})

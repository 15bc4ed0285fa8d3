import { textFormat } from '../../raw/textFormat.ts'
import { formatLabels } from '../labels.ts'
import { readFacts } from './facts.ts'
import { layOut } from './layout.ts'
import { isInterfile, otherThanImage, readInterfileText } from './text.ts'

/** Interfile 3.3 (Todd-Pokropek, Cradduck, Deconinck 1992) and STIR's dialect of it: a text header and a file of samples. */
export const interfile = textFormat({
  id: 'interfile',
  label: formatLabels.interfile,
  mediaType: 'application/x-interfile',
  extensions: ['.h33', '.i33', '.hv', '.hs', '.hdr', '.v', '.s'],
  verified: false,
  isHeader: isInterfile,
  read: readInterfileText,
  layOut,
  facts: readFacts,
  otherThanImage,
})

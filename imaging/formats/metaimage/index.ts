import { textFormat } from '../../raw/textFormat.ts'
import { formatLabels } from '../labels.ts'
import { layOut } from './layout.ts'
import { isMetaImage, readMetaText } from './text.ts'

/** MetaImage of ITK, VTK and MeVisLab: header and data in one file (`.mha`) or apart (`.mhd`). */
export const metaimage = textFormat({
  id: 'metaimage',
  label: formatLabels.metaimage,
  mediaType: 'application/x-metaimage',
  extensions: ['.mha', '.mhd'],
  verified: true,
  isHeader: isMetaImage,
  read: readMetaText,
  layOut,
})

import { table } from './table.ts'

const modalities = table<string>({
  ct: 'CT',
  dwmri: 'MR',
  mr: 'MR',
  mri: 'MR',
  nm: 'NM',
  nucmed: 'NM',
  pet: 'PT',
  pt: 'PT',
  spect: 'NM',
  us: 'US',
})

/** DICOM modality (0008,0060) of the word that a header has for it ("PET", "nucmed"); null for one that is not known. */
export const modalityOf = (word: string | undefined): string | null =>
  modalities[word?.trim().toLowerCase() ?? ''] ?? null

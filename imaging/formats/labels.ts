/**
 * Names of the formats for people, by `Format.id`. Apart from the readers, so that a browser can show them without
 * loading those.
 */
export const formatLabels = {
  dicom: 'DICOM',
  tiff: 'TIFF',
  inveon: 'Siemens Inveon',
  nifti: 'NIfTI',
  bruker: 'Bruker ParaVision',
  analyze: 'Analyze 7.5',
  nrrd: 'NRRD',
  metaimage: 'MetaImage',
  interfile: 'Interfile',
  fdf: 'Agilent / Varian FDF',
  ivis: 'IVIS / Living Image',
  vevo: 'VisualSonics Vevo',
} as const

/** Name of a format for people; the id itself for one that is not known. */
export const formatLabel = (id: string): string => (formatLabels as Record<string, string>)[id] ?? id

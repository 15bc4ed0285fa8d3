/** DICOM modality codes (PS3.3 C.7.3.1.1.1) with what people call them. */
export const modalities = {
  PT: 'PET',
  CT: 'CT',
  MR: 'MRI',
  NM: 'SPECT / scintigraphy',
  US: 'Ultrasound',
  OI: 'Optical imaging',
  PA: 'Photoacoustic',
  SM: 'Microscopy',
  XA: 'X-ray',
  DX: 'Radiography',
  CR: 'Computed radiography',
  OPT: 'Optical tomography',
  SEG: 'Segmentation',
  OT: 'Other',
} as const
export type Modality = keyof typeof modalities

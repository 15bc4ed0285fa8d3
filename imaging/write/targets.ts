/** File formats in which an image can be had; the ending of the file names the format. */
export const targets = {
  'nii.gz': { title: 'NIfTI, compressed', mediaType: 'application/vnd.nifti+gzip' },
  nii: { title: 'NIfTI', mediaType: 'application/vnd.nifti' },
  json: { title: 'BIDS sidecar of the NIfTI', mediaType: 'application/json' },
  'dcm.zip': { title: 'DICOM, one file for each plane', mediaType: 'application/zip' },
  dcm: { title: 'DICOM, enhanced multi-frame', mediaType: 'application/dicom' },
  'ome.tiff': { title: 'OME-TIFF', mediaType: 'image/tiff' },
  nrrd: { title: 'NRRD', mediaType: 'application/x-nrrd' },
} as const

export type Target = keyof typeof targets

/** A coded concept (PS3.3 table 8.8-1). */
export interface Code {
  value: string
  /** Coding scheme designator: SCT, DCM, NCBITaxID, MGI ... */
  scheme: string
  meaning: string
}

/** Value of an attribute by its dictionary keyword; sequences are arrays of such objects. */
export type DicomValue =
  string | number | string[] | number[] | DicomAttributes[] | ArrayBuffer | Record<string, string>
export interface DicomAttributes {
  [keyword: string]: DicomValue | undefined
}

/**
 * What a written DICOM series says besides its pixels. Points in time are RFC 3339 without zone
 * ("2024-03-01T10:15:00.5"), dates "2024-03-01".
 */
export interface DicomMetadata {
  patient: {
    id: string
    name?: string
    sex?: 'M' | 'F' | 'O'
    birthDate?: string
    weightGrams?: number
    /** Supplement 187; absent for a human or a phantom. */
    species?: { description: string; code?: Code }
    strain?: {
      description: string
      nomenclature?: string
      code?: Code
      stock?: { number: string; source: string; registry: Code }
    }
    breed?: string
    responsiblePerson?: string
    responsibleOrganization?: string
  }
  study: { uid: string; id?: string; title?: string; start: string; operator?: string }
  series: {
    uid: string
    number: number
    label?: string
    protocol?: string
    bodyPart?: string
    /** Start of acquisition; frames count from here. */
    start: string
    /** Patient Position: HFP, HFS, FFP ... */
    position?: string
    frameOfReferenceUid?: string
  }
  instrument?: {
    manufacturer?: string
    model?: string
    serialNumber?: string
    softwareVersion?: string
    institution?: string
  }
  /** A tracer (with activity and radionuclide) or a contrast agent. */
  administration?: {
    agent: string
    code?: Code
    radionuclide?: Code
    halfLifeSeconds?: number
    positronFraction?: number
    /** At `start`. */
    activityMegabecquerel?: number
    volumeMillilitres?: number
    route?: string
    start?: string
  }
  /** Further attributes by keyword (KVP, RepetitionTime, EchoTime ...); they replace what is written by default. */
  attributes?: DicomAttributes
}

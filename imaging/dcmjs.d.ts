/** dcmjs has no types of its own; these are the parts that are used. */
declare module 'dcmjs/dictionary' {
  /** By "(GGGG,EEEE)", by "(ggxx,EEEE)" for repeating groups, and by '(gggg,"creator",ee)' for private attributes. */
  export const dictionary: Record<string, { tag: string; vr: string; name: string; vm: string; version: string }>
}

declare module 'dcmjs' {
  type TagDictionary = Record<string, { vr: string; Value: unknown[] }>
  export const data: {
    DicomMetaDictionary: {
      /** From dictionary keywords to the DICOM JSON model; `_vrMap` settles VRs that the dictionary leaves open. */
      denaturalizeDataset(dataset: Record<string, unknown>): TagDictionary
    }
    DicomDict: {
      new (meta: TagDictionary): { dict: TagDictionary; write(): ArrayBuffer }
    }
  }
}

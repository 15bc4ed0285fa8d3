/** What datasets for machine learning are made of. */
export const splitNames = ['train', 'validation', 'test'] as const
export type SplitName = (typeof splitNames)[number]

/** Groups that may be kept together beside animals. bed: one imaging session, whose animals may lie in one image. */
export const groupings = ['litter', 'cage', 'bed', 'instrument'] as const
export type Grouping = (typeof groupings)[number]

export interface Split {
  groupBy: Grouping[]
  shares: Record<SplitName, number>
  /** The same seed gives the same parts. */
  seed: number
}

/** What is asked for; kept with the result. */
export interface Spec {
  title: string
  /** The search as the parameters of GET /api/v1/search, or the series themselves. */
  query?: string
  seriesIds?: string[]
  format: 'original' | 'nifti'
  /** mm along x, y and z; NIfTI alone. */
  spacing?: [number, number, number]
  /** Facet of the search whose value is the label: Disease, Strain, Kind of model ... */
  labelFacet?: string
  split: Split
}

export interface OutputFile {
  path: string
  byteCount: number
  sha256: string
  /** Of an original file; converted ones are told by their place in the list. */
  fileId?: string
}

export interface Item {
  seriesId: string
  name: string
  modality: string | null
  /** Day of the acquisition. */
  date: string | null
  label: string | null
  animals: string[]
  /** Equal for all reconstructions of one scan. */
  acquisition: string
  /** Itself and what it was made from. */
  lineage: string[]
  groups: Record<Grouping, string[]>
  /** SHA-256 of the original files. */
  bytes: string[]
  /** Series that outline something in this one. */
  segmentations: string[]
  /** Made of a published snapshot alone, so that everybody may read it. */
  isPublic: boolean
  split: SplitName
  files: OutputFile[]
  /** Why it has no converted file. */
  problem?: string
}

export interface Finding {
  severity: 'error' | 'warning'
  rule: 'animal' | 'acquisition' | 'lineage' | 'bytes' | Grouping | 'unknown' | 'label' | 'empty'
  message: string
  seriesIds: string[]
}

export interface Changes {
  added: string[]
  removed: string[]
  /** Other bytes or another label than before. */
  changed: string[]
}

export interface Result {
  items: Item[]
  findings: Finding[]
  changes: Changes | null
  sources: { datasetId: string; title: string; licence: string | null; citation: string }[]
  /** SHA-256 over the items: two results with the same one are the same. */
  sha256: string
  madeAt: string
}

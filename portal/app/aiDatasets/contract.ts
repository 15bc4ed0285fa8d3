/** What the API tells of datasets for machine learning: GET /ai-datasets/:id */
export const parts = ['train', 'validation', 'test'] as const
export type Part = (typeof parts)[number]

export const groupings = [
  { value: 'litter', label: 'Litter' },
  { value: 'cage', label: 'Cage' },
  { value: 'bed', label: 'Bed (imaging session)' },
  { value: 'instrument', label: 'Instrument' },
] as const

export interface AiItem {
  seriesId: string
  name: string
  modality: string | null
  date: string | null
  label: string | null
  animals: string[]
  segmentations: string[]
  split: Part
  files: { path: string; byteCount: number; sha256: string; fileId?: string }[]
  problem?: string
}

export interface AiDataset {
  id: string
  title: string
  number: number
  previousId?: string
  state: 'building' | 'ready' | 'failed'
  openToAll: boolean
  jobId?: string
  createdAt: string
  url: string
  spec: {
    query?: string
    seriesIds?: string[]
    format: 'original' | 'nifti'
    spacing?: number[]
    labelFacet?: string
    split: { groupBy: string[]; shares: Record<Part, number>; seed: number }
  }
  result?: {
    items: AiItem[]
    findings: { severity: 'error' | 'warning'; rule: string; message: string; seriesIds: string[] }[]
    changes: { added: string[]; removed: string[]; changed: string[] } | null
    sources: { datasetId: string; title: string; licence: string | null; citation: string }[]
    sha256: string
    madeAt: string
  }
}

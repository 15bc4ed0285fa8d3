/** Columns of the Study Manager that a person may hide, and what each sorts by. */
export interface Column {
  id: 'modality' | 'session' | 'subjects' | 'image' | 'size' | 'state' | 'missing'
  title: string
  /** Name of the sort in the API. */
  sort?: string
  number?: boolean
  /** Left out where the window is narrow. */
  optional?: boolean
}

export const columns: readonly Column[] = [
  { id: 'modality', title: 'Modality', sort: 'modality' },
  { id: 'session', title: 'Session' },
  { id: 'subjects', title: 'Subjects' },
  { id: 'image', title: 'Format and image', optional: true },
  { id: 'size', title: 'Size', sort: 'byteCount', number: true },
  { id: 'state', title: 'State' },
  { id: 'missing', title: 'To publish' },
]

import { useLocalStorage } from '@mantine/hooks'

/** Columns that this person hides, kept by the browser. */
export function useHiddenColumns(): [string[], (hidden: string[]) => void] {
  const [hidden, setHidden] = useLocalStorage<string[]>({ key: 'vivarchive-study-columns-hidden', defaultValue: [] })
  return [hidden, setHidden]
}

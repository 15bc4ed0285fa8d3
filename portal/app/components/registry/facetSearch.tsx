import { useEffect, useState, type ReactNode } from 'react'
import { get } from '../../api.ts'
import type { Facet } from '../../contract.ts'
import { searchQuery } from '../../searchAddress.ts'
import { useHydrated } from '../hydrated.ts'
import styles from './registry.module.css'

const pauseMilliseconds = 200
type Value = Facet['values'][number]

interface Props {
  facet: string
  address: URLSearchParams
  option: (value: Value) => ReactNode
}

/** Finds values of a facet that has more of them than a page lists. */
export function FacetSearch({ facet, address, option }: Props) {
  const hydrated = useHydrated()
  const [start, setStart] = useState('')
  const [found, setFound] = useState<Value[] | null>(null)
  const query = address.toString()
  useEffect(() => {
    const stop = new AbortController()
    const timer = setTimeout(async () => {
      if (start.trim() === '') return setFound(null)
      const { sort: _sort, cursor: _cursor, ...conditions } = searchQuery(new URLSearchParams(query), 20)
      const path = `/search/facets/${encodeURIComponent(facet)}`
      const answer = await get<{ items: Value[] }>(path, { ...conditions, start }, stop.signal).catch(() => null)
      if (answer) setFound(answer.items)
    }, pauseMilliseconds)
    return () => {
      clearTimeout(timer)
      stop.abort()
    }
  }, [start, facet, query])
  if (!hydrated) return null
  return (
    <>
      <input
        type="search"
        className={styles.facetSearch}
        aria-label={`Find a value of ${facet}`}
        placeholder={`Find in ${facet}`}
        value={start}
        onChange={(event) => setStart(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') event.preventDefault()
        }}
      />
      {found?.length === 0 && <p className="dim">No value starts so.</p>}
      {found?.map(option)}
    </>
  )
}

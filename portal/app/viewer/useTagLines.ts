import { useEffect, useState } from 'react'
import { get } from '../api.ts'
import type { Tag } from './contract.ts'
import { useCorners } from './cornerFields.ts'

/** Longer values would cover the picture. */
const mostLetters = 48

/** Lines for the keys of the header that a person has pinned, of one series. */
export function useTagLines(seriesId: string): string[] {
  const { keys } = useCorners()
  const [tags, setTags] = useState<Tag[]>([])
  const any = keys.length > 0
  useEffect(() => {
    if (!any) return
    const leaving = new AbortController()
    get<{ items: Tag[] }>(`/series/${seriesId}/tags`, undefined, leaving.signal).then(
      ({ items }) => setTags(items),
      // A picture without these lines is still a picture.
      () => leaving.signal.aborted || setTags([]),
    )
    return () => leaving.abort()
  }, [any, seriesId])
  return tagLines(keys, tags)
}

export function tagLines(keys: readonly string[], tags: readonly Tag[]): string[] {
  return keys.flatMap((key) => {
    const tag = tags.find((one) => one.key === key)
    if (!tag) return []
    const value = tag.value.length > mostLetters ? `${tag.value.slice(0, mostLetters - 1)}…` : tag.value
    return [`${tag.name || tag.key}: ${value}`]
  })
}

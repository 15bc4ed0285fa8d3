/** What projects and studies hold. */
import type { Reader } from './readAll.ts'

/** GET /projects/:id/summary and /studies/:id/summary */
export interface Summary {
  studies: number
  subjects: number
  sessions: number
  series: number
  bytes: number
  lastChange: string | null
}

/** Counting has its price, so a long list is counted for its first part only. */
const countedItems = 60

/** The records with their counts. */
export function withSummaries<T extends { id: string }>(
  api: Reader,
  plural: 'projects' | 'studies',
  items: readonly T[],
): Promise<(T & { summary?: Summary })[]> {
  return Promise.all(
    items.map(async (item, place) =>
      place < countedItems ? { ...item, summary: await api.get<Summary>(`/${plural}/${item.id}/summary`) } : item,
    ),
  )
}

/** Names of records that others refer to. */
import { useEffect, useState } from 'react'
import type { Entity } from '#ontology/entity.ts'
import { get } from '../api.ts'
import type { Json } from './path.ts'
import { recordLabel } from './records.ts'

export type Found = Json & { id: string }

const knownLabels = new Map<string, string>()
/** The name of a record, kept for later. */
export const labelled = (entity: Entity, record: Found): string => {
  const label = recordLabel(entity, record)
  knownLabels.set(record.id, label)
  return label
}

/** Names of records by their id; read once per page view. */
export function useLabels(entity: Entity, ids: readonly string[]): Record<string, string> {
  const [, redraw] = useState(0)
  const wanted = ids.filter((id) => !knownLabels.has(id)).join(' ')
  useEffect(() => {
    if (wanted === '') return
    const reads = wanted.split(' ').map((id) =>
      get<Found>(`/${entity.plural}/${id}`)
        .then((record) => labelled(entity, record))
        .catch(() => knownLabels.set(id, 'not visible to you')),
    )
    void Promise.all(reads).then(() => redraw((n) => n + 1))
  }, [entity, wanted])
  return Object.fromEntries(ids.map((id) => [id, knownLabels.get(id) ?? '…']))
}

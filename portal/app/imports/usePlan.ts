import { useCallback, useEffect, useRef, useState } from 'react'
import { getWithTag, send } from '../api.ts'
import type { Problem } from '../contract.ts'
import type { ImportRecord, PlanPatch } from './contract.ts'

/** Changes of a plan, one after the other, each onto the version that the one before it made. */
export function usePlan(loaded: ImportRecord) {
  const [held, setHeld] = useState(loaded)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [saving, setSaving] = useState(0)
  const record = loaded.version > held.version ? loaded : held
  const version = useRef(record.version)
  useEffect(() => {
    version.current = Math.max(version.current, record.version)
  }, [record.version])
  const last = useRef(Promise.resolve())
  const { id } = record

  const edit = useCallback(
    (patch: PlanPatch) => {
      const work = async () => {
        const sent = await send<ImportRecord>('PATCH', `/imports/${id}/plan`, patch, { ifMatch: version.current })
        if (sent.ok) {
          version.current = sent.value.version
          setHeld(sent.value)
          return setProblem(null)
        }
        if (sent.problem.code === 'stale') {
          const { value } = await getWithTag<ImportRecord>(`/imports/${id}`)
          version.current = value.version
          setHeld(value)
          return setProblem({
            ...sent.problem,
            detail: 'Somebody else changed this plan. You see it as it is now; your last change was not made.',
          })
        }
        setProblem(sent.problem)
      }
      setSaving((n) => n + 1)
      last.current = last.current.then(work).finally(() => setSaving((n) => n - 1))
    },
    [id],
  )
  /** After all changes are saved. */
  const settled = useCallback(() => last.current, [])
  return { record, edit, settled, problem, setProblem, isSaving: saving > 0 }
}

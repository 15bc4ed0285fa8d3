import { useLocation, useNavigate, useRevalidator } from 'react-router'
import type { Deletable } from './deleteDialog.tsx'
import { UndoBar } from './undoBar.tsx'

/** On the page that follows a deletion: what is gone, and the way back. */
export function DeletedElsewhere() {
  const { state, pathname } = useLocation() as {
    state: { deleted?: Deletable[]; plural?: string } | null
    pathname: string
  }
  const navigate = useNavigate()
  const { revalidate } = useRevalidator()
  const [record] = state?.deleted ?? []
  if (!record || !state?.plural) return null
  const close = () => navigate(pathname, { replace: true, state: null, preventScrollReset: true })
  return (
    <UndoBar
      text={`“${record.label}” is deleted.`}
      plural={state.plural}
      records={state.deleted ?? []}
      onRestored={() => void Promise.resolve(close()).then(() => revalidate())}
      onClose={() => void close()}
    />
  )
}

import type { PageHandle } from '../components/shell.tsx'
import { PageHeader } from '../components/pageHeader.tsx'

export const handle: PageHandle = { width: 'full' }

export default function View() {
  return <PageHeader title="Viewer" />
}

import { PageHeader } from '../components/pageHeader.tsx'

export default function Dataset() {
  return <PageHeader title="Dataset" />
}

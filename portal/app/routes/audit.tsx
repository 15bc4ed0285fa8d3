import { PageHeader } from '../components/pageHeader.tsx'

export default function Audit() {
  return <PageHeader title="Audit" />
}

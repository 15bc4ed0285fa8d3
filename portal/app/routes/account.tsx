import { PageHeader } from '../components/pageHeader.tsx'

export default function Account() {
  return <PageHeader title="Account" />
}

import { PageHeader } from '../components/pageHeader.tsx'

export default function Registry() {
  return <PageHeader title="Registry" />
}

import { PageHeader } from '../components/pageHeader.tsx'

export default function Submissions() {
  return <PageHeader title="Submissions" />
}

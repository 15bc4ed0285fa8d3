import { PageHeader } from '../components/pageHeader.tsx'

export default function Series() {
  return <PageHeader title="Series" />
}

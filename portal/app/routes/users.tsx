import { PageHeader } from '../components/pageHeader.tsx'

export default function Users() {
  return <PageHeader title="Users" />
}

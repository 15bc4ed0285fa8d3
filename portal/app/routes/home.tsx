import { PageHeader } from '../components/pageHeader.tsx'

export default function Home() {
  return <PageHeader title="Home" />
}

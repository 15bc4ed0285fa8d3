import { PageHeader } from '../components/pageHeader.tsx'

export default function SignIn() {
  return <PageHeader title="SignIn" />
}

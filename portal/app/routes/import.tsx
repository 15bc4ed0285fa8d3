import type { Route } from './+types/import.ts'
import { apiOf } from '../api.server.ts'
import { PageHeader } from '../components/pageHeader.tsx'

export async function loader({ request, context, params }: Route.LoaderArgs) {
  return apiOf({ request, context }).get<{ label: string }>(`/imports/${params.id}`)
}

export default function Page({ loaderData }: Route.ComponentProps) {
  return <PageHeader title={loaderData.label} />
}

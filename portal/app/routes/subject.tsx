import type { Route } from './+types/subject.ts'
import { apiOf } from '../api.server.ts'
import { PageHeader } from '../components/pageHeader.tsx'
import type { Subject } from '#ontology/entities/subject.ts'

export async function loader({ request, context, params }: Route.LoaderArgs) {
  return apiOf({ request, context }).get<Subject>(`/subjects/${params.id}`)
}

export default function Page({ loaderData }: Route.ComponentProps) {
  return <PageHeader title={loaderData.localId} />
}

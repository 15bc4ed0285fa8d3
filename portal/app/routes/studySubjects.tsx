import type { Route } from './+types/studySubjects.ts'
import { apiOf } from '../api.server.ts'
import { PageHeader } from '../components/pageHeader.tsx'
import type { Study } from '#ontology/entities/study.ts'

export async function loader({ request, context, params }: Route.LoaderArgs) {
  return apiOf({ request, context }).get<Study>(`/studies/${params.id}`)
}

export default function Page({ loaderData }: Route.ComponentProps) {
  return <PageHeader title={loaderData.title} />
}

import type { Route } from './+types/project.ts'
import { apiOf } from '../api.server.ts'
import { PageHeader } from '../components/pageHeader.tsx'
import type { Project } from '#ontology/entities/project.ts'

export async function loader({ request, context, params }: Route.LoaderArgs) {
  return apiOf({ request, context }).get<Project>(`/projects/${params.id}`)
}

export default function Page({ loaderData }: Route.ComponentProps) {
  return <PageHeader title={loaderData.title} />
}

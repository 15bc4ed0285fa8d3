import { Link } from 'react-router'
import type { Project } from '#ontology/entities/project.ts'
import type { Route } from './+types/work.ts'
import { apiOf } from '../api.server.ts'
import { PageHeader } from '../components/pageHeader.tsx'
import type { Page } from '../contract.ts'

export async function loader({ request, context }: Route.LoaderArgs) {
  return apiOf({ request, context }).get<Page<Project>>('/projects')
}

export default function Work({ loaderData }: Route.ComponentProps) {
  return (
    <>
      <PageHeader title="My work" />
      <ul>
        {loaderData.items.map(({ id, title }) => (
          <li key={id}>
            <Link to={`/projects/${id}`}>{title}</Link>
          </li>
        ))}
      </ul>
    </>
  )
}

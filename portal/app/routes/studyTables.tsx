import { Suspense, lazy } from 'react'
import type { Project } from '#ontology/entities/project.ts'
import type { Study } from '#ontology/entities/study.ts'
import { tableNamed } from '#ontology/table/columns.ts'
import type { Route } from './+types/studyTables.ts'
import { apiOf } from '../api.server.ts'
import { useHydrated } from '../components/hydrated.ts'
import { PageHeader } from '../components/pageHeader.tsx'
import { rightsIn } from '../curation/rights.server.ts'
import { StudyTabs } from '../study/studyTabs.tsx'
import { useTable } from '../tables/useTable.ts'
import { ProblemAlert } from '../components/problem.tsx'

// The spreadsheet is for the browser only, and too large for pages that have none.
const TableEditor = lazy(() => import('../tables/tableEditor.tsx').then((m) => ({ default: m.TableEditor })))

export async function loader({ request, context, params }: Route.LoaderArgs) {
  const api = apiOf({ request, context })
  const study = await api.get<Study>(`/studies/${params.id}`)
  const name = params.table ?? 'subjects.animal'
  if (!tableNamed(name)) throw new Response('There is no such table.', { status: 404 })
  const [rights, project] = await Promise.all([
    rightsIn(api, [study.projectId]),
    api.get<Project>(`/projects/${study.projectId}`),
  ])
  return { study, project, rights, name }
}

export const handle = { width: 'wide' }

export default function StudyTables({ loaderData }: Route.ComponentProps) {
  const { study, project, rights, name } = loaderData
  const table = tableNamed(name)
  const hydrated = useHydrated()
  const { content, problem, zone } = useTable(study.id, name)
  return (
    <>
      <title>{`${table?.title} of ${study.title} · Vivarchive`}</title>
      <PageHeader
        crumbs={[
          { label: 'My work', to: '/work' },
          { label: project.title, to: `/projects/${project.id}` },
        ]}
        title={study.title}
      />
      <StudyTabs studyId={study.id} />
      {problem && <ProblemAlert problem={problem} />}
      {hydrated && table && content ? (
        <Suspense fallback={<p>Loading the table</p>}>
          <TableEditor
            key={name}
            studyId={study.id}
            projectId={project.id}
            table={table}
            content={content}
            zone={zone}
            mayEdit={rights.mayEdit}
          />
        </Suspense>
      ) : (
        !problem && <p>Loading the table</p>
      )}
    </>
  )
}

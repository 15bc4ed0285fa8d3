import { Button, EmptyState, Progress } from '@mantine/core'
import { IconFolderPlus } from '@tabler/icons-react'
import { useState } from 'react'
import { Link, redirect, useNavigate } from 'react-router'
import type { Project } from '#ontology/entities/project.ts'
import type { Route } from './+types/work.ts'
import { apiOf, signInPath } from '../api.server.ts'
import { listQuery } from '../components/listAddress.ts'
import { ListSearch } from '../components/listSearch.tsx'
import { PageHeader } from '../components/pageHeader.tsx'
import { RecordTable, type Column } from '../components/recordTable.tsx'
import type { Me, Page, ProjectRole } from '../contract.ts'
import styles from '../curation/curation.module.css'
import { DeletedElsewhere } from '../curation/deletedElsewhere.tsx'
import { RecordDialog } from '../curation/recordDialog.tsx'
import { withSummaries, type Summary } from '../curation/summary.ts'
import { countColumn, lastChange, sizeColumn, timeColumn, titleColumn } from '../curation/summaryColumns.tsx'
import { formatCount } from '../format.ts'
import { importStateTexts, jobText, taskText, type ImportRecord, type Job } from '../imports/contract.ts'
import { UploadDock } from '../upload/uploadDock.tsx'

export async function loader({ request, context }: Route.LoaderArgs) {
  const api = apiOf({ request, context })
  const me = await api.get<Me>('/me')
  if (!me.user) throw redirect(signInPath(request))
  const { q } = listQuery(new URL(request.url).searchParams)
  const [projects, imports, jobs] = await Promise.all([
    api.get<Page<Project>>('/projects', { q, sort: '-updatedAt', limit: 200 }),
    api.get<Page<ImportRecord>>('/imports', { limit: 10 }),
    api.get<Page<Job>>('/jobs', { mine: true, limit: 40 }),
  ])
  return {
    projects: await withSummaries(api, 'projects', projects.items),
    more: projects.next !== null,
    q,
    imports: imports.items,
    jobs: jobs.items,
    roles: me.projects,
  }
}

type ListedProject = Project & { summary?: Summary; role: ProjectRole | null }

const projectColumns: Column<ListedProject>[] = [
  titleColumn('Project', 'projects'),
  { id: 'role', title: 'My role', by: ({ role }) => role, cell: ({ role }) => role ?? 'not a member' },
  countColumn('studies', 'Studies', ({ summary }) => summary?.studies),
  countColumn('subjects', 'Subjects', ({ summary }) => summary?.subjects),
  countColumn('series', 'Series', ({ summary }) => summary?.series),
  sizeColumn(({ summary }) => summary?.bytes),
  timeColumn('changed', 'Last change', lastChange),
]

/** So many are seen at a glance. */
const fewProjects = 5

export const handle = { width: 'wide' }

export default function Work({ loaderData }: Route.ComponentProps) {
  const { projects, more, q, imports, jobs } = loaderData
  const roleIn = new Map(loaderData.roles.map(({ projectId, role }) => [projectId, role]))
  const [making, setMaking] = useState(false)
  const navigate = useNavigate()
  const newProject = (
    <Button leftSection={<IconFolderPlus size={16} aria-hidden />} onClick={() => setMaking(true)}>
      New project
    </Button>
  )
  return (
    <>
      <title>My work · Vivarchive</title>
      <PageHeader title="My work" actions={newProject} />
      <DeletedElsewhere />
      <section aria-labelledby="projects">
        <h2 id="projects">My projects</h2>
        {projects.length === 0 && !q ? (
          <EmptyState
            title="No project yet"
            description="A project holds studies, animals and images, and says who may see them. Make one to start; a title is enough."
          >
            {newProject}
          </EmptyState>
        ) : (
          <>
            {(projects.length > fewProjects || q) && <ListSearch label="Find a project by its title" />}
            {projects.length === 0 ? (
              <p>No project has “{q}” in its title.</p>
            ) : (
              <RecordTable
                label="Projects"
                rows={projects.map((project) => ({ ...project, role: roleIn.get(project.id) ?? null }))}
                columns={projectColumns}
              />
            )}
            {more && (
              <p className="dim">
                The {formatCount(projects.length)} that changed last are shown. Search to find another one.
              </p>
            )}
          </>
        )}
      </section>
      <div className={styles.columns}>
        <RecentImports imports={imports} />
        <RecentJobs jobs={jobs} />
      </div>
      <RecordDialog
        opened={making}
        entity="Project"
        onClose={() => setMaking(false)}
        onSaved={({ id }) => void navigate(`/projects/${id}`)}
      />
      <UploadDock />
    </>
  )
}

/** Jobs of one kind in one state, one after the other, as one line; the newest speaks for them. */
function grouped(jobs: readonly Job[]): JobGroup[] {
  const groups: JobGroup[] = []
  for (const job of jobs) {
    const last = groups.at(-1)
    if (last && last.job.task === job.task && last.job.state === job.state) last.count += 1
    else groups.push({ id: job.id, job, count: 1 })
  }
  return groups
}

const importColumns: Column<ImportRecord>[] = [
  { id: 'label', title: 'Import', cell: ({ id, label }) => <Link to={`/imports/${id}`}>{label}</Link> },
  { id: 'state', title: 'State', cell: ({ state }) => importStateTexts[state] },
  countColumn('files', 'Files', ({ fileCount }) => fileCount),
  sizeColumn(({ byteCount }) => byteCount),
  timeColumn('started', 'Started', ({ createdAt }) => createdAt),
]

function RecentImports({ imports }: { imports: ImportRecord[] }) {
  return (
    <section className={styles.section} aria-labelledby="imports">
      <h2 id="imports">Recent imports</h2>
      {imports.length === 0 ? (
        <p className="dim">None yet. Open a study and drop a folder of scanner files on it.</p>
      ) : (
        <RecordTable label="Recent imports" rows={imports} columns={importColumns} order="fixed" />
      )}
    </section>
  )
}

interface JobGroup {
  id: string
  job: Job
  count: number
}

const jobColumns: Column<JobGroup>[] = [
  { id: 'task', title: 'Job', cell: ({ job, count }) => `${taskText(job.task)}${count > 1 ? ` (${count})` : ''}` },
  {
    id: 'state',
    title: 'State',
    cell: ({ job }) => (
      <span>
        {jobText(job)}
        {job.state === 'failed' && job.problem && <span className="dim"> {job.problem.detail}</span>}
        {job.state === 'running' && (
          <Progress value={job.progress * 100} size="sm" aria-label={`${taskText(job.task)} progress`} />
        )}
      </span>
    ),
  },
  timeColumn('time', 'Time', ({ job }) => job.updatedAt),
]

function RecentJobs({ jobs }: { jobs: Job[] }) {
  return (
    <section className={styles.section} aria-labelledby="jobs">
      <h2 id="jobs">Recent jobs</h2>
      {jobs.length === 0 ? (
        <p className="dim">
          Nothing is being worked on. What runs for a while, as archiving a large folder, shows here.
        </p>
      ) : (
        <RecordTable label="Recent jobs" rows={grouped(jobs)} columns={jobColumns} order="fixed" />
      )}
    </section>
  )
}

import { Button, EmptyState, Progress } from '@mantine/core'
import { IconFolderPlus } from '@tabler/icons-react'
import { useState } from 'react'
import { Link, redirect, useNavigate } from 'react-router'
import { Project } from '#ontology/entities/project.ts'
import type { Route } from './+types/work.ts'
import { apiOf, signInPath } from '../api.server.ts'
import { PageHeader } from '../components/pageHeader.tsx'
import { Time } from '../components/time.tsx'
import type { Me, Page } from '../contract.ts'
import styles from '../curation/curation.module.css'
import { DeletedElsewhere } from '../curation/deletedElsewhere.tsx'
import { RecordDialog } from '../curation/recordDialog.tsx'
import { withSummaries } from '../curation/summary.ts'
import { formatBytes, formatCount } from '../format.ts'
import { importStateTexts, jobText, taskText, type ImportRecord, type Job } from '../imports/contract.ts'
import { UploadDock } from '../upload/uploadDock.tsx'

export async function loader({ request, context }: Route.LoaderArgs) {
  const api = apiOf({ request, context })
  const me = await api.get<Me>('/me')
  if (!me.user) throw redirect(signInPath(request))
  const [projects, imports, jobs] = await Promise.all([
    api.get<Page<Project>>('/projects', { sort: '-updatedAt', limit: 200 }),
    api.get<Page<ImportRecord>>('/imports', { limit: 10 }),
    api.get<Page<Job>>('/jobs', { mine: true, limit: 40 }),
  ])
  const listed = await withSummaries(api, 'projects', projects.items)
  return { projects: listed, imports: imports.items, jobs: jobs.items, roles: me.projects }
}

export const handle = { width: 'wide' }

export default function Work({ loaderData }: Route.ComponentProps) {
  const { projects, imports, jobs, roles } = loaderData
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
        {projects.length === 0 ? (
          <EmptyState
            title="No project yet"
            description="A project holds studies, animals and images, and says who may see them. Make one to start; a title is enough."
          >
            {newProject}
          </EmptyState>
        ) : (
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col">Project</th>
                <th scope="col">My role</th>
                <th scope="col" className="number">
                  Studies
                </th>
                <th scope="col" className="number">
                  Subjects
                </th>
                <th scope="col" className="number">
                  Series
                </th>
                <th scope="col" className="number">
                  Size
                </th>
                <th scope="col">Last change</th>
              </tr>
            </thead>
            <tbody>
              {projects.map(({ id, title, localId, summary, updatedAt }) => (
                <tr key={id}>
                  <th scope="row">
                    <span>
                      <Link to={`/projects/${id}`} className={styles.title}>
                        {title}
                      </Link>
                      {localId && <span className="dim"> {localId}</span>}
                    </span>
                  </th>
                  <td data-label="My role">{roles.find(({ projectId }) => projectId === id)?.role ?? 'visitor'}</td>
                  <td data-label="Studies" className="number">
                    {summary && formatCount(summary.studies)}
                  </td>
                  <td data-label="Subjects" className="number">
                    {summary && formatCount(summary.subjects)}
                  </td>
                  <td data-label="Series" className="number">
                    {summary && formatCount(summary.series)}
                  </td>
                  <td data-label="Size" className="number nowrap">
                    {summary && formatBytes(summary.bytes)}
                  </td>
                  <td data-label="Last change">
                    <Time at={newest(updatedAt, summary?.lastChange)} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </section>
      <div className={styles.columns}>
        <RecentImports imports={imports} />
        <RecentJobs jobs={jobs} />
      </div>
      <RecordDialog
        opened={making}
        entity={Project}
        onClose={() => setMaking(false)}
        onSaved={({ id }) => void navigate(`/projects/${id}`)}
      />
      <UploadDock />
    </>
  )
}

/** Jobs of one kind in one state, one after the other, as one line; the newest speaks for them. */
function grouped(jobs: readonly Job[]): { job: Job; count: number }[] {
  const groups: { job: Job; count: number }[] = []
  for (const job of jobs) {
    const last = groups.at(-1)
    if (last && last.job.task === job.task && last.job.state === job.state) last.count += 1
    else groups.push({ job, count: 1 })
  }
  return groups
}

const newest = (a: string, b: string | null | undefined): string => (b && b > a ? b : a)

function RecentImports({ imports }: { imports: ImportRecord[] }) {
  return (
    <section className={styles.section} aria-labelledby="imports">
      <h2 id="imports">Recent imports</h2>
      {imports.length === 0 ? (
        <p className="dim">None yet. Open a study and drop a folder of scanner files on it.</p>
      ) : (
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">Import</th>
              <th scope="col">State</th>
              <th scope="col" className="number">
                Files
              </th>
              <th scope="col" className="number">
                Size
              </th>
              <th scope="col">Started</th>
            </tr>
          </thead>
          <tbody>
            {imports.map(({ id, label, state, fileCount, byteCount, createdAt }) => (
              <tr key={id}>
                <th scope="row">
                  <Link to={`/imports/${id}`}>{label}</Link>
                </th>
                <td data-label="State">{importStateTexts[state]}</td>
                <td data-label="Files" className="number">
                  {formatCount(fileCount)}
                </td>
                <td data-label="Size" className="number nowrap">
                  {formatBytes(byteCount)}
                </td>
                <td data-label="Started">
                  <Time at={createdAt} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}

function RecentJobs({ jobs }: { jobs: Job[] }) {
  return (
    <section className={styles.section} aria-labelledby="jobs">
      <h2 id="jobs">Recent jobs</h2>
      {jobs.length === 0 ? (
        <p className="dim">Nothing is being worked on.</p>
      ) : (
        <ul>
          {grouped(jobs).map(({ job, count }) => (
            <li key={job.id}>
              {taskText(job.task)}: {count > 1 && `${count} `}
              {jobText(job)}, <Time at={job.updatedAt} />
              {job.state === 'running' && (
                <Progress value={job.progress * 100} size="sm" aria-label={`${taskText(job.task)} progress`} />
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

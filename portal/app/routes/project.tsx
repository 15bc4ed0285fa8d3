import { Button, EmptyState } from '@mantine/core'
import { IconPencil, IconPlus } from '@tabler/icons-react'
import { useState, type ReactNode } from 'react'
import { useNavigate, useRevalidator } from 'react-router'
import type { Person } from '#ontology/entities/person.ts'
import type { Project } from '#ontology/entities/project.ts'
import type { Study } from '#ontology/entities/study.ts'
import type { Subject } from '#ontology/entities/subject.ts'
import type { Route } from './+types/project.ts'
import { apiOf } from '../api.server.ts'
import { Audience } from '../components/audience.tsx'
import { listQuery } from '../components/listAddress.ts'
import { ListSearch } from '../components/listSearch.tsx'
import { PageHeader } from '../components/pageHeader.tsx'
import { Pager } from '../components/pager.tsx'
import type { DatasetSummary, Me, Page } from '../contract.ts'
import styles from '../curation/curation.module.css'
import { DeletedElsewhere } from '../curation/deletedElsewhere.tsx'
import { Members, type Member } from '../curation/members.tsx'
import { DatasetTable, ProjectFacts, StudyTable } from '../curation/projectParts.tsx'
import { MoreMenu } from '../curation/moreMenu.tsx'
import { RecordDialog } from '../curation/recordDialog.tsx'
import { rightsIn } from '../curation/rights.server.ts'
import { SubjectTable } from '../curation/subjectTable.tsx'
import { withSummaries, type Summary } from '../curation/summary.ts'
import { counted, formatBytes, formatCount } from '../format.ts'
import { UploadDock } from '../upload/uploadDock.tsx'

export async function loader({ request, context, params }: Route.LoaderArgs) {
  const api = apiOf({ request, context })
  const project = await api.get<Project>(`/projects/${params.id}`)
  const { user } = await api.get<Me>('/me')
  const projectId = project.id
  const address = new URL(request.url).searchParams
  const { q, sort, cursor } = listQuery(address, 'subjects')
  const [rights, summary, studies, subjects, members, datasets, investigator] = await Promise.all([
    rightsIn(api, [projectId]),
    user ? api.get<Summary>(`/projects/${projectId}/summary`) : null,
    api.get<Page<Study>>('/studies', { projectId, q: listQuery(address, 'studies').q, limit: 200 }),
    api.get<Page<Subject>>('/subjects', { projectId, q, sort: subjectSort(sort), cursor, limit: 50, total: true }),
    user ? api.get<{ items: Member[] }>(`/projects/${projectId}/members`) : { items: [] },
    api.get<Page<DatasetSummary>>('/datasets', { projectId, limit: 50 }),
    project.principalInvestigatorId ? api.get<Person>(`/people/${project.principalInvestigatorId}`) : null,
  ])
  return {
    project,
    rights,
    summary,
    studies: user ? await withSummaries(api, 'studies', studies.items) : studies.items,
    studiesQuery: listQuery(address, 'studies').q,
    subjects,
    subjectsQuery: q,
    members: members.items,
    datasets: datasets.items,
    investigator,
  }
}

/** So many are seen at a glance. */
const fewRows = 5

/** The server sorts by the name; by anything else a list of one page is sorted where it is shown. */
const subjectSort = (sort: string | null) => (sort === '-label' ? sort : 'label')

export const handle = { width: 'wide' }

export default function ProjectPage({ loaderData }: Route.ComponentProps) {
  const { project, summary, studies, studiesQuery, subjects, subjectsQuery, members, datasets, investigator } =
    loaderData
  const { mayEdit, mayManage, role } = loaderData.rights
  const [dialog, setDialog] = useState<'project' | 'study' | 'subject'>()
  const navigate = useNavigate()
  const { revalidate } = useRevalidator()
  const isPaged = (subjects.total ?? 0) > subjects.items.length
  const close = () => setDialog(undefined)
  const saved = () => {
    close()
    void revalidate()
  }
  const newStudy = mayEdit && (
    <Button size="compact-sm" leftSection={<IconPlus size={14} aria-hidden />} onClick={() => setDialog('study')}>
      New study
    </Button>
  )
  return (
    <>
      <title>{`${project.title} · Vivarchive`}</title>
      <PageHeader
        crumbs={[{ label: 'My work', to: '/work' }]}
        title={project.title}
        meta={
          <>
            {project.localId && <span>{project.localId}</span>}
            {summary && <span>{summaryText(summary)}</span>}
            {role && <span>You are {role}</span>}
            <Audience
              projectId={project.id}
              members={members.length || null}
              published={datasets.filter(({ state }) => state === 'published').length}
              noun="dataset"
            />
          </>
        }
        actions={
          <>
            {mayEdit && (
              <Button
                variant="default"
                leftSection={<IconPencil size={16} aria-hidden />}
                onClick={() => setDialog('project')}
              >
                Edit project
              </Button>
            )}
            {role && (
              <MoreMenu
                plural="projects"
                one="project"
                many="projects"
                record={{ id: project.id, version: project.version, label: project.title }}
                mayDelete={mayManage}
                consequence={summary ? `with ${summaryText(summary)}` : ''}
                leadsTo="/work"
              />
            )}
          </>
        }
      />
      <DeletedElsewhere />
      <div className={styles.columns}>
        <div>
          {project.description ? (
            <p className={styles.prose}>{project.description}</p>
          ) : (
            <p className="dim">
              No description yet.{' '}
              {mayEdit && 'Say in two sentences what the project wants to learn; publishing will ask for it.'}
            </p>
          )}
          <ProjectFacts project={project} investigator={investigator} />
        </div>
        <Members projectId={project.id} members={members} mayManage={mayManage} onChanged={() => void revalidate()} />
      </div>
      <Section title="Studies" action={studies.length > 0 && newStudy}>
        {(studies.length > fewRows || studiesQuery) && <ListSearch label="Find a study by its title" list="studies" />}
        {studies.length === 0 && studiesQuery ? (
          <p>No study has “{studiesQuery}” in its title.</p>
        ) : studies.length === 0 ? (
          <EmptyState
            title="No study yet"
            description="A study is one experiment: its question, its animals and its images."
          >
            {newStudy}
          </EmptyState>
        ) : (
          <StudyTable studies={studies} />
        )}
      </Section>
      <Section
        title={`Subjects${subjects.total ? ` (${formatCount(subjects.total)})` : ''}`}
        action={
          mayEdit && (
            <Button
              variant="default"
              size="compact-sm"
              leftSection={<IconPlus size={14} aria-hidden />}
              onClick={() => setDialog('subject')}
            >
              New subject
            </Button>
          )
        }
      >
        {(subjects.items.length > fewRows || subjectsQuery) && (
          <ListSearch label="Find a subject by its name" list="subjects" />
        )}
        {subjects.items.length === 0 ? (
          <p className={subjectsQuery ? undefined : 'dim'}>
            {subjectsQuery
              ? `No subject has “${subjectsQuery}” in its name.`
              : 'None yet. Subjects can be entered here, or come with the first import.'}
          </p>
        ) : (
          <SubjectTable subjects={subjects.items} list="subjects" paged={isPaged} />
        )}
        <Pager next={subjects.next} list="subjects" />
      </Section>
      <Section title="Datasets">
        {datasets.length === 0 ? (
          <p className="dim">Nothing was sent to the public registry yet. Choose series in a study and send them.</p>
        ) : (
          <DatasetTable datasets={datasets} />
        )}
      </Section>
      <RecordDialog
        opened={dialog === 'project'}
        entity="Project"
        record={project}
        projectId={project.id}
        onSaved={saved}
        onClose={close}
      />
      <RecordDialog
        opened={dialog === 'study'}
        entity="Study"
        known={{ projectId: project.id }}
        hidden={['projectId', 'subjectIds']}
        projectId={project.id}
        onSaved={({ id }) => void navigate(`/studies/${id}`)}
        onClose={close}
      />
      <RecordDialog
        opened={dialog === 'subject'}
        entity="Subject"
        known={{ projectIds: [project.id] }}
        projectId={project.id}
        onSaved={saved}
        onClose={close}
      />
      <UploadDock />
    </>
  )
}

function summaryText({ studies, subjects, series, bytes }: Summary): string {
  return [
    counted(studies, 'study', 'studies'),
    counted(subjects, 'subject'),
    counted(series, 'image series', 'image series'),
    formatBytes(bytes),
  ].join(', ')
}

function Section({ title, action, children }: { title: string; action?: ReactNode; children: ReactNode }) {
  return (
    <section className={styles.section}>
      <div className={styles.sectionHead}>
        <h2>{title}</h2>
        {action}
      </div>
      {children}
    </section>
  )
}

import { Button, EmptyState, Group } from '@mantine/core'
import { IconCalendarPlus, IconLink, IconPencil, IconPlus, IconUnlink } from '@tabler/icons-react'
import { Suspense, lazy, useState } from 'react'
import { useRevalidator } from 'react-router'
import type { Project } from '#ontology/entities/project.ts'
import type { Study } from '#ontology/entities/study.ts'
import type { Subject } from '#ontology/entities/subject.ts'
import { Dialog } from '../components/dialog.tsx'
import type { Route } from './+types/studySubjects.ts'
import { apiOf } from '../api.server.ts'
import { getWithTag, send } from '../api.ts'
import { listQuery } from '../components/listAddress.ts'
import { ListSearch } from '../components/listSearch.tsx'
import { PageHeader } from '../components/pageHeader.tsx'
import { ProblemAlert } from '../components/problem.tsx'
import type { Problem } from '../contract.ts'
import { readAll } from '../curation/readAll.ts'
import { RecordDialog } from '../curation/recordDialog.tsx'
import { rightsIn } from '../curation/rights.server.ts'
import { SubjectTable } from '../curation/subjectTable.tsx'
import { counted } from '../format.ts'
import styles from '../study/study.module.css'
import { StudyTabs } from '../study/studyTabs.tsx'
import { UploadDock } from '../upload/uploadDock.tsx'

const BatchEvent = lazy(() => import('../timeline/batchEvent.tsx').then((m) => ({ default: m.BatchEvent })))
const LinkExisting = lazy(() => import('../study/linkExisting.tsx').then((m) => ({ default: m.LinkExisting })))

export async function loader({ request, context, params }: Route.LoaderArgs) {
  const api = apiOf({ request, context })
  const study = await api.get<Study>(`/studies/${params.id}`)
  const { q } = listQuery(new URL(request.url).searchParams)
  const [rights, project, subjects] = await Promise.all([
    rightsIn(api, [study.projectId]),
    api.get<Project>(`/projects/${study.projectId}`),
    readAll<Subject>(api, '/subjects', { studyId: study.id, q, total: true }, 1000),
  ])
  return { study, rights, project, q, subjects: subjects.items, total: subjects.total ?? subjects.items.length }
}

export const handle = { width: 'wide' }

type OpenDialog = { kind: 'new' | 'link' | 'event' } | { kind: 'edit'; subject: Subject }

export default function StudySubjects({ loaderData }: Route.ComponentProps) {
  const { study, project, q, subjects, total } = loaderData
  const { mayEdit } = loaderData.rights
  const { revalidate } = useRevalidator()
  const [dialog, setDialog] = useState<OpenDialog>()
  const [problem, setProblem] = useState<Problem | null>(null)
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const selected = subjects.filter(({ id }) => chosen.has(id))
  const close = () => setDialog(undefined)
  const saved = () => {
    close()
    void revalidate()
  }
  /** Changes the list of the study's subjects on its newest version. */
  const relink = async (change: (ids: string[]) => string[]) => {
    const { value } = await getWithTag<Study>(`/studies/${study.id}`)
    const subjectIds = change(value.subjectIds ?? [])
    const sent = await send('PATCH', `/studies/${study.id}`, { subjectIds }, { ifMatch: value.version })
    setProblem(sent.ok ? null : sent.problem)
    saved()
  }
  const buttons = mayEdit && (
    <>
      <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setDialog({ kind: 'new' })}>
        New subject
      </Button>
      <Button
        variant="default"
        leftSection={<IconLink size={16} aria-hidden />}
        onClick={() => setDialog({ kind: 'link' })}
      >
        Link existing
      </Button>
    </>
  )
  return (
    <>
      <title>{`Subjects of ${study.title} · Vivarchive`}</title>
      <PageHeader
        crumbs={[
          { label: 'My work', to: '/work' },
          { label: project.title, to: `/projects/${project.id}` },
        ]}
        title={study.title}
        meta={<span>{q ? `${counted(total, 'subject')} found` : counted(total, 'subject')}</span>}
        actions={buttons}
      />
      <StudyTabs studyId={study.id} />
      {problem && <ProblemAlert problem={problem} />}
      {(subjects.length > 5 || q) && <ListSearch label="Find a subject by its name" />}
      {subjects.length === 0 && q ? (
        <p>No subject of this study has “{q}” in its name.</p>
      ) : subjects.length === 0 ? (
        <EmptyState
          py="xl"
          title="No subject yet"
          description="Enter animals, cell cultures, specimens and phantoms here, before or after their images; an import can also make them from what the files say."
        />
      ) : (
        <SubjectTable
          subjects={subjects}
          chosen={mayEdit ? chosen : undefined}
          onChoose={setChosen}
          renderActions={(subject) =>
            mayEdit && (
              <Group gap={4} wrap="nowrap" justify="flex-end">
                <Button
                  size="compact-xs"
                  variant="subtle"
                  leftSection={<IconPencil size={14} aria-hidden />}
                  onClick={() => setDialog({ kind: 'edit', subject })}
                  aria-label={`Edit ${subject.localId}`}
                >
                  Edit
                </Button>
                <Button
                  size="compact-xs"
                  variant="subtle"
                  color="gray"
                  leftSection={<IconUnlink size={14} aria-hidden />}
                  onClick={() => void relink((ids) => ids.filter((id) => id !== subject.id))}
                  aria-label={`Take out ${subject.localId} of this study`}
                >
                  Take out
                </Button>
              </Group>
            )
          }
        />
      )}
      {subjects.length < total && (
        <p className="dim">
          The first {subjects.length} of {total} are shown.
        </p>
      )}
      <RecordDialog
        opened={dialog?.kind === 'new'}
        entity="Subject"
        known={{ projectIds: [project.id] }}
        projectId={project.id}
        onSaved={({ id }) => void relink((ids) => [...ids, id])}
        onClose={close}
      />
      <RecordDialog
        opened={dialog?.kind === 'edit'}
        entity="Subject"
        record={dialog?.kind === 'edit' ? dialog.subject : undefined}
        projectId={project.id}
        onSaved={saved}
        onClose={close}
      />
      {selected.length > 0 && (
        <div className={styles.actionBar} role="toolbar" aria-label="Chosen subjects">
          <strong>{counted(selected.length, 'subject')} chosen</strong>
          <Button
            size="compact-md"
            leftSection={<IconCalendarPlus size={16} aria-hidden />}
            onClick={() => setDialog({ kind: 'event' })}
          >
            Record for all of them
          </Button>
        </div>
      )}
      {dialog?.kind === 'event' && (
        <Suspense fallback={null}>
          <BatchEvent
            subjects={selected}
            projectId={project.id}
            onRecorded={() => {
              setChosen(new Set())
              saved()
            }}
            onClose={close}
          />
        </Suspense>
      )}
      <Dialog opened={dialog?.kind === 'link'} onClose={close} title="Link subjects of the project">
        <Suspense fallback={<p>Loading the form</p>}>
          <LinkExisting
            projectId={project.id}
            onChosen={(chosen) => void relink((ids) => [...new Set([...ids, ...chosen])])}
            onCancel={close}
          />
        </Suspense>
      </Dialog>
      <UploadDock />
    </>
  )
}

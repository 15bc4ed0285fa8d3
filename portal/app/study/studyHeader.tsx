import { Button } from '@mantine/core'
import { IconDownload, IconPencil } from '@tabler/icons-react'
import type { Project } from '#ontology/entities/project.ts'
import type { Study } from '#ontology/entities/study.ts'
import { Audience } from '../components/audience.tsx'
import { PageHeader } from '../components/pageHeader.tsx'
import { MoreMenu } from '../curation/moreMenu.tsx'
import { counted } from '../format.ts'
import type { ChosenFile } from '../upload/batch.ts'
import { ChooseFiles } from '../upload/chooseFiles.tsx'

interface Props {
  study: Study
  project: Project
  counts: { series: number; subjects: number; sessions: number; attachments: number; published: number }
  /** Of the project; null for those who may not know. */
  members: number | null
  mayEdit: boolean
  onFiles: (files: ChosenFile[]) => void
  onEdit: () => void
}

/** Head of the Study Manager: where it stands, what it holds, what can be done with the whole study. */
export function StudyHeader({ study, project, counts, members, mayEdit, onFiles, onEdit }: Props) {
  const { series, subjects, sessions, attachments, published } = counts
  return (
    <PageHeader
      crumbs={[
        { label: 'My work', to: '/work' },
        { label: project.title, to: `/projects/${project.id}` },
      ]}
      title={study.title}
      meta={
        <>
          {study.localId && <span>{study.localId}</span>}
          <span>{counted(subjects, 'subject')}</span>
          <span>{counted(sessions, 'imaging session')}</span>
          <Audience projectId={project.id} members={members} published={published} noun="series" />
        </>
      }
      actions={
        <>
          {mayEdit && <ChooseFiles variant="filled" onChosen={onFiles} />}
          {series + attachments > 0 && (
            <Button
              component="a"
              href={`/api/v1/studies/${study.id}/archive.zip`}
              variant="default"
              leftSection={<IconDownload size={16} aria-hidden />}
            >
              Download all
            </Button>
          )}
          {mayEdit && (
            <Button variant="default" leftSection={<IconPencil size={16} aria-hidden />} onClick={onEdit}>
              Edit study
            </Button>
          )}
          <MoreMenu
            plural="studies"
            one="study"
            many="studies"
            record={{ id: study.id, version: study.version, label: study.title }}
            mayDelete={mayEdit}
            consequence={`with ${counted(series, 'series', 'series')} in ${counted(sessions, 'session')} and ${counted(attachments, 'attachment')}`}
            leadsTo={`/projects/${project.id}`}
          />
        </>
      }
    />
  )
}

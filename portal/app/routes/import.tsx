import { Button, Group, Text } from '@mantine/core'
import { Dialog } from '../components/dialog.tsx'
import { Notice } from '../components/notice.tsx'
import { useState } from 'react'
import { Link, useNavigate } from 'react-router'
import type { Project } from '#ontology/entities/project.ts'
import type { Study } from '#ontology/entities/study.ts'
import type { Route } from './+types/import.ts'
import { apiOf } from '../api.server.ts'
import { send } from '../api.ts'
import { PageHeader } from '../components/pageHeader.tsx'
import { ProblemAlert } from '../components/problem.tsx'
import { Time } from '../components/time.tsx'
import type { Problem } from '../contract.ts'
import { rightsIn } from '../curation/rights.server.ts'
import { counted, formatBytes } from '../format.ts'
import { Collecting } from '../imports/collecting.tsx'
import { importStateTexts, type ImportRecord } from '../imports/contract.ts'
import { JobProgress } from '../imports/jobProgress.tsx'
import { Outcome } from '../imports/outcome.tsx'
import { PlanEditor } from '../imports/planEditor.tsx'
import { forgetFolders } from '../upload/rememberedFolders.ts'
import { UploadDock } from '../upload/uploadDock.tsx'
import { forgetUpload } from '../upload/uploads.ts'

export async function loader({ request, context, params }: Route.LoaderArgs) {
  const api = apiOf({ request, context })
  const record = await api.get<ImportRecord>(`/imports/${params.id}`)
  const [rights, study, project] = await Promise.all([
    rightsIn(api, [record.projectId]),
    api.get<Study>(`/studies/${record.studyId}`),
    api.get<Project>(`/projects/${record.projectId}`),
  ])
  return { record, rights, study, project }
}

export const handle = { width: 'wide' }

export default function ImportPage({ loaderData }: Route.ComponentProps) {
  const { record, study, project } = loaderData
  const { mayEdit } = loaderData.rights
  const navigate = useNavigate()
  const [giving, setGiving] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const giveUp = async () => {
    setGiving(false)
    forgetUpload(record.id)
    await forgetFolders(record.id)
    const sent = await send('DELETE', `/imports/${record.id}`)
    if (sent.ok) void navigate(`/studies/${study.id}`)
    else setProblem(sent.problem)
  }
  const cancel = () => setGiving(true)
  return (
    <>
      <title>{`Import ${record.label} · Vivarchive`}</title>
      <PageHeader
        crumbs={[
          { label: 'My work', to: '/work' },
          { label: project.title, to: `/projects/${project.id}` },
          { label: study.title, to: `/studies/${study.id}` },
        ]}
        title={record.label}
        meta={
          <>
            <span>{importStateTexts[record.state]}</span>
            <span>
              Started <Time at={record.createdAt} />
            </span>
          </>
        }
      />
      {problem && <ProblemAlert problem={problem} />}
      <ImportBody record={record} study={study} mayEdit={mayEdit} onCancel={cancel} />
      <UploadDock />
      <Dialog opened={giving} onClose={() => setGiving(false)} title="Give this import up?">
        <Text>
          Drops {counted(record.fileCount, 'file')} ({formatBytes(record.byteCount)}) that arrived. Nothing was archived
          from them yet, and your own copies stay untouched. This cannot be undone.
        </Text>
        <Group justify="flex-end" mt="md">
          <Button variant="default" data-autofocus onClick={() => setGiving(false)}>
            Keep it
          </Button>
          <Button color="red" onClick={() => void giveUp()}>
            Give it up
          </Button>
        </Group>
      </Dialog>
    </>
  )
}

interface BodyProps {
  record: ImportRecord
  study: Study
  mayEdit: boolean
  onCancel: () => void
}

function ImportBody({ record, study, mayEdit, onCancel }: BodyProps) {
  switch (record.state) {
    case 'collecting':
      return mayEdit ? <Collecting record={record} onCancel={onCancel} /> : <p>Files are still arriving.</p>
    case 'inspecting':
      return <JobProgress key={record.jobId} jobId={record.jobId} text="Looking into the files" mayCancel={mayEdit} />
    case 'planned':
      return <PlanEditor loaded={record} mayEdit={mayEdit} onCancel={onCancel} />
    case 'committing':
      return <JobProgress key={record.jobId} jobId={record.jobId} text="Archiving" mayCancel={false} />
    case 'committed':
    case 'undone':
      return <Outcome record={record} studyTitle={study.title} mayEdit={mayEdit} />
    case 'failed':
      return record.plan ? (
        <PlanEditor loaded={record} mayEdit={mayEdit} onCancel={onCancel} />
      ) : (
        <>
          <Notice tone="bad" title="It failed">
            {record.problem?.detail} The files that arrived are kept.
          </Notice>
          {mayEdit && <Collecting record={record} onCancel={onCancel} />}
        </>
      )
    case 'cancelled':
      return (
        <p>
          This import was given up. <Link to={`/studies/${study.id}`}>Back to the study</Link>
        </p>
      )
  }
}

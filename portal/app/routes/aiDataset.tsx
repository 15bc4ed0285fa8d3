import { Alert, Button } from '@mantine/core'
import { IconAlertTriangle, IconCircleCheck, IconInfoCircle, IconRefresh } from '@tabler/icons-react'
import { Form, Link, data, redirect } from 'react-router'
import type { Route } from './+types/aiDataset.ts'
import { apiOf } from '../api.server.ts'
import styles from '../aiDatasets/aiDatasets.module.css'
import { parts, type AiDataset, type AiItem } from '../aiDatasets/contract.ts'
import { FormProblem } from '../components/field.tsx'
import { ModalityBadge } from '../components/modalityBadge.tsx'
import { PageHeader } from '../components/pageHeader.tsx'
import { RecordTable, type Column } from '../components/recordTable.tsx'
import { Time } from '../components/time.tsx'
import { counted, formatBytes, formatCount } from '../format.ts'
import { JobProgress } from '../imports/jobProgress.tsx'

/** Rows of the table; the whole list is the CSV. */
const shownItems = 200

export async function loader({ params, request, context }: Route.LoaderArgs) {
  return apiOf({ request, context }).get<AiDataset>(`/ai-datasets/${params.id}`)
}

export async function action({ params, request, context }: Route.ActionArgs) {
  const sent = await apiOf({ request, context }).send<AiDataset>('POST', `/ai-datasets/${params.id}/versions`)
  if (!sent.ok) return data({ problem: sent.problem }, { status: sent.problem.status })
  return redirect(`/ai-datasets/${sent.value.id}`)
}

const columns: Column<AiItem & { id: string }>[] = [
  { id: 'name', title: 'Image series', cell: ({ seriesId, name }) => <Link to={`/series/${seriesId}`}>{name}</Link> },
  { id: 'split', title: 'Part', nowrap: true, cell: ({ split }) => split },
  { id: 'label', title: 'Label', cell: ({ label }) => label ?? '–' },
  { id: 'modality', title: 'Modality', cell: ({ modality }) => (modality ? <ModalityBadge code={modality} /> : '–') },
  { id: 'date', title: 'Acquired', nowrap: true, cell: ({ date }) => date ?? '–' },
  {
    id: 'files',
    title: 'Files',
    cell: ({ files, problem }) =>
      problem ?? `${files.length}, ${formatBytes(files.reduce((sum, file) => sum + file.byteCount, 0))}`,
  },
]

export default function AiDatasetPage({ loaderData: dataset, actionData }: Route.ComponentProps) {
  const { result, spec } = dataset
  const api = `/api/v1/ai-datasets/${dataset.id}`
  return (
    <>
      <title>{`${dataset.title} · AI dataset · Vivarchive`}</title>
      <PageHeader
        crumbs={[{ label: 'Registry', to: '/registry' }]}
        title={dataset.title}
        meta={
          <>
            <span>
              AI dataset, version {dataset.number}, <Time at={dataset.createdAt} precision="day" />
            </span>
            <span>{dataset.openToAll ? 'Everybody with the address may read it' : 'Only you see it'}</span>
            <span>
              {spec.format === 'nifti' ? `NIfTI${spec.spacing ? `, ${spec.spacing[0]} mm` : ''}` : 'Original files'}
            </span>
          </>
        }
        actions={
          result && (
            <Form method="post">
              <Button type="submit" variant="default" leftSection={<IconRefresh size={16} aria-hidden />}>
                Ask again: version {dataset.number + 1}
              </Button>
            </Form>
          )
        }
      />
      <FormProblem problem={actionData?.problem} fields={[]} />
      {dataset.state === 'building' && (
        <JobProgress jobId={dataset.jobId ?? null} text="The dataset is being made" mayCancel />
      )}
      {dataset.state === 'failed' && (
        <Alert variant="outline" color="red" icon={<IconInfoCircle aria-hidden />} title="It could not be made">
          None of the image series is there any more, or the job was cancelled. Search again and make another one.
        </Alert>
      )}
      {result && (
        <>
          <Parts items={result.items} />
          <h2>Leakage</h2>
          <ul className={styles.findings}>
            {result.findings.length === 0 && (
              <li>
                <IconCircleCheck size={17} aria-hidden /> No animal, scan, bed, litter, cage or file is in more than one
                part.
              </li>
            )}
            {result.findings.map(({ severity, message }) => (
              <li key={message} data-severity={severity}>
                <IconAlertTriangle size={17} aria-hidden />
                <span>
                  <b>{severity === 'error' ? 'Leak' : 'Note'}:</b> {message}
                </span>
              </li>
            ))}
          </ul>
          {result.changes && (
            <p>
              Since version {dataset.number - 1}: {formatCount(result.changes.added.length)} added,{' '}
              {formatCount(result.changes.removed.length)} removed, {formatCount(result.changes.changed.length)}{' '}
              changed. <Link to={`/ai-datasets/${dataset.previousId}`}>The version before</Link>
            </p>
          )}
          <h2>Get it</h2>
          <ul className={styles.downloads}>
            <li>
              <a href={`${api}/items.csv`}>List of files (CSV)</a>
            </li>
            <li>
              <a href={`${api}/croissant`}>Croissant</a>
            </li>
            <li>
              <a href={`${api}/datasheet.md`}>Datasheet</a>
            </li>
            {['curl', 'wget', 'aria2', 'sha256'].map((format) => (
              <li key={format}>
                <a href={`${api}/manifest?format=${format}`}>For {format === 'sha256' ? 'sha256sum' : format}</a>
              </li>
            ))}
          </ul>
          <code className={styles.command}>
            {`records = mlcroissant.Dataset("${dataset.url.replace(/\/ai-datasets\/.*/, api)}/croissant").records("items")`}
          </code>
          <h2>{counted(result.items.length, 'image series', 'image series')}</h2>
          {result.items.length > shownItems && <p className="dim">The first {shownItems}; all are in the CSV.</p>}
          <RecordTable
            label="Image series"
            rows={result.items.slice(0, shownItems).map((item) => ({ ...item, id: item.seriesId }))}
            columns={columns}
            order="fixed"
          />
          {result.sources.length > 0 && (
            <>
              <h2>Cite</h2>
              <ul className={styles.sources}>
                {result.sources.map(({ datasetId, citation }) => (
                  <li key={datasetId}>
                    <Link to={`/datasets/${datasetId}`}>{citation}</Link>
                  </li>
                ))}
              </ul>
            </>
          )}
        </>
      )}
    </>
  )
}

function Parts({ items }: { items: AiItem[] }) {
  return (
    <section className={styles.parts} aria-label="Parts">
      {parts.map((name) => {
        const held = items.filter(({ split }) => split === name)
        const labels = Map.groupBy(
          held.filter(({ label }) => label !== null),
          ({ label }) => label!,
        )
        return (
          <div key={name} className={styles.part}>
            <h2>{`${name[0]!.toUpperCase()}${name.slice(1)}`}</h2>
            <span className={styles.number}>{formatCount(held.length)}</span>{' '}
            <span className="dim">
              {Math.round((100 * held.length) / Math.max(items.length, 1))} %,{' '}
              {counted(new Set(held.flatMap(({ animals }) => animals)).size, 'animal')}
            </span>
            {labels.size > 0 && (
              <ul className={styles.labels}>
                {[...labels].map(([label, of]) => (
                  <li key={label}>
                    <span>{label}</span>
                    <span className="dim">{of.length}</span>
                  </li>
                ))}
              </ul>
            )}
          </div>
        )
      })}
    </section>
  )
}

import { Button } from '@mantine/core'
import { IconEye, IconStack2 } from '@tabler/icons-react'
import { Link, data, useRouteLoaderData } from 'react-router'
import type { Route } from './+types/series.ts'
import { apiOf, portalContext } from '../api.server.ts'
import { DownloadMenu } from '../components/downloadMenu.tsx'
import { FactList } from '../components/factList.tsx'
import { ModalityBadge } from '../components/modalityBadge.tsx'
import { PageHeader } from '../components/pageHeader.tsx'
import { StateBadge } from '../components/stateBadge.tsx'
import { animationAddress } from '../components/animationAddress.ts'
import { Thumbnail, seriesThumbnail } from '../components/thumbnail.tsx'
import { When } from '../components/time.tsx'
import type { Dataset, Me } from '../contract.ts'
import { counted, formatBytes, formatModality } from '../format.ts'
import { Block, CitationBlock, LicenceBlock } from '../landing/aside.tsx'
import { HeaderEntries } from '../landing/headerEntries.tsx'
import { JsonLd, jsonLdPart } from '../landing/jsonLd.tsx'
import { jsonLdText } from '../landing/jsonLdText.ts'
import styles from '../landing/landing.module.css'
import { seriesViews, subjectViews } from '../landing/landing.server.ts'
import { liveSnapshot, snapshotOfSeries } from '../landing/live.server.ts'
import { FileTable } from '../landing/seriesList.tsx'
import { SubjectSections } from '../landing/subjectSections.tsx'

export async function loader({ request, context, params }: Route.LoaderArgs) {
  const api = apiOf({ request, context })
  const published = await api.attempt<Dataset>(`/datasets/by-series/${params.id}`)
  const dataset = published.ok ? published.value : null
  const snapshot = dataset ? snapshotOfSeries(dataset.snapshot, params.id) : await liveSnapshot(api, params.id)
  const [series] = seriesViews(snapshot)
  if (!series) throw new Error(`Dataset ${dataset?.id} does not hold series ${params.id}.`)
  const project = snapshot.projects?.[0]
  const study = snapshot.studies?.[0]
  const { snapshot: _snapshot, ...summary } = dataset ?? { snapshot: null }
  const view = {
    series,
    subjects: subjectViews(snapshot),
    project: project?.id && project.title ? { id: project.id, title: project.title } : null,
    study: study ? { id: study.id, title: study.title } : null,
    dataset: dataset ? (summary as Omit<Dataset, 'snapshot'>) : null,
  }
  if (dataset) {
    const description = await api.get<unknown>(`/datasets/${dataset.id}/as/schema.jsonld`)
    context.get(portalContext).parts.set(jsonLdPart, jsonLdText(description))
  }
  return data(view, { headers: { vary: 'Accept', ...(published.ok && published.link && { link: published.link }) } })
}

export const headers: Route.HeadersFunction = ({ loaderHeaders }) => loaderHeaders

export default function SeriesPage({ loaderData }: Route.ComponentProps) {
  const { series, subjects, project, study, dataset } = loaderData
  const me = useRouteLoaderData<{ me: Me }>('root')?.me
  const member = project && study && me?.projects.some(({ projectId }) => projectId === project.id)
  const crumbs = dataset
    ? [
        { label: 'Registry', to: '/registry' },
        { label: dataset.title, to: `/datasets/${dataset.id}` },
      ]
    : [
        ...(project ? [{ label: project.title, to: `/projects/${project.id}` }] : []),
        ...(study ? [{ label: study.title, to: `/studies/${study.id}` }] : []),
      ]
  return (
    <>
      <title>{`${series.label} · Vivarchive`}</title>
      <meta
        name="description"
        content={`${formatModality(series.modality)} image series: ${[series.label, dataset?.title, series.image].filter(Boolean).join('; ')}`}
      />
      {dataset && <JsonLd datasetId={dataset.id} />}
      <PageHeader
        crumbs={crumbs}
        title={series.label}
        meta={
          <>
            <StateBadge state={dataset?.state ?? 'draft'} />
            {series.modality && <ModalityBadge code={series.modality} />}
            {series.acquiredAt && <When stamp={series.acquiredAt} />}
            <span>
              {counted(series.fileCount, 'file')}, {formatBytes(series.byteCount)}
            </span>
          </>
        }
        actions={
          <>
            {series.viewable && (
              <Button component={Link} to={`/view?series=${series.id}`} leftSection={<IconEye size={17} aria-hidden />}>
                Open in the viewer
              </Button>
            )}
            <DownloadMenu seriesId={series.id} hasImage={series.viewable} />
            {member && (
              <Button
                component={Link}
                to={`/studies/${study.id}`}
                variant="default"
                leftSection={<IconStack2 size={17} aria-hidden />}
              >
                Study Manager
              </Button>
            )}
          </>
        }
      />
      <div className={styles.seriesTop}>
        <Thumbnail
          src={seriesThumbnail(series.id)}
          animation={series.moves ? animationAddress(series.id) : null}
          playable
          modality={series.modality}
          size="fill"
          alt={`Preview of ${series.label}`}
        />
        <div>
          <FactList
            facts={[
              ...(series.subjects.length > 0 ? [{ label: 'Subjects', text: series.subjects.join(', ') }] : []),
              ...(series.session ? [{ label: 'Session', text: series.session }] : []),
              ...series.facts,
            ]}
          />
          {dataset && (
            <>
              <Block title="Part of">
                <Link to={`/datasets/${dataset.id}`}>{dataset.title}</Link>
              </Block>
              <CitationBlock dataset={dataset} />
              <LicenceBlock licence={dataset.licence} />
            </>
          )}
        </div>
      </div>
      <section className={styles.section}>
        <h2>Subjects and what was done to them</h2>
        {subjects.length > 0 ? <SubjectSections subjects={subjects} /> : <p className="dim">No subject is named.</p>}
      </section>
      <section className={styles.section}>
        <h2>Files</h2>
        <FileTable files={series.files} fileCount={series.fileCount} open />
      </section>
      <section className={styles.section}>
        <h2>Header entries</h2>
        <HeaderEntries seriesId={series.id} />
      </section>
    </>
  )
}

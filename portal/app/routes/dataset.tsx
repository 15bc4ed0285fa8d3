import { Alert, Button } from '@mantine/core'
import { IconDownload, IconEye, IconInfoCircle } from '@tabler/icons-react'
import { Link, data } from 'react-router'
import { Project } from '#ontology/entities/project.ts'
import { Study } from '#ontology/entities/study.ts'
import type { Node } from '#ontology/vocabulary.ts'
import type { Route } from './+types/dataset.ts'
import { apiOf, portalContext } from '../api.server.ts'
import { FactList } from '../components/factList.tsx'
import { ModalityBadge } from '../components/modalityBadge.tsx'
import { PageHeader } from '../components/pageHeader.tsx'
import { StateBadge } from '../components/stateBadge.tsx'
import { animationAddress } from '../components/animationAddress.ts'
import { Thumbnail, seriesThumbnail } from '../components/thumbnail.tsx'
import { Time } from '../components/time.tsx'
import type { Dataset, DatasetVersion } from '../contract.ts'
import { counted, formatBytes, formatDate } from '../format.ts'
import {
  Block,
  CitationBlock,
  CreatorsBlock,
  DownloadBlock,
  KeywordsBlock,
  LicenceBlock,
  MachineBlock,
  VersionsBlock,
} from '../landing/aside.tsx'
import { factsOf } from '../landing/facts.server.ts'
import { JsonLd, jsonLdPart } from '../landing/jsonLd.tsx'
import { jsonLdText } from '../landing/jsonLdText.ts'
import styles from '../landing/landing.module.css'
import { seriesViews, subjectViews } from '../landing/landing.server.ts'
import { SeriesList } from '../landing/seriesList.tsx'
import { SubjectSections } from '../landing/subjectSections.tsx'

/** Series that the viewer can hold side by side. */
const viewedTogether = 8
/** Series and subjects that are shown before a reader asks for all, and files of each series. */
const seriesShown = 60
const subjectsShown = 40
const filesShown = 6

export async function loader({ request, context, params }: Route.LoaderArgs) {
  const path = `/datasets/${params.id}`
  const api = apiOf({ request, context })
  const [{ value, link }, jsonLd, versions] = await Promise.all([
    api.getLinked<Dataset>(path),
    api.get<unknown>(`${path}/as/schema.jsonld`),
    api.get<{ items: DatasetVersion[] }>(`${path}/versions`),
  ])
  const { snapshot, ...dataset } = value
  const all = new URL(request.url).searchParams.has('all')
  const leftOut = ['title', 'description', 'keywords', 'licence', 'projectId', 'subjectIds', 'nullReasons']
  const view = {
    dataset,
    versions: versions.items,
    series: seriesViews(snapshot, filesShown).slice(0, all ? undefined : seriesShown),
    subjects: subjectViews(snapshot).slice(0, all ? undefined : subjectsShown),
    subjectCount: snapshot.subjects?.length ?? 0,
    about: [
      ...(snapshot.projects ?? []).flatMap((project) => [
        { label: 'Project', text: project.title ?? '' },
        ...factsOf(Project.record as Node, project, new Map(), leftOut),
      ]),
      ...(snapshot.studies ?? []).flatMap((study) => [
        { label: 'Study', text: study.title },
        ...factsOf(Study.record as Node, study, new Map(), leftOut),
      ]),
    ],
  }
  context.get(portalContext).parts.set(jsonLdPart, jsonLdText(jsonLd))
  return data(view, { headers: { vary: 'Accept', ...(link && { link }) } })
}

export const headers: Route.HeadersFunction = ({ loaderHeaders }) => loaderHeaders

export default function DatasetPage({ loaderData }: Route.ComponentProps) {
  const { dataset, versions, series, subjects, subjectCount, about } = loaderData
  const open = dataset.state !== 'withdrawn' && dataset.state !== 'embargoed'
  const viewable = series.filter((one) => one.viewable).slice(0, viewedTogether)
  const covers = series.filter(({ id }) => dataset.coverSeriesIds.includes(id))
  return (
    <>
      <title>{`${dataset.title} · Vivarchive`}</title>
      <meta name="description" content={(dataset.description ?? dataset.title).slice(0, 300)} />
      <JsonLd datasetId={dataset.id} />
      <PageHeader
        crumbs={[{ label: 'Registry', to: '/registry?type=dataset' }]}
        title={dataset.title}
        meta={
          <>
            <StateBadge state={dataset.state} />
            {dataset.publishedAt && (
              <span>
                Version {dataset.versionNumber}, <Time at={dataset.publishedAt} precision="day" />
              </span>
            )}
            {dataset.modalities.map((code) => (
              <ModalityBadge key={code} code={code} />
            ))}
            {dataset.species.length > 0 && <span>{dataset.species.join(', ')}</span>}
            <span>
              {counted(dataset.seriesCount, 'image series', 'image series')}, {formatBytes(dataset.byteCount)}
            </span>
          </>
        }
        actions={
          open && (
            <>
              {viewable.length > 0 && (
                <Button
                  component={Link}
                  to={`/view?series=${viewable.map(({ id }) => id).join(',')}`}
                  leftSection={<IconEye size={17} aria-hidden />}
                >
                  Open in the viewer
                </Button>
              )}
              <Button
                component="a"
                href={`/api/v1/datasets/${dataset.id}/archive.zip`}
                variant="default"
                leftSection={<IconDownload size={17} aria-hidden />}
              >
                Download
              </Button>
            </>
          )
        }
      />
      <StateNotice state={dataset.state} reason={dataset.reason} opens={dataset.embargoUntil} />
      <div className={styles.columns}>
        <div>
          {open && covers.length > 0 && (
            <ul className={styles.previews} aria-label="Previews">
              {covers.map((one) => (
                <li key={one.id}>
                  <Link to={`/series/${one.id}`}>
                    <figure>
                      <Thumbnail
                        src={seriesThumbnail(one.id)}
                        animation={one.moves ? animationAddress(one.id) : null}
                        modality={one.modality}
                        size="fill"
                      />
                      <figcaption>{one.label}</figcaption>
                    </figure>
                  </Link>
                </li>
              ))}
            </ul>
          )}
          {dataset.description && (
            <section className={styles.section}>
              <h2>Description</h2>
              <p className={styles.description}>{dataset.description}</p>
            </section>
          )}
          <section className={styles.section}>
            <h2>Subjects and what was done to them</h2>
            {subjects.length > 0 ? (
              <SubjectSections subjects={subjects} />
            ) : (
              <p className="dim">No subject is named.</p>
            )}
            {subjectCount > subjects.length && <Link to="?all=yes">Show all {subjectCount} subjects</Link>}
          </section>
          <section className={styles.section}>
            <h2>Image series and files</h2>
            <SeriesList series={series} open={open} />
            {dataset.seriesCount > series.length && <Link to="?all=yes">Show all {dataset.seriesCount} series</Link>}
          </section>
        </div>
        <aside aria-label="About this dataset">
          <CitationBlock dataset={dataset} />
          {open && <DownloadBlock dataset={dataset} />}
          <LicenceBlock licence={dataset.licence} />
          <CreatorsBlock creators={dataset.creators} />
          {about.length > 0 && (
            <Block title="Project and study">
              <FactList facts={about} />
            </Block>
          )}
          <KeywordsBlock keywords={dataset.keywords} />
          <VersionsBlock versions={versions} />
          <MachineBlock id={dataset.id} />
        </aside>
      </div>
    </>
  )
}

interface Notice {
  state: Dataset['state']
  reason: string | undefined
  opens: string | undefined
}

function StateNotice({ state, reason, opens }: Notice) {
  const notice = {
    withdrawn: {
      title: 'This dataset was withdrawn',
      text: 'Its description stays so that it can still be cited. Its images and files are no longer offered.',
    },
    submitted: {
      title: 'Waiting for a curator',
      text: 'This is how the page will look. Only the project and the curators see it until it is published.',
    },
    draft: {
      title: 'Not sent to the registry',
      text: 'This is how the page will look. Only the project and the curators see it.',
    },
    embargoed: {
      title: opens ? `Under embargo until ${formatDate(opens)}` : 'Under embargo',
      text: 'What is known of the images is public; the images and files open by themselves on that day.',
    },
    superseded: { title: 'There is a newer version', text: 'This version stays as it was, so that it can be cited.' },
    published: null,
  }[state]
  if (!notice) return null
  return (
    <Alert
      variant="outline"
      color={state === 'withdrawn' ? 'red' : 'gray'}
      icon={<IconInfoCircle aria-hidden />}
      title={notice.title}
      mb="lg"
    >
      {reason && <p>Reason: {reason}</p>}
      {notice.text}
    </Alert>
  )
}

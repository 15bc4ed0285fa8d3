import { Button } from '@mantine/core'
import { IconPencil, IconPlus } from '@tabler/icons-react'
import { useState } from 'react'
import { Link, useRevalidator } from 'react-router'
import type { Agent } from '#ontology/entities/agent.ts'
import type { Event, EventKind } from '#ontology/entities/event.ts'
import type { Instrument } from '#ontology/entities/instrument.ts'
import type { Project } from '#ontology/entities/project.ts'
import type { ImageSeries } from '#ontology/entities/series.ts'
import type { ImagingSession } from '#ontology/entities/session.ts'
import type { Subject } from '#ontology/entities/subject.ts'
import type { Route } from './+types/subject.ts'
import { apiOf } from '../api.server.ts'
import { FactList } from '../components/factList.tsx'
import { PageHeader } from '../components/pageHeader.tsx'
import { seriesAnimation } from '../components/animationAddress.ts'
import { Thumbnail, seriesThumbnail } from '../components/thumbnail.tsx'
import { When } from '../components/time.tsx'
import styles from '../curation/curation.module.css'
import { DeleteDialog, type Deletable } from '../curation/deleteDialog.tsx'
import { MoreMenu } from '../curation/moreMenu.tsx'
import { readAll } from '../curation/readAll.ts'
import { RecordDialog } from '../curation/recordDialog.tsx'
import { rightsIn } from '../curation/rights.server.ts'
import { UndoBar } from '../curation/undoBar.tsx'
import { formatModality } from '../format.ts'
import { subjectViews } from '../landing/landing.server.ts'
import { entryKinds } from '../timeline/kinds.ts'
import { TimelineItem, type TimelineDialog } from '../timeline/timelineItem.tsx'
import timeline from '../timeline/timeline.module.css'
import { TimelineChart } from '../timeline/timelineChart.tsx'
import { UploadDock } from '../upload/uploadDock.tsx'

export async function loader({ request, context, params }: Route.LoaderArgs) {
  const api = apiOf({ request, context })
  const subject = await api.get<Subject>(`/subjects/${params.id}`)
  const each = <T,>(plural: string, ids: (string | undefined)[]) =>
    Promise.all([...new Set(ids)].flatMap((id) => (id ? [api.get<T>(`/${plural}/${id}`)] : [])))
  const [rights, projects, events, series] = await Promise.all([
    rightsIn(api, subject.projectIds),
    each<Project>('projects', subject.projectIds),
    readAll<Event>(api, '/events', { subjectId: subject.id, computed: true }, 1000),
    readAll<ImageSeries>(api, '/series', { subjectId: subject.id }, 1000),
  ])
  const [sessions, agents] = await Promise.all([
    each<ImagingSession>(
      'sessions',
      series.items.map(({ sessionId }) => sessionId),
    ),
    each<Agent>(
      'agents',
      events.items.map(({ agentAdministration }) => agentAdministration?.agentId),
    ),
  ])
  const instruments = await each<Instrument>(
    'instruments',
    sessions.map(({ instrumentId }) => instrumentId),
  )
  const [view] = subjectViews({
    subjects: [subject],
    events: events.items,
    series: series.items,
    sessions,
    agents,
    instruments,
  })
  const shownSeries = series.items.map(({ id, label, modality, pixels, acquiredAt, image }) => ({
    animation: seriesAnimation({ id, image }),
    id,
    label,
    modality,
    pixels,
    acquiredAt,
  }))
  return { subject, rights, projects, events: events.items, series: shownSeries, view: view! }
}

export const handle = { width: 'wide' }

const addable: EventKind[] = [
  'agentAdministration',
  'anaesthesia',
  'measurement',
  'modelInduction',
  'therapy',
  'monitoring',
  'handling',
]

export default function SubjectPage({ loaderData }: Route.ComponentProps) {
  const { subject, projects, events, series, view } = loaderData
  const [project] = projects
  const { mayEdit } = loaderData.rights
  const { revalidate } = useRevalidator()
  const [dialog, setDialog] = useState<TimelineDialog>()
  const [deleted, setDeleted] = useState<Deletable[]>([])
  const close = () => setDialog(undefined)
  const saved = () => {
    close()
    void revalidate()
  }
  const timed = view.timeline.flatMap(({ id, kind, title, at }) => (at ? [{ id, kind, title, at: at.dateTime }] : []))
  // A subject of several projects must say which of them an event belongs to.
  const hidden = projects.length > 1 ? ['kind', 'subjectId'] : ['kind', 'subjectId', 'projectId']
  return (
    <>
      <title>{`${subject.localId} · Vivarchive`}</title>
      <PageHeader
        crumbs={[
          { label: 'My work', to: '/work' },
          ...(project ? [{ label: project.title, to: `/projects/${project.id}` }] : []),
        ]}
        title={subject.localId}
        meta={
          <>
            <span>{[view.kind, view.summary].filter(Boolean).join(': ')}</span>
            {projects.slice(1).map(({ id, title }) => (
              <span key={id}>
                also in <Link to={`/projects/${id}`}>{title}</Link>
              </span>
            ))}
          </>
        }
        actions={
          <>
            {mayEdit && (
              <Button
                variant="default"
                leftSection={<IconPencil size={16} aria-hidden />}
                onClick={() => setDialog({ kind: 'subject' })}
              >
                Edit subject
              </Button>
            )}
            <MoreMenu
              plural="subjects"
              one="subject"
              many="subjects"
              record={{ id: subject.id, version: subject.version, label: subject.localId }}
              mayDelete={mayEdit}
              consequence=""
              leadsTo={project ? `/projects/${project.id}` : '/work'}
            />
          </>
        }
      />
      <FactList facts={view.facts} dense />
      <section className={styles.section} aria-labelledby="timeline">
        <div className={styles.sectionHead}>
          <h2 id="timeline">Timeline</h2>
          {mayEdit && (
            <div className={timeline.add}>
              {addable.map((kind, place) => (
                <Button
                  key={kind}
                  size="compact-sm"
                  variant={place === 0 ? 'filled' : 'default'}
                  leftSection={<IconPlus size={14} aria-hidden />}
                  onClick={() => setDialog({ kind: 'new', event: kind })}
                >
                  {entryKinds[kind].add}
                </Button>
              ))}
            </div>
          )}
        </div>
        {deleted.length > 0 && (
          <UndoBar
            text="Event deleted."
            plural="events"
            records={deleted}
            onRestored={() => {
              setDeleted([])
              void revalidate()
            }}
            onClose={() => setDeleted([])}
          />
        )}
        {view.timeline.length === 0 && (
          <p className="dim">
            Nothing happened yet. Record what was given or done here; imaging sessions appear by themselves.
          </p>
        )}
        <TimelineChart entries={timed} />
        <ol className={timeline.list}>
          {view.timeline.map((entry) => (
            <TimelineItem
              key={entry.id}
              entry={entry}
              event={mayEdit ? events.find(({ id }) => id === entry.id) : undefined}
              onDialog={setDialog}
            />
          ))}
        </ol>
      </section>
      <section className={styles.section} aria-labelledby="images">
        <h2 id="images">Images</h2>
        {series.length === 0 && <p className="dim">No image series of this subject yet.</p>}
        <ul className={timeline.thumbs}>
          {series.map(({ id, label, modality, pixels, acquiredAt, animation }) => (
            <li key={id}>
              <Link to={`/view?series=${id}`}>
                <Thumbnail
                  src={pixels === 'ready' ? seriesThumbnail(id) : null}
                  animation={animation}
                  modality={modality}
                  size="fill"
                />
                <span>{label}</span>
                <span className="dim">{formatModality(modality)}</span>
                {acquiredAt && (
                  <span className="dim">
                    <When stamp={acquiredAt} />
                  </span>
                )}
              </Link>
            </li>
          ))}
        </ul>
      </section>
      <RecordDialog
        opened={dialog?.kind === 'subject'}
        entity="Subject"
        record={subject}
        projectId={project?.id}
        onSaved={saved}
        onClose={close}
      />
      <RecordDialog
        opened={dialog?.kind === 'new'}
        entity="Event"
        title={dialog?.kind === 'new' ? `${entryKinds[dialog.event].add}: ${subject.localId}` : ''}
        known={
          dialog?.kind === 'new'
            ? { ...dialog.known, kind: dialog.event, subjectId: subject.id, ...(project && { projectId: project.id }) }
            : {}
        }
        hidden={hidden}
        first={dialog?.kind === 'new' ? firstOf(dialog.event) : []}
        projectId={project?.id}
        onSaved={saved}
        onClose={close}
      />
      <RecordDialog
        opened={dialog?.kind === 'edit'}
        entity="Event"
        record={dialog?.kind === 'edit' ? dialog.record : undefined}
        hidden={['kind', 'subjectId', 'projectId']}
        first={dialog?.kind === 'edit' ? firstOf(dialog.record.kind) : []}
        projectId={project?.id}
        onSaved={saved}
        onClose={close}
      />
      {dialog?.kind === 'delete' && (
        <DeleteDialog
          opened
          plural="events"
          one="event"
          many="events"
          records={[
            { id: dialog.record.id, version: dialog.record.version, label: entryKinds[dialog.record.kind].name },
          ]}
          consequence=""
          onDeleted={(gone) => {
            setDeleted(gone)
            void revalidate()
          }}
          onClose={close}
        />
      )}
      <UploadDock />
    </>
  )
}

/** What was done comes first, then when. */
const firstOf = (kind: EventKind): string[] => [kind, 'start', 'end']

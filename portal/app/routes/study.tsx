import { Button, EmptyState } from '@mantine/core'
import { IconPhotoPlus } from '@tabler/icons-react'
import { Suspense, lazy, useCallback, useMemo, useState } from 'react'
import { useNavigate, useRevalidator, useSearchParams, type ShouldRevalidateFunctionArgs } from 'react-router'
import type { Project } from '#ontology/entities/project.ts'
import type { ImageSeries } from '#ontology/entities/series.ts'
import type { ImagingSession } from '#ontology/entities/session.ts'
import type { Study } from '#ontology/entities/study.ts'
import type { Subject } from '#ontology/entities/subject.ts'
import type { Route } from './+types/study.ts'
import { apiOf } from '../api.server.ts'
import { ProblemAlert } from '../components/problem.tsx'
import type { Page, Problem } from '../contract.ts'
import type { Deletable } from '../curation/deleteDialog.tsx'
import { readAll } from '../curation/readAll.ts'
import { memberCount, rightsIn } from '../curation/rights.server.ts'
import { UndoBar } from '../curation/undoBar.tsx'
import { counted, formatBytes, formatCount } from '../format.ts'
import { ActionBar } from '../study/actionBar.tsx'
import { OtherFiles } from '../study/otherFiles.tsx'
import { changedAddress, withoutPanel } from '../study/address.ts'
import { columns } from '../study/columns.ts'
import { downloadEach } from '../study/downloadEach.ts'
import { rowsOf, totalsOf, type Publication } from '../study/rows.ts'
import { nothingChosen, restrict, type Selection } from '../study/selection.ts'
import { SeriesFilters, isFiltered, seriesQuery } from '../study/seriesFilters.tsx'
import { SeriesTable, type TableActions } from '../study/seriesTable.tsx'
import { StudyDialogs, type StudyDialog } from '../study/studyDialogs.tsx'
import { StudyHeader } from '../study/studyHeader.tsx'
import { StudyTabs } from '../study/studyTabs.tsx'
import { useHiddenColumns } from '../study/useHiddenColumns.ts'
import { useMissing, useWaitForPixels } from '../study/useRows.ts'
import { useStable } from '../study/useStable.ts'
import { PageDrop } from '../upload/pageDrop.tsx'
import { fromDrop, fromPicker, startImport, type Brought } from '../upload/startImport.ts'
import { UploadDock } from '../upload/uploadDock.tsx'

const SeriesDrawer = lazy(() => import('../study/seriesDrawer.tsx').then((m) => ({ default: m.SeriesDrawer })))

const rowsPerStep = 200
const mostRows = 2000

export async function loader({ request, context, params }: Route.LoaderArgs) {
  const api = apiOf({ request, context })
  const study = await api.get<Study>(`/studies/${params.id}`)
  const { searchParams } = new URL(request.url)
  const query = seriesQuery(searchParams)
  // The state of a series is that of its dataset, which the list of series does not know: all are read to choose among them.
  const asked = query.state === '' ? Number(searchParams.get('shown')) || 0 : mostRows
  const shown = Math.min(mostRows, Math.max(rowsPerStep, asked))
  const studyId = study.id
  const filters = {
    q: query.q,
    modality: query.modality,
    subjectId: query.subject,
    sessionId: query.session,
    sort: query.sort || 'label',
    total: true,
  }
  const [rights, project, members, all, series, sessions, subjects, publications, attachments, raw] = await Promise.all(
    [
      rightsIn(api, [study.projectId]),
      api.get<Project>(`/projects/${study.projectId}`),
      memberCount(api, study.projectId),
      isFiltered(query) ? api.get<Page<unknown>>('/series', { studyId, limit: 1, total: true }) : null,
      readAll<ImageSeries>(api, '/series', { studyId, ...filters }, shown),
      readAll<ImagingSession>(api, '/sessions', { studyId }, 1000),
      readAll<Subject>(api, '/subjects', { studyId }, 1000),
      api.get<{ items: Publication[] }>(`/studies/${studyId}/publication`),
      api.get<Page<unknown>>('/files', { studyId, role: 'attachment', limit: 1, total: true }),
      api.get<Page<unknown>>('/files', { studyId, role: 'raw', limit: 1, total: true }),
    ],
  )
  const rows = rowsOf({
    series: series.items,
    sessions: sessions.items,
    subjects: subjects.items,
    publications: publications.items,
  }).filter(({ state }) => query.state === '' || state === query.state)
  return {
    study,
    rights,
    project,
    query,
    rows,
    more: series.more,
    total: query.state === '' ? (series.total ?? rows.length) : rows.length,
    /** Of the whole study, whatever is searched. */
    seriesCount: all?.total ?? series.total ?? rows.length,
    sessions: sessions.items,
    subjects: subjects.items,
    attachments: attachments.total ?? 0,
    raw: raw.total ?? 0,
    published: publications.items.filter(({ state }) => state === 'published').length,
    members,
  }
}

/** Opening the panel changes the address only. */
export function shouldRevalidate({ currentUrl, nextUrl, defaultShouldRevalidate }: ShouldRevalidateFunctionArgs) {
  const panelOnly = currentUrl.href !== nextUrl.href && withoutPanel(currentUrl) === withoutPanel(nextUrl)
  return panelOnly ? false : defaultShouldRevalidate
}

export const handle = { width: 'wide' }

export default function StudyManager({ loaderData }: Route.ComponentProps) {
  const { study, project, query, rows, more, total, sessions, subjects } = loaderData
  const { mayEdit } = loaderData.rights
  const navigate = useNavigate()
  const { revalidate } = useRevalidator()
  const [address, setAddress] = useSearchParams()
  const [hidden, setHidden] = useHiddenColumns()
  const [held, select] = useState(nothingChosen)
  const refresh = useCallback(() => void revalidate(), [revalidate])
  const [dialog, setDialog] = useState<StudyDialog>()
  const [deleted, setDeleted] = useState<Deletable[]>([])
  const [problem, setProblem] = useState<Problem | null>(null)
  const order = useMemo(() => rows.map(({ series }) => series.id), [rows])
  const selection = restrict(held, order)
  useWaitForPixels(rows, refresh)
  const missing = useMissing(rows, mayEdit)
  const byId = useMemo(() => new Map(rows.map((row) => [row.series.id, row])), [rows])
  const rowsFor = (ids: Iterable<string>) => [...ids].flatMap((id) => byId.get(id) ?? [])
  const chosen = rows.filter(({ series }) => selection.chosen.has(series.id))

  const setPanel = (id: string | null) =>
    setAddress(
      (now) => {
        const next = new URLSearchParams(now)
        if (id) next.set('series', id)
        else next.delete('series')
        return next
      },
      { preventScrollReset: true, replace: true },
    )
  const view = (ids: string[]) => void navigate(`/view?series=${ids.join(',')}`)
  const dialogFor = (kind: 'publish' | 'edit' | 'subjects' | 'delete') => (ids: Iterable<string>) => {
    if (mayEdit) setDialog({ kind, rows: rowsFor(ids) })
  }
  const actions = useStable<TableActions>({
    open: setPanel,
    view,
    publish: dialogFor('publish'),
    remove: dialogFor('delete'),
    session: mayEdit ? (session) => setDialog({ kind: 'session', session }) : undefined,
    help: () => setDialog({ kind: 'help' }),
  })
  const onSelect = useCallback(
    (change: (selection: Selection) => Selection) => select((now) => change(restrict(now, order))),
    [order],
  )
  const bring = async (brought: Brought) => {
    const started = await startImport(study.id, brought)
    if ('problem' in started) setProblem(started.problem)
    else void navigate(`/imports/${started.id}`)
  }
  const sortAddress = (sort: string) => changedAddress(address, { sort: sort === 'label' ? '' : sort })

  const totals = totalsOf(rows)
  const counts = `${formatCount(rows.length)}${rows.length < total ? ` of ${formatCount(total)}` : ''} series, ${formatBytes(totals.bytes)}`
  const empty = rows.length === 0 && !isFiltered(query)
  return (
    <>
      <title>{`${study.title} · Vivarchive`}</title>
      <StudyHeader
        study={study}
        project={project}
        counts={{
          series: loaderData.seriesCount,
          subjects: subjects.length,
          sessions: sessions.length,
          attachments: loaderData.attachments,
          published: loaderData.published,
        }}
        members={loaderData.members}
        mayEdit={mayEdit}
        onFiles={(files) => void bring(fromPicker(files))}
        onEdit={() => setDialog({ kind: 'study' })}
      />
      <StudyTabs studyId={study.id} />
      {problem && <ProblemAlert problem={problem} />}
      {deleted.length > 0 && (
        <UndoBar
          text={`${counted(deleted.length, 'series', 'series')} deleted.`}
          plural="series"
          records={deleted}
          onRestored={() => {
            setDeleted([])
            refresh()
          }}
          onClose={() => setDeleted([])}
        />
      )}
      {empty ? (
        <EmptyState
          py="xl"
          icon={<IconPhotoPlus aria-hidden />}
          title="No images yet"
          description={
            mayEdit
              ? 'Drop a folder of scanner files anywhere on this page, or choose one with the button above: DICOM, Bruker, Inveon, NIfTI, TIFF and more. Everything is kept byte for byte, also what is not recognised.'
              : 'Editors of this project can upload images here.'
          }
        />
      ) : (
        <>
          <SeriesFilters
            query={query}
            sessions={sessions}
            subjects={subjects}
            columns={columns}
            hiddenColumns={hidden}
            onHideColumns={setHidden}
            counts={counts}
          />
          <SeriesTable
            rows={rows}
            hidden={hidden}
            sort={query.sort}
            sortAddress={sortAddress}
            missing={missing}
            selection={selection}
            onSelect={onSelect}
            actions={actions}
          />
          {rows.length === 0 && <p>No series of this study fits. Clear the filters to see all.</p>}
          {more && (
            <Button
              mt="sm"
              variant="default"
              onClick={() =>
                void navigate(changedAddress(address, { shown: String(order.length + rowsPerStep) }), {
                  preventScrollReset: true,
                  replace: true,
                })
              }
            >
              Show {rowsPerStep} more of {formatCount(total)}
            </Button>
          )}
          {chosen.length > 0 && (
            <ActionBar
              rows={chosen}
              mayEdit={mayEdit}
              onView={() => view(chosen.map(({ series }) => series.id))}
              onPublish={() => setDialog({ kind: 'publish', rows: chosen })}
              onEdit={() =>
                chosen.length === 1 && chosen[0]
                  ? setPanel(chosen[0].series.id)
                  : setDialog({ kind: 'edit', rows: chosen })
              }
              onSubjects={() => setDialog({ kind: 'subjects', rows: chosen })}
              onDownload={() => downloadEach(chosen)}
              onDelete={() => setDialog({ kind: 'delete', rows: chosen })}
              onClear={() => select(nothingChosen)}
            />
          )}
        </>
      )}
      <OtherFiles studyId={study.id} kind="raw" count={loaderData.raw} />
      <OtherFiles studyId={study.id} kind="attachment" count={loaderData.attachments} />
      {mayEdit && (
        <PageDrop text={`Import into “${study.title}”`} onDrop={(transfer) => void bring(fromDrop(transfer))} />
      )}
      <UploadDock />
      <StudyDialogs
        dialog={dialog}
        study={study}
        project={project}
        onClose={() => setDialog(undefined)}
        onChanged={refresh}
        onDeleted={(gone) => {
          setDeleted(gone)
          select(nothingChosen)
          refresh()
        }}
      />
      <Suspense fallback={null}>
        {address.has('series') && (
          <SeriesDrawer
            seriesId={address.get('series')}
            projectId={project.id}
            mayEdit={mayEdit}
            onChanged={refresh}
            onClose={() => setPanel(null)}
          />
        )}
      </Suspense>
    </>
  )
}

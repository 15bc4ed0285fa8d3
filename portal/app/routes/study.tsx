import { Button, EmptyState } from '@mantine/core'
import { IconDownload, IconPencil, IconPhotoPlus } from '@tabler/icons-react'
import { Suspense, lazy, useCallback, useEffect, useMemo, useState } from 'react'
import { useNavigate, useRevalidator, useSearchParams, type ShouldRevalidateFunctionArgs } from 'react-router'
import type { Project } from '#ontology/entities/project.ts'
import type { ImageSeries } from '#ontology/entities/series.ts'
import { ImagingSession } from '#ontology/entities/session.ts'
import { Study } from '#ontology/entities/study.ts'
import type { Subject } from '#ontology/entities/subject.ts'
import type { Route } from './+types/study.ts'
import { apiOf } from '../api.server.ts'
import { send } from '../api.ts'
import { PageHeader } from '../components/pageHeader.tsx'
import { ProblemAlert } from '../components/problem.tsx'
import type { Page, Problem } from '../contract.ts'
import { DeleteDialog, type Deletable } from '../curation/deleteDialog.tsx'
import { MoreMenu } from '../curation/moreMenu.tsx'
import { readAll } from '../curation/readAll.ts'
import { RecordDialog } from '../curation/recordDialog.tsx'
import { rightsIn } from '../curation/rights.server.ts'
import { UndoBar } from '../curation/undoBar.tsx'
import { counted, formatBytes, formatCount } from '../format.ts'
import { ActionBar } from '../study/actionBar.tsx'
import { columns } from '../study/columns.ts'
import { KeyboardHelp } from '../study/keyboardHelp.tsx'
import { missingOf, rowsOf, totalsOf, type MissingField, type Publication, type SeriesRow } from '../study/rows.ts'
import { nothingChosen, restrict, type Selection } from '../study/selection.ts'
import { SeriesFilters, isFiltered, seriesQuery } from '../study/seriesFilters.tsx'
import { SeriesTable, type TableActions } from '../study/seriesTable.tsx'
import styles from '../study/study.module.css'
import { StudyTabs } from '../study/studyTabs.tsx'
import { useHiddenColumns } from '../study/useHiddenColumns.ts'
import { useStable } from '../study/useStable.ts'
import { ChooseFiles } from '../upload/chooseFiles.tsx'
import { PageDrop } from '../upload/pageDrop.tsx'
import { fromDrop, fromPicker, startImport, type Brought } from '../upload/startImport.ts'
import { UploadDock } from '../upload/uploadDock.tsx'

const FileList = lazy(() => import('../study/fileList.tsx').then((m) => ({ default: m.FileList })))
const SeriesDrawer = lazy(() => import('../study/seriesDrawer.tsx').then((m) => ({ default: m.SeriesDrawer })))
const PublishDialog = lazy(() => import('../study/publishDialog.tsx').then((m) => ({ default: m.PublishDialog })))
const BulkEdit = lazy(() => import('../study/bulkEdit.tsx').then((m) => ({ default: m.BulkEdit })))
const LinkSubjects = lazy(() => import('../study/linkSubjects.tsx').then((m) => ({ default: m.LinkSubjects })))

const rowsPerStep = 200

export async function loader({ request, context, params }: Route.LoaderArgs) {
  const api = apiOf({ request, context })
  const study = await api.get<Study>(`/studies/${params.id}`)
  const { searchParams } = new URL(request.url)
  const query = seriesQuery(searchParams)
  const shown = Math.min(2000, Math.max(rowsPerStep, Number(searchParams.get('shown')) || 0))
  const studyId = study.id
  const filters = {
    q: query.q,
    modality: query.modality,
    subjectId: query.subject,
    sessionId: query.session,
    sort: query.sort || 'label',
    total: true,
  }
  const [rights, project, series, sessions, subjects, publications, attachments] = await Promise.all([
    rightsIn(api, [study.projectId]),
    api.get<Project>(`/projects/${study.projectId}`),
    readAll<ImageSeries>(api, '/series', { studyId, ...filters }, shown),
    readAll<ImagingSession>(api, '/sessions', { studyId }, 1000),
    readAll<Subject>(api, '/subjects', { studyId }, 1000),
    api.get<{ items: Publication[] }>(`/studies/${studyId}/publication`),
    api.get<Page<unknown>>('/files', { studyId, role: 'attachment', limit: 1, total: true }),
  ])
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
    total: series.total ?? rows.length,
    sessions: sessions.items,
    subjects: subjects.items,
    attachments: attachments.total ?? 0,
  }
}

/** Opening the panel changes the address only. */
export function shouldRevalidate({ currentUrl, nextUrl, defaultShouldRevalidate }: ShouldRevalidateFunctionArgs) {
  const panelOnly = currentUrl.href !== nextUrl.href && withoutPanel(currentUrl) === withoutPanel(nextUrl)
  return panelOnly ? false : defaultShouldRevalidate
}

function withoutPanel(url: URL): string {
  const address = new URLSearchParams(url.search)
  address.delete('series')
  return `${url.pathname}?${address}`
}

export const handle = { width: 'wide' }

type Dialog =
  | { kind: 'study' | 'help' }
  | { kind: 'session'; session: ImagingSession }
  | { kind: 'publish' | 'edit' | 'subjects' | 'delete'; rows: SeriesRow[] }

export default function StudyManager({ loaderData }: Route.ComponentProps) {
  const { study, project, query, rows, more, total, sessions, subjects } = loaderData
  const { mayEdit } = loaderData.rights
  const navigate = useNavigate()
  const { revalidate } = useRevalidator()
  const [address, setAddress] = useSearchParams()
  const [hidden, setHidden] = useHiddenColumns()
  const [held, select] = useState(nothingChosen)
  const refresh = useCallback(() => void revalidate(), [revalidate])
  const [dialog, setDialog] = useState<Dialog>()
  const [deleted, setDeleted] = useState<Deletable[]>([])
  const [problem, setProblem] = useState<Problem | null>(null)
  const order = useMemo(() => rows.map(({ series }) => series.id), [rows])
  const selection = restrict(held, order)
  useWaitForPixels(rows, refresh)
  const missing = useMissing(rows, mayEdit)
  const byId = useMemo(() => new Map(rows.map((row) => [row.series.id, row])), [rows])
  const rowsFor = (ids: Iterable<string>) => [...ids].flatMap((id) => byId.get(id) ?? [])
  const chosen = rows.filter(({ series }) => selection.chosen.has(series.id))
  const close = () => setDialog(undefined)

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
      <PageHeader
        crumbs={[
          { label: 'My work', to: '/work' },
          { label: project.title, to: `/projects/${project.id}` },
        ]}
        title={study.title}
        meta={
          <>
            {study.localId && <span>{study.localId}</span>}
            <span>{counted(subjects.length, 'subject')}</span>
            <span>{counted(sessions.length, 'imaging session')}</span>
          </>
        }
        actions={
          <>
            {mayEdit && <ChooseFiles variant="filled" onChosen={(files) => void bring(fromPicker(files))} />}
            {!empty && (
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
              <Button
                variant="default"
                leftSection={<IconPencil size={16} aria-hidden />}
                onClick={() => setDialog({ kind: 'study' })}
              >
                Edit study
              </Button>
            )}
            <MoreMenu
              plural="studies"
              one="study"
              many="studies"
              record={{ id: study.id, version: study.version, label: study.title }}
              mayDelete={mayEdit}
              consequence={`with ${counted(total, 'series', 'series')} in ${counted(sessions.length, 'session')} and ${counted(loaderData.attachments, 'attachment')}`}
              leadsTo={`/projects/${project.id}`}
            />
          </>
        }
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
              ? 'Drop a folder of scanner files anywhere on this page: DICOM, Bruker, Inveon, NIfTI, TIFF and more. Everything is kept byte for byte, also what is not recognised.'
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
      <Attachments studyId={study.id} count={loaderData.attachments} />
      {mayEdit && (
        <PageDrop text={`Import into “${study.title}”`} onDrop={(transfer) => void bring(fromDrop(transfer))} />
      )}
      <UploadDock />
      <KeyboardHelp opened={dialog?.kind === 'help'} onClose={close} />
      <RecordDialog
        opened={dialog?.kind === 'study'}
        entity={Study}
        record={study}
        projectId={project.id}
        hidden={['projectId', 'subjectIds']}
        onSaved={() => {
          close()
          refresh()
        }}
        onClose={close}
      />
      <RecordDialog
        opened={dialog?.kind === 'session'}
        entity={ImagingSession}
        record={dialog?.kind === 'session' ? dialog.session : undefined}
        projectId={project.id}
        hidden={['studyId']}
        onSaved={() => {
          close()
          refresh()
        }}
        onClose={close}
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
        {dialog?.kind === 'publish' && (
          <PublishDialog rows={dialog.rows} study={study} project={project} onChanged={refresh} onClose={close} />
        )}
        {dialog?.kind === 'edit' && (
          <BulkEdit rows={dialog.rows} projectId={project.id} onSaved={refresh} onClose={close} />
        )}
        {dialog?.kind === 'subjects' && (
          <LinkSubjects rows={dialog.rows} projectId={project.id} onSaved={refresh} onClose={close} />
        )}
      </Suspense>
      {dialog?.kind === 'delete' && (
        <DeleteDialog
          opened
          plural="series"
          one="series"
          many="series"
          records={dialog.rows.map(({ series: { id, version, label } }) => ({ id, version, label }))}
          consequence={`${formatBytes(totalsOf(dialog.rows).bytes)} in ${counted(totalsOf(dialog.rows).files, 'file')}`}
          onDeleted={(gone) => {
            setDeleted(gone)
            select(nothingChosen)
            refresh()
          }}
          onClose={close}
        />
      )}
    </>
  )
}

/** Files that came with the images and are no images themselves. */
function Attachments({ studyId, count }: { studyId: string; count: number }) {
  const [open, setOpen] = useState(false)
  if (count === 0) return null
  return (
    <details className={styles.fill} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{counted(count, 'attachment')}</summary>
      <div>
        <Suspense fallback={<p>Reading the list of files</p>}>
          {open && <FileList of={{ studyId, role: 'attachment' }} />}
        </Suspense>
      </div>
    </details>
  )
}

function changedAddress(address: URLSearchParams, changes: Record<string, string>): string {
  const next = new URLSearchParams(address)
  for (const [name, value] of Object.entries(changes)) {
    if (value === '') next.delete(name)
    else next.set(name, value)
  }
  return `?${next}`
}

/** What each shown series still needs for publication; looked up after the page is there. */
function useMissing(rows: readonly SeriesRow[], wanted: boolean): ReadonlyMap<string, MissingField[]> | null {
  const [missing, setMissing] = useState<MissingField[] | null>(null)
  useEffect(() => {
    const seriesIds = rows.filter(({ state }) => state !== 'published').map(({ series }) => series.id)
    if (!wanted || seriesIds.length === 0) return
    let left = false
    void send<{ missing: MissingField[] }>('POST', '/datasets/check', { seriesIds }).then((sent) => {
      if (!left && sent.ok) setMissing(sent.value.missing)
    })
    return () => {
      left = true
    }
  }, [rows, wanted])
  return useMemo(() => missing && new Map(rows.map((row) => [row.series.id, missingOf(row, missing)])), [rows, missing])
}

const lookAgainMilliseconds = 2500

/** Looks again while images are being prepared, so that their pictures appear by themselves. */
function useWaitForPixels(rows: readonly SeriesRow[], refresh: () => void) {
  useEffect(() => {
    if (!rows.some(({ series }) => series.pixels === 'waiting')) return
    const timer = setTimeout(refresh, lookAgainMilliseconds)
    return () => clearTimeout(timer)
  }, [rows, refresh])
}

/** One archive per series, each asked for by a click of its own so that the browser takes them all. */
function downloadEach(rows: readonly SeriesRow[]) {
  for (const { series } of rows) {
    const link = document.createElement('a')
    link.href = `/api/v1/series/${series.id}/archive.zip`
    link.download = ''
    document.body.append(link)
    link.click()
    link.remove()
  }
}

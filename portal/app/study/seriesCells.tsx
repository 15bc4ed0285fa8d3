/** What stands in the cells of the Study Manager. */
import { Link } from 'react-router'
import { formatLabel } from '#imaging/formats/labels.ts'
import type { ImagingSession } from '#ontology/entities/session.ts'
import { StateBadge } from '../components/stateBadge.tsx'
import { When } from '../components/time.tsx'
import { counted, formatBytes, formatModality, formatShape, formatSpacing } from '../format.ts'
import type { Column } from './columns.ts'
import { audienceOf, type MissingField, type SeriesRow } from './rows.ts'
import type { TableActions } from './seriesTable.tsx'
import styles from './study.module.css'

export function LabelNote({ row: { series } }: { row: SeriesRow }) {
  if (series.pixels === 'failed') {
    return <span className={`${styles.sub} ${styles.trouble}`}>{series.problem ?? 'The image cannot be shown'}</span>
  }
  const facts = [series.number !== undefined && `No. ${series.number}`, series.pixels === 'waiting' && 'being prepared']
  const text = facts.filter(Boolean).join(', ')
  return text === '' ? null : <span className={styles.sub}>{text}</span>
}

interface CellProps {
  id: Column['id']
  row: SeriesRow
  missing: MissingField[] | null
  actions: TableActions
}

export function Cell({ id, row, missing, actions }: CellProps) {
  const { series, session, subjects, state, datasetId } = row
  switch (id) {
    case 'modality':
      return formatModality(series.modality)
    case 'session':
      return (
        <span>
          <SessionName session={session} edit={actions.session} />
          <span className={styles.sub}>
            {series.acquiredAt ? <When stamp={series.acquiredAt} /> : session?.start && <When stamp={session.start} />}
          </span>
        </span>
      )
    case 'subjects':
      return (
        <span>
          {subjects.length === 0 && <span className="dim">none yet</span>}
          {subjects.map(({ id: subjectId, localId }, place) => (
            <span key={subjectId}>
              {place > 0 && ', '}
              <Link to={`/subjects/${subjectId}`}>{localId}</Link>
            </span>
          ))}
        </span>
      )
    case 'image':
      return (
        <span>
          {formatLabel(series.format)}
          {series.image && <ImageSize image={series.image} />}
        </span>
      )
    case 'size':
      return (
        <span>
          {formatBytes(series.byteCount)}
          <span className={styles.sub}>{counted(series.fileCount, 'file')}</span>
        </span>
      )
    case 'state':
      return (
        <span>
          {datasetId ? (
            <Link to={`/datasets/${datasetId}`}>
              <StateBadge state={state} />
            </Link>
          ) : (
            <StateBadge state={state} />
          )}
          <span className={styles.sub}>{audienceOf(state)}</span>
        </span>
      )
    case 'missing':
      return <MissingCell state={state} missing={missing} publish={() => actions.publish([series.id])} />
  }
}

function SessionName({ session, edit }: { session: ImagingSession | undefined; edit: TableActions['session'] }) {
  if (!session) return null
  if (!edit) return session.label
  return (
    <button type="button" className={styles.plain} title="Edit the session" onClick={() => edit(session)}>
      {session.label}
    </button>
  )
}

function MissingCell({
  state,
  missing,
  publish,
}: Pick<CellProps, 'missing'> & { state: SeriesRow['state']; publish: () => void }) {
  if (state === 'published') return null
  if (!missing) return <span className="dim">…</span>
  if (missing.length === 0) return <span>Ready</span>
  const names = missing.map(({ title, label }) => `${title} (${label})`).join(', ')
  return (
    <button type="button" className={styles.plain} title={`Missing: ${names}`} onClick={publish}>
      {counted(missing.length, 'field')} missing
    </button>
  )
}

function ImageSize({ image }: { image: NonNullable<SeriesRow['series']['image']> }) {
  const spacing = formatSpacing(image)
  return (
    <span className={styles.sub}>
      <span className="nowrap">{formatShape(image)}</span>
      {spacing && (
        <>
          {', '}
          <span className="nowrap">{spacing}</span>
        </>
      )}
    </span>
  )
}

import { Link } from 'react-router'
import type { SearchHit } from '../../contract.ts'
import { formatDate, formatWords } from '../../format.ts'
import { ModalityBadge } from '../modalityBadge.tsx'
import { RecordTable, type Column } from '../recordTable.tsx'
import { StateBadge } from '../stateBadge.tsx'
import { Thumbnail } from '../thumbnail.tsx'
import styles from './registry.module.css'

/** Results as picture cards. */
export function ResultCards({ hits, showState = false }: { hits: SearchHit[]; showState?: boolean }) {
  return (
    <ul className={styles.cards}>
      {hits.map((hit) => (
        <li key={`${hit.type}-${hit.id}`} className={styles.card}>
          <Thumbnail src={hit.thumbnail} animation={hit.animation} modality={hit.modalities[0]} size="fill" />
          <div className={styles.cardText}>
            <h3>
              <Link to={hit.url}>
                <Marked hit={hit} field="title" />
              </Link>
            </h3>
            {hit.subtitle && (
              <p className="dim">
                <Marked hit={hit} field="subtitle" />
              </p>
            )}
            <FoundIn hit={hit} />
            <div className={styles.cardMeta}>
              {hit.modalities.map((code) => (
                <ModalityBadge key={code} code={code} />
              ))}
              {showState && <StateBadge state={hit.state} />}
              {hit.date && <span className="dim">{formatDate(hit.date)}</span>}
            </div>
          </div>
        </li>
      ))}
    </ul>
  )
}

const columns: Column<SearchHit>[] = [
  {
    id: 'title',
    title: 'Title',
    cell: (hit) => (
      <span className={styles.titleCell}>
        <Thumbnail src={hit.thumbnail} animation={hit.animation} modality={hit.modalities[0]} size={44} />
        <span>
          <Link to={hit.url}>
            <Marked hit={hit} field="title" />
          </Link>
          <span className={styles.subtitle}>
            <Marked hit={hit} field="subtitle" />
          </span>
          <FoundIn hit={hit} />
        </span>
      </span>
    ),
  },
  {
    id: 'modality',
    title: 'Modality',
    cell: ({ modalities }) => (
      <span className={styles.badges}>
        {modalities.map((code) => (
          <ModalityBadge key={code} code={code} />
        ))}
      </span>
    ),
  },
  { id: 'kind', title: 'Kind', nowrap: true, cell: ({ type }) => kindText[type] ?? formatWords(type) },
  { id: 'state', title: 'State', cell: ({ state }) => <StateBadge state={state} /> },
  { id: 'date', title: 'Date', nowrap: true, cell: ({ date }) => (date ? formatDate(date) : '–') },
]

const withoutState = columns.filter(({ id }) => id !== 'state')

/** Results as a dense table; the page has the choice of the order. */
export function ResultTable({ hits, showState = false }: { hits: SearchHit[]; showState?: boolean }) {
  const rows = hits.map((hit) => ({ ...hit, id: `${hit.type}-${hit.id}` }))
  return <RecordTable label="Results" rows={rows} columns={showState ? columns : withoutState} order="fixed" />
}

/** The text with the words that were searched marked. */
function Marked({ hit, field }: { hit: SearchHit; field: 'title' | 'subtitle' | 'description' }) {
  const segments = hit.highlights.find((one) => one.field === field)?.segments
  if (!segments) return hit[field]
  let at = 0
  return segments.map(({ text, hit: found }) => {
    at += text.length
    return found ? <mark key={at}>{text}</mark> : <span key={at}>{text}</span>
  })
}

/** The part of the description that has the words, when the lines above do not show them. */
function FoundIn({ hit }: { hit: SearchHit }) {
  const only = hit.highlights.length > 0 && hit.highlights.every(({ field }) => field === 'description')
  return only ? (
    <p className={styles.found}>
      <Marked hit={hit} field="description" />
    </p>
  ) : null
}

const kindText: Record<SearchHit['type'], string> = {
  series: 'Image series',
  dataset: 'Dataset',
  study: 'Study',
  subject: 'Subject',
  project: 'Project',
}

import { Table } from '@mantine/core'
import { Link } from 'react-router'
import type { SearchHit } from '../../contract.ts'
import { formatDate, formatWords } from '../../format.ts'
import { ModalityBadge } from '../modalityBadge.tsx'
import { StateBadge } from '../stateBadge.tsx'
import { Thumbnail } from '../thumbnail.tsx'
import styles from './registry.module.css'

/** Results as picture cards. */
export function ResultCards({ hits, showState = false }: { hits: SearchHit[]; showState?: boolean }) {
  return (
    <ul className={styles.cards}>
      {hits.map((hit) => (
        <li key={`${hit.type}-${hit.id}`} className={styles.card}>
          <Thumbnail src={hit.thumbnail} modality={hit.modalities[0]} size="fill" />
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

/** Results as a dense table. */
export function ResultTable({ hits, showState = false }: { hits: SearchHit[]; showState?: boolean }) {
  return (
    <Table.ScrollContainer minWidth={560} type="native">
      <Table highlightOnHover className={styles.table}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>
              <span className="srOnly">Picture</span>
            </Table.Th>
            <Table.Th>Title</Table.Th>
            <Table.Th>Modality</Table.Th>
            <Table.Th>Kind</Table.Th>
            {showState && <Table.Th>State</Table.Th>}
            <Table.Th>Date</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {hits.map((hit) => (
            <Table.Tr key={`${hit.type}-${hit.id}`}>
              <Table.Td className={styles.pictureCell}>
                <Thumbnail src={hit.thumbnail} modality={hit.modalities[0]} size={44} />
              </Table.Td>
              <Table.Td>
                <Link to={hit.url}>
                  <Marked hit={hit} field="title" />
                </Link>
                <div className="dim">
                  <Marked hit={hit} field="subtitle" />
                </div>
                <FoundIn hit={hit} />
              </Table.Td>
              <Table.Td>
                <span className={styles.badges}>
                  {hit.modalities.map((code) => (
                    <ModalityBadge key={code} code={code} />
                  ))}
                </span>
              </Table.Td>
              <Table.Td>{kindText[hit.type] ?? formatWords(hit.type)}</Table.Td>
              {showState && (
                <Table.Td>
                  <StateBadge state={hit.state} />
                </Table.Td>
              )}
              <Table.Td className="nowrap">{hit.date ? formatDate(hit.date) : '–'}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  )
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

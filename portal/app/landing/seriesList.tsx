import { Table } from '@mantine/core'
import { IconDownload, IconEye } from '@tabler/icons-react'
import { Link } from 'react-router'
import { ModalityBadge } from '../components/modalityBadge.tsx'
import { animationAddress } from '../components/animationAddress.ts'
import { Thumbnail, seriesThumbnail } from '../components/thumbnail.tsx'
import { When } from '../components/time.tsx'
import { counted, formatBytes, formatCount } from '../format.ts'
import type { FileLine, SeriesView } from './landing.server.ts'
import styles from './landing.module.css'

/** The series of a dataset with their files. `open` is false for what was withdrawn: nothing of it can be fetched. */
export function SeriesList({ series, open }: { series: SeriesView[]; open: boolean }) {
  return (
    <ul className={styles.seriesList}>
      {series.map((one) => (
        <li key={one.id}>
          <Thumbnail
            src={open ? seriesThumbnail(one.id) : null}
            animation={one.moves ? animationAddress(one.id) : null}
            modality={one.modality}
            size={72}
          />
          <div className={styles.seriesText}>
            <div className={styles.seriesHead}>
              <h3>{open ? <Link to={`/series/${one.id}`}>{one.label}</Link> : one.label}</h3>
              {one.modality && <ModalityBadge code={one.modality} />}
            </div>
            <p className="dim">{one.image}</p>
            <p>
              {[one.subjects.join(', '), one.session].filter(Boolean).join(' · ')}
              {one.acquiredAt && (
                <>
                  {' · '}
                  <When stamp={one.acquiredAt} />
                </>
              )}
            </p>
            <details className={styles.files}>
              <summary>
                {counted(one.fileCount, 'file')}, {formatBytes(one.byteCount)}
              </summary>
              <FileTable files={one.files} fileCount={one.fileCount} open={open} more={`/series/${one.id}`} />
            </details>
          </div>
          {open && (
            <div className={styles.seriesActions}>
              {one.viewable && (
                <Link to={`/view?series=${one.id}`} className={styles.action}>
                  <IconEye size={16} aria-hidden />
                  View<span className="srOnly"> {one.label}</span>
                </Link>
              )}
              <a href={`/api/v1/series/${one.id}/archive.zip`} className={styles.action} download>
                <IconDownload size={16} aria-hidden />
                Zip<span className="srOnly"> of {one.label}</span>
              </a>
            </div>
          )}
        </li>
      ))}
    </ul>
  )
}

/** Files with size and SHA-256; the first of them when there are very many. */
export function FileTable({
  files,
  fileCount,
  open,
  more,
}: {
  files: FileLine[]
  fileCount: number
  open: boolean
  /** Page that shows more of them. */
  more?: string
}) {
  const left = fileCount - files.length
  return (
    <>
      <Table.ScrollContainer minWidth={520} maxHeight={420} type="native">
        <Table stickyHeader className={styles.fileTable} aria-label="Files">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Path</Table.Th>
              <Table.Th className="number">Size</Table.Th>
              <Table.Th>SHA-256</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {files.map(({ id, path, byteCount, sha256 }) => (
              <Table.Tr key={id}>
                <Table.Td className={styles.path}>
                  {open ? (
                    <a href={`/api/v1/files/${id}/content`} download>
                      {path}
                    </a>
                  ) : (
                    path
                  )}
                </Table.Td>
                <Table.Td className="number nowrap" title={`${formatCount(byteCount)} bytes`}>
                  {formatBytes(byteCount)}
                </Table.Td>
                <Table.Td className={styles.hash}>
                  <code title={sha256}>{sha256}</code>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {left > 0 && (
        <p className="dim">
          {counted(left, 'more file')}:{' '}
          {more && open ? <Link to={more}>on the page of the series</Link> : 'in the zip, with a list of checksums'}
        </p>
      )}
    </>
  )
}

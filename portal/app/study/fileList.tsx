import { Button } from '@mantine/core'
import type { File } from '#ontology/entities/file.ts'
import { CopyButton } from '../components/copyButton.tsx'
import { ProblemAlert } from '../components/problem.tsx'
import { formatBytes } from '../format.ts'
import styles from './study.module.css'
import { useList } from '../curation/useList.ts'

interface Props {
  /** Which files. */
  of: { seriesId: string } | { studyId: string; role: Exclude<File['role'], 'image'> }
}

/** Files with their checksums. */
export function FileList({ of }: Props) {
  const { items, problem, more } = useList<File>('/files', { ...of, sort: 'path', limit: 200 })
  if (problem) return <ProblemAlert problem={problem} />
  if (!items) return <p>Reading the list of files</p>
  if (items.length === 0) return <p className="dim">There are no files.</p>
  return (
    <>
      <table className={styles.tags}>
        <thead>
          <tr>
            <th scope="col">Path and SHA-256</th>
            <th scope="col" className="number">
              Size
            </th>
            <th scope="col">
              <span className="srOnly">Copy</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {items.map(({ id, path, role, byteCount, sha256 }) => (
            <tr key={id}>
              <th scope="row">
                <a href={`/api/v1/files/${id}/content`} download>
                  {path}
                </a>
                {role === 'raw' && <span className="dim"> raw data</span>}
                <code className={styles.hash}>{sha256}</code>
              </th>
              <td className="number nowrap">{formatBytes(byteCount)}</td>
              <td>
                <CopyButton text={`${sha256}  ${path}`} label="Copy sum" />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {more && (
        <Button variant="default" size="compact-sm" mt="xs" onClick={more}>
          Show more files
        </Button>
      )}
    </>
  )
}

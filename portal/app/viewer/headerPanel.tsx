/** The header of the files in their own words, to search in. */
import { useEffect, useMemo, useState } from 'react'
import { ActionIcon, Button, Drawer, Loader, Select, TextInput } from '@mantine/core'
import { IconPin, IconSearch } from '@tabler/icons-react'
import { ProblemError, get } from '../api.ts'
import { counted } from '../format.ts'
import type { Tag } from './contract.ts'
import { toggleKey, useCorners } from './cornerFields.ts'
import styles from './viewer.module.css'

interface Props {
  opened: boolean
  onClose: () => void
  seriesId: string
  label: string
}

/** Rows drawn at first; more on request. */
const rowStep = 400

export function HeaderPanel({ opened, onClose, seriesId, label }: Props) {
  return (
    <Drawer opened={opened} onClose={onClose} position="right" size="lg" title={`Header of ${label}`}>
      {opened && <Tags key={seriesId} seriesId={seriesId} />}
    </Drawer>
  )
}

/** Entries with search, to stand in any panel. */
export function Tags({ seriesId }: { seriesId: string }) {
  const [tags, setTags] = useState<Tag[] | null>(null)
  const [problem, setProblem] = useState('')
  const [query, setQuery] = useState('')
  const [file, setFile] = useState<string | null>(null)
  const [rows, setRows] = useState(rowStep)
  const { keys } = useCorners()

  useEffect(() => {
    const leaving = new AbortController()
    get<{ items: Tag[] }>(`/series/${seriesId}/tags`, undefined, leaving.signal).then(
      ({ items }) => setTags(items),
      (error: unknown) => {
        if (!leaving.signal.aborted) setProblem(error instanceof ProblemError ? error.message : String(error))
      },
    )
    return () => leaving.abort()
  }, [seriesId])

  const files = useMemo(() => [...new Set((tags ?? []).map((tag) => tag.file))], [tags])
  const found = useMemo(() => searched(tags ?? [], query, file), [tags, query, file])
  if (problem) return <p role="alert">{problem}</p>
  if (!tags) {
    return (
      <p role="status">
        <Loader size="xs" /> Reading the header
      </p>
    )
  }
  return (
    <div className={styles.tags}>
      <TextInput
        type="search"
        aria-label="Search in the header"
        placeholder="Key, name or value"
        leftSection={<IconSearch size={16} aria-hidden />}
        value={query}
        onChange={(event) => {
          setQuery(event.currentTarget.value)
          setRows(rowStep)
        }}
        data-autofocus
      />
      {files.length > 1 && (
        <Select
          aria-label="File"
          placeholder={counted(files.length, 'file')}
          data={files}
          value={file}
          onChange={setFile}
          clearable
          searchable
          limit={200}
        />
      )}
      <p role="status" className="dim">
        {counted(found.length, 'entry', 'entries')} of {tags.length}
      </p>
      <table>
        <thead>
          <tr>
            <th scope="col">Key</th>
            <th scope="col">Name</th>
            <th scope="col">Value</th>
          </tr>
        </thead>
        <tbody>
          {found.slice(0, rows).map((tag, n) => (
            <tr key={n} title={tag.file}>
              <td className="mono">
                <ActionIcon
                  variant={keys.includes(tag.key) ? 'filled' : 'subtle'}
                  color={keys.includes(tag.key) ? undefined : 'gray'}
                  size="xs"
                  aria-label={`Write ${tag.name || tag.key} on the pictures`}
                  aria-pressed={keys.includes(tag.key)}
                  onClick={() => toggleKey(tag.key)}
                >
                  <IconPin size={12} aria-hidden />
                </ActionIcon>{' '}
                {tag.key}
              </td>
              <td>{tag.name}</td>
              <td>{tag.value}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {found.length > rows && (
        <Button variant="default" onClick={() => setRows(rows + rowStep)}>
          Show more
        </Button>
      )}
    </div>
  )
}

/** Entries that hold every word of the query somewhere. */
function searched(tags: Tag[], query: string, file: string | null): Tag[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  return tags.filter((tag) => {
    if (file !== null && tag.file !== file) return false
    const text = `${tag.key} ${tag.name} ${tag.value}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
}

import { Button, Checkbox, NativeSelect, Popover, Stack, TextInput } from '@mantine/core'
import { IconColumns3, IconSearch } from '@tabler/icons-react'
import { Form, Link, useSubmit } from 'react-router'
import type { ImagingSession } from '#ontology/entities/session.ts'
import { modalities } from '#ontology/modalities.ts'
import type { Subject } from '#ontology/entities/subject.ts'
import { stateLabels } from '../components/stateBadge.tsx'
import type { Column } from './columns.ts'
import styles from './study.module.css'

/** What the address of the page says about the list. */
export interface SeriesQuery {
  q: string
  modality: string
  subject: string
  session: string
  state: string
  sort: string
}

export function seriesQuery(address: URLSearchParams): SeriesQuery {
  const of = (name: string) => address.get(name) ?? ''
  return {
    q: of('q'),
    modality: of('modality'),
    subject: of('subject'),
    session: of('session'),
    state: of('state'),
    sort: of('sort'),
  }
}

export const isFiltered = ({ sort: _sort, ...filters }: SeriesQuery): boolean =>
  Object.values(filters).some((value) => value !== '')

interface Props {
  query: SeriesQuery
  sessions: readonly ImagingSession[]
  subjects: readonly Subject[]
  columns: readonly Column[]
  hiddenColumns: readonly string[]
  onHideColumns: (hidden: string[]) => void
  counts: string
}

const states = [{ value: '', label: 'Any state' }, ...stateLabels]

/** Search and filters; a plain form, so that the address holds them and the page works without script. */
export function SeriesFilters({ query, sessions, subjects, columns, hiddenColumns, onHideColumns, counts }: Props) {
  const submit = useSubmit()
  const apply = (form: HTMLFormElement | null) => {
    if (form) void submit(form, { replace: true, preventScrollReset: true })
  }
  const choice = (name: keyof SeriesQuery, label: string, data: { value: string; label: string }[]) => (
    <NativeSelect
      name={name}
      aria-label={label}
      defaultValue={query[name]}
      key={`${name} ${query[name]}`}
      data={data}
      onChange={(event) => apply(event.currentTarget.form)}
    />
  )
  return (
    <search aria-label="Series of this study">
      <Form className={styles.filters}>
        <TextInput
          id="series-search"
          className={styles.search}
          name="q"
          type="search"
          aria-label="Search the labels"
          placeholder="Search the labels"
          leftSection={<IconSearch size={16} aria-hidden />}
          defaultValue={query.q}
          key={`q ${query.q}`}
        />
        {choice('modality', 'Modality', [
          { value: '', label: 'Any modality' },
          ...Object.entries(modalities).map(([value, label]) => ({ value, label })),
        ])}
        {choice('subject', 'Subject', [
          { value: '', label: 'Any subject' },
          ...subjects.map(({ id, localId }) => ({ value: id, label: localId })),
        ])}
        {choice('session', 'Session', [
          { value: '', label: 'Any session' },
          ...sessions.map(({ id, label }) => ({ value: id, label })),
        ])}
        {choice('state', 'State', states)}
        {query.sort && <input type="hidden" name="sort" value={query.sort} />}
        <noscript>
          <button type="submit">Search</button>
        </noscript>
        {isFiltered(query) && (
          <Button component={Link} to="?" variant="subtle" preventScrollReset>
            Clear
          </Button>
        )}
        <span className={styles.counts}>{counts}</span>
        <Popover position="bottom-end">
          <Popover.Target>
            <Button variant="default" leftSection={<IconColumns3 size={16} aria-hidden />}>
              Columns
            </Button>
          </Popover.Target>
          <Popover.Dropdown>
            <Stack gap={6}>
              {columns.map(({ id, title }) => (
                <Checkbox
                  key={id}
                  size="xs"
                  label={title}
                  checked={!hiddenColumns.includes(id)}
                  onChange={(event) =>
                    onHideColumns(
                      event.currentTarget.checked ? hiddenColumns.filter((one) => one !== id) : [...hiddenColumns, id],
                    )
                  }
                />
              ))}
            </Stack>
          </Popover.Dropdown>
        </Popover>
      </Form>
    </search>
  )
}

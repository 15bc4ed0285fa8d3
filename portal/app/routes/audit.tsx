import { NativeSelect } from '@mantine/core'
import { Link, useSearchParams } from 'react-router'
import { entities } from '#ontology/index.ts'
import type { Route } from './+types/audit.ts'
import { apiOf } from '../api.server.ts'
import { useHydrated } from '../components/hydrated.ts'
import { ListSearch } from '../components/listSearch.tsx'
import { PageHeader } from '../components/pageHeader.tsx'
import { Pager } from '../components/pager.tsx'
import { RecordTable, type Column } from '../components/recordTable.tsx'
import { Time } from '../components/time.tsx'
import type { AuditEntry, Page } from '../contract.ts'
import { deedText, deedTexts, fieldTitle } from '../curation/changes.ts'
import { valueText } from '../forms/valueText.ts'
import { formatWords } from '../format.ts'
import styles from './audit.module.css'

const filters = ['q', 'entity', 'action', 'recordId', 'actorId', 'cursor'] as const

/** Kinds of records that are no entities. */
const otherKinds: Record<string, string> = { Dataset: 'Dataset', Import: 'Import', User: 'Account', Token: 'Token' }

export async function loader({ request, context }: Route.LoaderArgs) {
  const address = new URL(request.url).searchParams
  const query = Object.fromEntries(filters.map((name) => [name, address.get(name)]))
  const page = await apiOf({ request, context }).get<Page<AuditEntry>>('/audit', { ...query, limit: 50 })
  const kinds = { ...Object.fromEntries(entities.map(({ name, title }) => [name, title])), ...otherKinds }
  const entries = page.items.map((entry) => ({
    ...entry,
    kind: kinds[entry.entity] ?? formatWords(entry.entity),
    did: deedText(entry.action),
    changes: entry.changes.map((change) => ({ ...change, title: fieldTitle(entry.entity, change.pointer) })),
  }))
  return { entries, next: page.next, kinds: choices(kinds), deeds: choices(deedTexts) }
}

const choices = (texts: Record<string, string>) => Object.entries(texts).map(([value, label]) => ({ value, label }))

type Entry = Route.ComponentProps['loaderData']['entries'][number]

const columns: Column<Entry>[] = [
  { id: 'at', title: 'Time', cell: ({ at }) => <Time at={at} precision="second" /> },
  { id: 'who', title: 'Who', nowrap: true, cell: ({ actorName }) => actorName },
  { id: 'did', title: 'Did', nowrap: true, cell: ({ did }) => did },
  {
    id: 'what',
    title: 'What',
    cell: ({ kind, recordId, label }) => (
      <span>
        <span className="dim">{kind} </span>
        {recordId ? (
          <Link to={`?recordId=${recordId}`} title="All entries of this record">
            {label || recordId}
          </Link>
        ) : (
          label
        )}
      </span>
    ),
  },
  { id: 'changes', title: 'Fields', cell: ({ changes }) => <Changes changes={changes} /> },
]

export default function Audit({ loaderData }: Route.ComponentProps) {
  const { entries, next, kinds, deeds } = loaderData
  const [address] = useSearchParams()
  const choice = (name: string, label: string, all: string, data: { value: string; label: string }[]) => (
    <NativeSelect
      key={`${name} ${address.get(name)}`}
      name={name}
      aria-label={label}
      defaultValue={address.get(name) ?? ''}
      data={[{ value: '', label: all }, ...data]}
    />
  )
  return (
    <>
      <title>Audit · Vivarchive</title>
      <PageHeader title="Audit" meta="Who did what, when; the newest first. Entries are never changed." />
      <ListSearch label="Person or record" fields={['entity', 'action', 'recordId', 'actorId']}>
        {choice('entity', 'Kind of record', 'Any kind of record', kinds)}
        {choice('action', 'What was done', 'Whatever was done', deeds)}
        {['recordId', 'actorId'].map((name) => {
          const value = address.get(name)
          return value && <input key={name} type="hidden" name={name} value={value} />
        })}
      </ListSearch>
      {entries.length === 0 ? (
        <p>No entry fits. Look for a part of a name, or clear the filters to see all.</p>
      ) : (
        <div className={styles.table}>
          <RecordTable label="Audit" rows={entries} columns={columns} order="fixed" />
        </div>
      )}
      <Pager next={next} />
    </>
  )
}

function Changes({ changes }: Pick<Entry, 'changes'>) {
  const zone = useHydrated() ? undefined : 'UTC'
  if (changes.length === 0) return <span className="dim">–</span>
  return (
    <details>
      <summary>{changes.map(({ title }) => title).join(', ')}</summary>
      <dl className={styles.changes}>
        {changes.map(({ pointer, title, before, after }) => (
          <div key={pointer}>
            <dt>{title}</dt>
            <dd>
              <del>{valueText(before, zone)}</del> <ins>{valueText(after, zone)}</ins>
            </dd>
          </div>
        ))}
      </dl>
    </details>
  )
}

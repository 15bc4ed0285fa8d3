import { Button, NativeSelect, Table } from '@mantine/core'
import { Form, Link, useSearchParams } from 'react-router'
import { entities } from '#ontology/index.ts'
import type { Route } from './+types/audit.ts'
import { apiOf } from '../api.server.ts'
import { PageHeader } from '../components/pageHeader.tsx'
import { Pager } from '../components/pager.tsx'
import { Time } from '../components/time.tsx'
import type { AuditEntry, Page } from '../contract.ts'
import { formatWords } from '../format.ts'
import styles from './audit.module.css'

const filters = ['entity', 'action', 'recordId', 'actorId', 'cursor'] as const

export async function loader({ request, context }: Route.LoaderArgs) {
  const address = new URL(request.url).searchParams
  const query = Object.fromEntries(filters.map((name) => [name, address.get(name)]))
  const page = await apiOf({ request, context }).get<Page<AuditEntry>>('/audit', { ...query, limit: 50 })
  const names = entities.map(({ name, title }) => ({ value: name, label: title }))
  return { page, entities: [...names, { value: 'Dataset', label: 'Dataset' }, { value: 'User', label: 'Account' }] }
}

export default function Audit({ loaderData }: Route.ComponentProps) {
  const { page, entities: kinds } = loaderData
  const [address] = useSearchParams()
  const kindText = (name: string) => kinds.find(({ value }) => value === name)?.label ?? formatWords(name)
  return (
    <>
      <title>Audit · Vivarchive</title>
      <PageHeader title="Audit" meta="Who did what, when. Entries are never changed." />
      <Form className={styles.filters}>
        <NativeSelect
          key={address.get('entity')}
          name="entity"
          label="Kind of record"
          defaultValue={address.get('entity') ?? ''}
          data={[{ value: '', label: 'All' }, ...kinds]}
        />
        {address.get('recordId') && <input type="hidden" name="recordId" value={address.get('recordId')!} />}
        <Button type="submit" variant="default">
          Show
        </Button>
        {(address.get('recordId') || address.get('actorId')) && (
          <Link to="/admin/audit">Show the entries of all records</Link>
        )}
      </Form>
      {page.items.length === 0 ? (
        <p>No entry fits.</p>
      ) : (
        <Table.ScrollContainer minWidth={720} type="native">
          <Table aria-label="Audit" className={styles.table}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Time</Table.Th>
                <Table.Th>Who</Table.Th>
                <Table.Th>Did</Table.Th>
                <Table.Th>What</Table.Th>
                <Table.Th>Changes</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {page.items.map((entry) => (
                <Table.Tr key={entry.id}>
                  <Table.Td>
                    <Time at={entry.at} precision="second" />
                  </Table.Td>
                  <Table.Td>{entry.actorName}</Table.Td>
                  <Table.Td>{formatWords(entry.action)}</Table.Td>
                  <Table.Td>
                    <span className="dim">{kindText(entry.entity)} </span>
                    {entry.recordId ? (
                      <Link to={`?recordId=${entry.recordId}`} title="All entries of this record">
                        {entry.label || entry.recordId}
                      </Link>
                    ) : (
                      entry.label
                    )}
                  </Table.Td>
                  <Table.Td>
                    <Changes changes={entry.changes} />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      <Pager next={page.next} />
    </>
  )
}

function Changes({ changes }: Pick<AuditEntry, 'changes'>) {
  if (changes.length === 0) return <span className="dim">–</span>
  return (
    <details>
      <summary>{changes.map(({ pointer }) => pointer.slice(1) || 'record').join(', ')}</summary>
      <dl className={styles.changes}>
        {changes.map(({ pointer, before, after }) => (
          <div key={pointer}>
            <dt>{pointer}</dt>
            <dd>
              <del>{valueText(before)}</del> <ins>{valueText(after)}</ins>
            </dd>
          </div>
        ))}
      </dl>
    </details>
  )
}

const valueText = (value: unknown): string =>
  value === null || value === undefined ? 'empty' : typeof value === 'string' ? value : JSON.stringify(value)

import { Button, Checkbox, Group, NativeSelect, Stack, TextInput } from '@mantine/core'
import { Form } from 'react-router'
import { Confirm } from '../components/confirm.tsx'
import { FormProblem, errorOf } from '../components/field.tsx'
import { RecordTable, type Column } from '../components/recordTable.tsx'
import { Time } from '../components/time.tsx'
import type { Problem, Token } from '../contract.ts'
import styles from './tokens.module.css'

interface ProjectName {
  id: string
  title: string
}

const scopes = [
  { value: 'read', label: 'Read', hint: 'what I may see' },
  { value: 'write', label: 'Write', hint: 'upload, import and change' },
  { value: 'publish', label: 'Publish', hint: 'send to the registry, withdraw' },
  { value: 'admin', label: 'Administer', hint: 'accounts and audit, for administrators' },
]

const scopesText = (given: readonly string[]): string =>
  scopes
    .filter(({ value }) => given.includes(value))
    .map(({ label }) => label)
    .join(', ')

const lifetimes = [
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: 'One year' },
  { value: '', label: 'Until it is revoked' },
]

const columns: Column<Token & { projects: string | undefined }>[] = [
  { id: 'label', title: 'For', by: ({ label }) => label, cell: ({ label }) => label },
  { id: 'scopes', title: 'Scopes', cell: (token) => scopesText(token.scopes) },
  { id: 'projects', title: 'Projects', cell: ({ projects }) => projects ?? 'All of mine' },
  {
    id: 'expires',
    title: 'Expires',
    by: ({ expiresAt }) => expiresAt,
    cell: ({ expiresAt }) => (expiresAt ? <Time at={expiresAt} precision="day" /> : 'Never'),
  },
  {
    id: 'used',
    title: 'Last used',
    by: ({ lastUsedAt }) => lastUsedAt,
    cell: ({ lastUsedAt }) => (lastUsedAt ? <Time at={lastUsedAt} /> : 'Never'),
  },
]

export function TokenTable({
  tokens,
  projects,
  problem,
}: {
  tokens: Token[]
  projects: ProjectName[]
  problem: Problem | null
}) {
  if (tokens.length === 0)
    return <p>You have no token yet. Make one below for each program or computer, so that each can be revoked alone.</p>
  const titleOf = (id: string) => projects.find((project) => project.id === id)?.title ?? id
  const rows = tokens.map((token) => ({ ...token, projects: token.projectIds?.map(titleOf).join(', ') }))
  return (
    <>
      <FormProblem problem={problem} fields={[]} />
      <RecordTable
        label="API tokens"
        rows={rows}
        columns={columns}
        renderActions={(token) => (
          <Form method="post">
            <input type="hidden" name="intent" value="revoke" />
            <input type="hidden" name="id" value={token.id} />
            <Confirm label="Revoke" about={token.label} action="Revoke the token">
              <p>
                Programs that use the token “{token.label}” are refused from now on. This cannot be undone; a new token
                has to be made for them.
              </p>
            </Confirm>
          </Form>
        )}
      />
    </>
  )
}

export function NewTokenForm({ projects, problem }: { projects: ProjectName[]; problem: Problem | null }) {
  return (
    <Form method="post">
      <input type="hidden" name="intent" value="token" />
      <Stack gap="sm" maw={520}>
        <FormProblem problem={problem} fields={['label', 'scopes', 'projectIds', 'expiresAt']} />
        <TextInput
          label="What it is for"
          name="label"
          placeholder="Acquisition computer of the PET/CT"
          required
          withAsterisk={false}
          error={errorOf(problem, 'label')}
        />
        <Checkbox.Group
          label="Scopes"
          defaultValue={['read']}
          {...(errorOf(problem, 'scopes') && { error: errorOf(problem, 'scopes') })}
        >
          <Stack gap={6} mt={4}>
            {scopes.map(({ value, label, hint }) => (
              <Checkbox key={value} name="scopes" value={value} label={`${label}: ${hint}`} />
            ))}
          </Stack>
        </Checkbox.Group>
        {projects.length > 0 && (
          <details className={styles.projects}>
            <summary>Only for certain projects</summary>
            <Stack gap={6} mt={6}>
              {projects.map(({ id, title }) => (
                <Checkbox key={id} name="projectIds" value={id} label={title} />
              ))}
            </Stack>
          </details>
        )}
        <Group align="end">
          <NativeSelect label="Valid for" name="days" data={lifetimes} defaultValue="90" />
          <Button type="submit">Make the token</Button>
        </Group>
      </Stack>
    </Form>
  )
}

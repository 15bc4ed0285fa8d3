import { Button, Checkbox, Group, NativeSelect, Stack, Table, TextInput } from '@mantine/core'
import { Form } from 'react-router'
import { Confirm } from '../components/confirm.tsx'
import { FormProblem, errorOf } from '../components/field.tsx'
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

const lifetimes = [
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: 'One year' },
  { value: '', label: 'Until it is revoked' },
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
  if (tokens.length === 0) return <p>You have no token yet.</p>
  const titleOf = (id: string) => projects.find((project) => project.id === id)?.title ?? id
  return (
    <>
      <FormProblem problem={problem} fields={[]} />
      <Table.ScrollContainer minWidth={640} type="native">
        <Table aria-label="API tokens">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>For</Table.Th>
              <Table.Th>Scopes</Table.Th>
              <Table.Th>Projects</Table.Th>
              <Table.Th>Expires</Table.Th>
              <Table.Th>Last used</Table.Th>
              <Table.Th>
                <span className="srOnly">Actions</span>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {tokens.map((token) => (
              <Table.Tr key={token.id}>
                <Table.Td>{token.label}</Table.Td>
                <Table.Td>{token.scopes.join(', ')}</Table.Td>
                <Table.Td>{token.projectIds ? token.projectIds.map(titleOf).join(', ') : 'All of mine'}</Table.Td>
                <Table.Td>{token.expiresAt ? <Time at={token.expiresAt} precision="day" /> : 'Never'}</Table.Td>
                <Table.Td>{token.lastUsedAt ? <Time at={token.lastUsedAt} /> : 'Never'}</Table.Td>
                <Table.Td className="number">
                  <Form method="post">
                    <input type="hidden" name="intent" value="revoke" />
                    <input type="hidden" name="id" value={token.id} />
                    <Confirm label="Revoke" about={token.label} action="Revoke the token">
                      <p>
                        Programs that use the token “{token.label}” are refused from now on. This cannot be undone; a
                        new token has to be made for them.
                      </p>
                    </Confirm>
                  </Form>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
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

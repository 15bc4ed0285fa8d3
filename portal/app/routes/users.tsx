import { Button, Checkbox, Group, NativeSelect, PasswordInput, Table, TextInput } from '@mantine/core'
import { IconPlus, IconSearch } from '@tabler/icons-react'
import { Form, Link, data, redirect, useSearchParams } from 'react-router'
import type { Route } from './+types/users.ts'
import { apiOf } from '../api.server.ts'
import { FormProblem, errorOf } from '../components/field.tsx'
import { PageHeader } from '../components/pageHeader.tsx'
import { Pager } from '../components/pager.tsx'
import { Time } from '../components/time.tsx'
import type { Account, Page, Problem } from '../contract.ts'
import styles from './users.module.css'

const roles = [
  { value: 'user', label: 'User: works in projects' },
  { value: 'curator', label: 'Curator: also reviews submissions' },
  { value: 'admin', label: 'Administrator: also manages accounts' },
]
const roleText: Record<string, string> = { user: 'User', curator: 'Curator', admin: 'Administrator' }
const fields = ['email', 'name', 'password', 'siteRole', 'disabled']

export async function loader({ request, context }: Route.LoaderArgs) {
  const address = new URL(request.url).searchParams
  return apiOf({ request, context }).get<Page<Account>>('/users', {
    q: address.get('q'),
    cursor: address.get('cursor'),
    limit: 50,
  })
}

export async function action({ request, context }: Route.ActionArgs) {
  const api = apiOf({ request, context })
  const form = await request.formData()
  const id = String(form.get('id') ?? '')
  const password = String(form.get('password') ?? '')
  const body = {
    name: String(form.get('name') ?? '').trim(),
    siteRole: form.get('siteRole'),
    ...(password && { password }),
  }
  const sent = id
    ? await api.send('PATCH', `/users/${encodeURIComponent(id)}`, { ...body, disabled: form.has('disabled') })
    : await api.send('POST', '/users', { ...body, email: String(form.get('email') ?? '').trim() })
  if (!sent.ok) return data({ problem: sent.problem }, { status: sent.problem.status })
  return redirect('/admin/users')
}

export default function Users({ loaderData, actionData }: Route.ComponentProps) {
  const [address] = useSearchParams()
  const edited = loaderData.items.find(({ id }) => id === address.get('edit'))
  return (
    <>
      <title>Users · Vivarchive</title>
      <PageHeader
        title="Users"
        actions={
          <Button component={Link} to="?new=yes" leftSection={<IconPlus size={17} aria-hidden />}>
            New account
          </Button>
        }
      />
      {address.has('new') && <AccountForm problem={actionData?.problem} />}
      {edited && <AccountForm key={edited.id} account={edited} problem={actionData?.problem} />}
      <search>
        <Form className={styles.search}>
          <TextInput
            type="search"
            name="q"
            aria-label="Find an account"
            placeholder="Name or e-mail"
            defaultValue={address.get('q') ?? ''}
            leftSection={<IconSearch size={16} aria-hidden />}
          />
          <Button type="submit" variant="default">
            Find
          </Button>
        </Form>
      </search>
      {loaderData.items.length === 0 ? (
        <p>No account fits. Look for a part of the name or of the e-mail address.</p>
      ) : (
        <Table.ScrollContainer minWidth={620} type="native">
          <Table highlightOnHover aria-label="Accounts">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Name</Table.Th>
                <Table.Th>E-mail</Table.Th>
                <Table.Th>Role</Table.Th>
                <Table.Th>State</Table.Th>
                <Table.Th>Since</Table.Th>
                <Table.Th>
                  <span className="srOnly">Actions</span>
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {loaderData.items.map(({ id, name, email, siteRole, disabled, createdAt }) => (
                <Table.Tr key={id}>
                  <Table.Td>{name}</Table.Td>
                  <Table.Td>{email}</Table.Td>
                  <Table.Td>{roleText[siteRole]}</Table.Td>
                  <Table.Td>{disabled ? 'Disabled' : 'Active'}</Table.Td>
                  <Table.Td>{createdAt && <Time at={createdAt} precision="day" />}</Table.Td>
                  <Table.Td className="number">
                    <Link to={`?edit=${id}`}>
                      Edit<span className="srOnly"> {name}</span>
                    </Link>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      <Pager next={loaderData.next} />
    </>
  )
}

function AccountForm({ account, problem }: { account?: Account; problem: Problem | undefined }) {
  return (
    <section className={styles.panel}>
      <h2>{account ? `Account of ${account.name}` : 'New account'}</h2>
      <Form method="post" className={styles.form}>
        {account && <input type="hidden" name="id" value={account.id} />}
        <FormProblem problem={problem} fields={fields} />
        <TextInput
          label="Name"
          name="name"
          required
          withAsterisk={false}
          defaultValue={account?.name}
          error={errorOf(problem, 'name')}
        />
        {!account && (
          <TextInput
            label="E-mail"
            name="email"
            type="email"
            required
            withAsterisk={false}
            error={errorOf(problem, 'email')}
          />
        )}
        <NativeSelect
          label="Role on this site"
          name="siteRole"
          data={roles}
          defaultValue={account?.siteRole ?? 'user'}
          error={errorOf(problem, 'siteRole')}
        />
        <PasswordInput
          label={account ? 'New password' : 'Password'}
          description={
            account
              ? 'Leave empty to keep it. A new one ends all sign-ins of this person.'
              : 'At least 12 characters. The person can change it after signing in.'
          }
          name="password"
          autoComplete="new-password"
          minLength={12}
          required={!account}
          withAsterisk={false}
          error={errorOf(problem, 'password')}
          visibilityToggleFocusable
          visibilityToggleButtonProps={{ 'aria-label': 'Show the password' }}
        />
        {account && (
          <Checkbox
            name="disabled"
            label="Disabled: cannot sign in, tokens are refused; what the person made stays"
            defaultChecked={account.disabled}
          />
        )}
        <Group>
          <Button type="submit">{account ? 'Save' : 'Create the account'}</Button>
          <Button component={Link} to="/admin/users" variant="default">
            Cancel
          </Button>
        </Group>
      </Form>
    </section>
  )
}

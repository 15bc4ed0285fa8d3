import { Button, Checkbox, Group, NativeSelect, PasswordInput, TextInput } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { Form, Link, data, redirect, useSearchParams } from 'react-router'
import type { Route } from './+types/users.ts'
import { apiOf } from '../api.server.ts'
import { FormProblem, errorOf } from '../components/field.tsx'
import { listQuery } from '../components/listAddress.ts'
import { ListSearch } from '../components/listSearch.tsx'
import { PageHeader } from '../components/pageHeader.tsx'
import { Pager } from '../components/pager.tsx'
import { RecordTable, type Column } from '../components/recordTable.tsx'
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

const columns: Column<Account>[] = [
  { id: 'name', title: 'Name', atServer: true, cell: ({ name }) => name },
  { id: 'email', title: 'E-mail', atServer: true, cell: ({ email }) => email },
  { id: 'role', title: 'Role', cell: ({ siteRole }) => roleText[siteRole] },
  { id: 'state', title: 'State', cell: ({ disabled }) => (disabled ? 'Disabled' : 'Active') },
  {
    id: 'createdAt',
    title: 'Since',
    atServer: true,
    nowrap: true,
    cell: ({ createdAt }) => createdAt && <Time at={createdAt} precision="day" />,
  },
]

export async function loader({ request, context }: Route.LoaderArgs) {
  const { q, sort, cursor } = listQuery(new URL(request.url).searchParams)
  return apiOf({ request, context }).get<Page<Account>>('/users', { q, sort, cursor, limit: 50 })
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
      <ListSearch label="Name or e-mail" />
      {loaderData.items.length === 0 ? (
        <p>No account fits. Look for a part of the name or of the e-mail address.</p>
      ) : (
        <RecordTable
          label="Accounts"
          rows={loaderData.items}
          columns={columns}
          order="server"
          renderActions={({ id, name }) => (
            <Link to={`?edit=${id}`}>
              Edit<span className="srOnly"> {name}</span>
            </Link>
          )}
        />
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

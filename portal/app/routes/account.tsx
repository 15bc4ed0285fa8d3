import { Alert, Button, PasswordInput, Stack, TextInput } from '@mantine/core'
import { IconCheck, IconKey } from '@tabler/icons-react'
import { Form, data, redirect, useRouteLoaderData } from 'react-router'
import type { Project } from '#ontology/entities/project.ts'
import type { Route } from './+types/account.ts'
import { NewTokenForm, TokenTable } from '../account/tokens.tsx'
import { apiOf, signInPath } from '../api.server.ts'
import { CopyButton } from '../components/copyButton.tsx'
import { FormProblem, errorOf } from '../components/field.tsx'
import { PageHeader } from '../components/pageHeader.tsx'
import type { Me, Page, Token } from '../contract.ts'
import styles from './account.module.css'

export async function loader({ request, context }: Route.LoaderArgs) {
  const api = apiOf({ request, context })
  const { user } = await api.get<Me>('/me')
  if (!user) throw redirect(signInPath(request))
  const [tokens, projects] = await Promise.all([
    api.get<{ items: Token[] }>('/tokens'),
    api.get<Page<Project>>('/projects', { limit: 200, sort: 'label' }),
  ])
  return { tokens: tokens.items, projects: projects.items.map(({ id, title }) => ({ id, title })) }
}

/** Which of the page's forms was sent. */
type Intent = 'name' | 'password' | 'token' | 'revoke'

export async function action({ request, context }: Route.ActionArgs) {
  const api = apiOf({ request, context })
  const form = await request.formData()
  const intent = String(form.get('intent')) as Intent
  const text = (name: string) => String(form.get(name) ?? '').trim()
  const tasks = {
    name: () => api.send('PATCH', '/me', { name: text('name') }),
    password: () =>
      api.send('PATCH', '/me', {
        currentPassword: String(form.get('currentPassword') ?? ''),
        newPassword: String(form.get('newPassword') ?? ''),
      }),
    token: () =>
      api.send<{ token: string }>('POST', '/tokens', {
        label: text('label'),
        scopes: form.getAll('scopes'),
        ...(form.has('projectIds') && { projectIds: form.getAll('projectIds') }),
        ...(text('days') && { expiresAt: new Date(Date.now() + Number(text('days')) * 86_400_000).toISOString() }),
      }),
    revoke: () => api.send('DELETE', `/tokens/${encodeURIComponent(text('id'))}`),
  }
  if (!Object.hasOwn(tasks, intent)) throw data(null, { status: 400 })
  const sent = await tasks[intent]()
  if (!sent.ok) return data({ intent, problem: sent.problem, token: null }, { status: sent.problem.status })
  const made = intent === 'token' ? (sent.value as { token: string }).token : null
  return data(
    { intent, problem: null, token: made },
    { headers: sent.cookies.map((cookie): [string, string] => ['set-cookie', cookie]) },
  )
}

export default function Account({ loaderData, actionData }: Route.ComponentProps) {
  const user = useRouteLoaderData<{ me: Me }>('root')?.me.user
  const problemOf = (intent: Intent) => (actionData?.intent === intent ? actionData.problem : null)
  const done = (intent: Intent) => actionData?.intent === intent && !actionData.problem
  return (
    <>
      <title>Account · Vivarchive</title>
      <PageHeader
        title="Account"
        meta={<span>{user?.email}</span>}
        actions={
          <Form method="post" action="/sign-out">
            <Button type="submit" variant="default">
              Sign out
            </Button>
          </Form>
        }
      />
      <div className={styles.sections}>
        <section>
          <h2>Name</h2>
          <Form method="post">
            <input type="hidden" name="intent" value="name" />
            <Stack gap="sm">
              <FormProblem problem={problemOf('name')} fields={['name']} />
              <TextInput
                label="Name shown to others"
                name="name"
                autoComplete="name"
                defaultValue={user?.name}
                required
                withAsterisk={false}
                error={errorOf(problemOf('name'), 'name')}
              />
              <Done when={done('name')}>The name is changed.</Done>
              <div>
                <Button type="submit">Save the name</Button>
              </div>
            </Stack>
          </Form>
        </section>
        <section>
          <h2>Password</h2>
          <Form method="post">
            <input type="hidden" name="intent" value="password" />
            <Stack gap="sm">
              <FormProblem problem={problemOf('password')} fields={['currentPassword', 'newPassword']} />
              <PasswordInput
                label="Current password"
                name="currentPassword"
                autoComplete="current-password"
                required
                withAsterisk={false}
                error={errorOf(problemOf('password'), 'currentPassword')}
                visibilityToggleFocusable
                visibilityToggleButtonProps={{ 'aria-label': 'Show the current password' }}
              />
              <PasswordInput
                label="New password"
                description="At least 12 characters. A sentence is easier to remember than a riddle."
                name="newPassword"
                autoComplete="new-password"
                minLength={12}
                required
                withAsterisk={false}
                error={errorOf(problemOf('password'), 'newPassword')}
                visibilityToggleFocusable
                visibilityToggleButtonProps={{ 'aria-label': 'Show the new password' }}
              />
              <Done when={done('password')}>The password is changed. Other sign-ins of yours have ended.</Done>
              <div>
                <Button type="submit">Change the password</Button>
              </div>
            </Stack>
          </Form>
        </section>
        <section className={styles.tokens}>
          <h2>API tokens</h2>
          <p className="dim">
            Programs sign in with a token: <code>Authorization: Bearer viv_…</code>. A token can do no more than you,
            and only what its scopes allow. See the <a href="/docs/api">documentation of the API</a>.
          </p>
          {actionData?.token && (
            <Alert variant="outline" icon={<IconKey aria-hidden />} title="The new token, shown only now" mb="md">
              <p className={styles.secret}>
                <code>{actionData.token}</code>
                <CopyButton text={actionData.token} label="Copy the token" />
              </p>
              Keep it like a password. If it is lost, revoke it and make another.
            </Alert>
          )}
          <Done when={done('revoke')}>The token is revoked.</Done>
          <TokenTable tokens={loaderData.tokens} projects={loaderData.projects} problem={problemOf('revoke')} />
          <h3>New token</h3>
          <NewTokenForm key={actionData?.token ?? 'form'} projects={loaderData.projects} problem={problemOf('token')} />
        </section>
      </div>
    </>
  )
}

function Done({ when, children }: { when: boolean; children: string }) {
  return (
    <output className={styles.done}>
      {when && (
        <>
          <IconCheck size={16} aria-hidden /> {children}
        </>
      )}
    </output>
  )
}

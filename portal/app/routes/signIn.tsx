import { Button, PasswordInput, Stack, TextInput, Title } from '@mantine/core'
import { Form, data, redirect, useNavigation } from 'react-router'
import type { Route } from './+types/signIn.ts'
import { apiOf } from '../api.server.ts'
import { FormProblem, errorOf } from '../components/field.tsx'
import { Logo } from '../components/logo.tsx'
import type { Me, User } from '../contract.ts'
import { sameSitePath } from '../sameSite.ts'
import styles from './signIn.module.css'

const fields = ['email', 'password']

export async function loader({ request, context }: Route.LoaderArgs) {
  const returnTo = sameSitePath(new URL(request.url).searchParams.get('returnTo'))
  const { user } = await apiOf({ request, context }).get<Me>('/me')
  if (user) throw redirect(returnTo)
  return { returnTo }
}

export async function action({ request, context }: Route.ActionArgs) {
  const form = await request.formData()
  const email = String(form.get('email') ?? '').trim()
  const password = String(form.get('password') ?? '')
  const sent = await apiOf({ request, context }).send<{ user: User }>('POST', '/sign-in', { email, password })
  if (!sent.ok) return data({ problem: sent.problem, email }, { status: sent.problem.status })
  return redirect(sameSitePath(String(form.get('returnTo') ?? '')), {
    headers: sent.cookies.map((cookie): [string, string] => ['set-cookie', cookie]),
  })
}

export default function SignIn({ loaderData, actionData }: Route.ComponentProps) {
  const busy = useNavigation().state === 'submitting'
  const problem = actionData?.problem
  return (
    <div className={styles.box}>
      <title>Sign in · Vivarchive</title>
      <Logo size={44} />
      <Title order={1}>Sign in</Title>
      <p className="dim">Reading the registry needs no account. Sign in to bring in, describe and publish images.</p>
      <Form method="post">
        <input type="hidden" name="returnTo" value={loaderData.returnTo} />
        <Stack gap="sm">
          <FormProblem problem={problem} fields={fields} {...(problem?.status === 401 && { title: 'Not signed in' })} />
          <TextInput
            label="E-mail"
            name="email"
            type="email"
            autoComplete="username"
            required
            withAsterisk={false}
            size="md"
            defaultValue={actionData?.email ?? ''}
            error={errorOf(problem, 'email')}
          />
          <PasswordInput
            label="Password"
            name="password"
            autoComplete="current-password"
            required
            withAsterisk={false}
            size="md"
            error={errorOf(problem, 'password')}
            visibilityToggleFocusable
            visibilityToggleButtonProps={{ 'aria-label': 'Show the password' }}
          />
          <Button type="submit" size="md" disabled={busy} mt="xs">
            {busy ? 'Signing in' : 'Sign in'}
          </Button>
        </Stack>
      </Form>
      <p className="dim">No account, or the password is lost? Ask an administrator of this site.</p>
    </div>
  )
}

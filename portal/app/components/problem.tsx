import { Alert, Button, Title } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { Link, isRouteErrorResponse, useLocation, useRouteLoaderData } from 'react-router'
import { ProblemError } from '../api.ts'
import type { Me, Problem } from '../contract.ts'
import { problemText } from '../http.ts'
import styles from './problem.module.css'

/** A problem as a whole, where it happened; field messages stand beside their fields. */
export function ProblemAlert({ problem, title }: { problem: Problem; title?: string }) {
  const general = (problem.errors ?? []).filter(({ pointer }) => pointer === '' || pointer === '/')
  return (
    <Alert
      color="red"
      variant="outline"
      role="alert"
      icon={<IconAlertTriangle aria-hidden />}
      title={title ?? problem.title}
    >
      {problem.detail}
      {general.map(({ message }) => (
        <div key={message}>{message}</div>
      ))}
    </Alert>
  )
}

/** A page that could not be shown: what happened and the next step. */
export function ProblemPage({ error }: { error: unknown }) {
  const problem = problemOf(error)
  const location = useLocation()
  const root = useRouteLoaderData<{ me: Me }>('root')
  const signInHelps = !root?.me.user && (problem.status === 404 || problem.status === 403)
  return (
    <div className={styles.page}>
      <title>{`${problem.title} · Vivarchive`}</title>
      {problem.status > 0 && <p className={styles.status}>{problem.status}</p>}
      <Title order={1}>{problem.title}</Title>
      <p>{problemText(problem)}</p>
      {signInHelps && <p>If it belongs to a project of yours, sign in to see it.</p>}
      <div className={styles.actions}>
        {signInHelps && (
          <Button component={Link} to={`/sign-in?returnTo=${encodeURIComponent(location.pathname + location.search)}`}>
            Sign in
          </Button>
        )}
        <Button component={Link} to="/registry" variant="default">
          Search the registry
        </Button>
        <Button component={Link} to="/" variant="default">
          Home
        </Button>
      </div>
      {problem.requestId && (
        <p className="dim">
          Request <code>{problem.requestId}</code>: tell it to the administrator if you ask for help.
        </p>
      )}
    </div>
  )
}

function problemOf(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem
  if (isRouteErrorResponse(error)) {
    const body = error.data as Partial<Problem> | null
    if (body && typeof body === 'object' && typeof body.title === 'string') {
      return { code: 'unexpected', ...body, title: body.title, status: error.status }
    }
    if (error.status === 404) return notFound
    return { title: error.statusText || 'Not possible', status: error.status, code: 'unexpected' }
  }
  return {
    title: 'The page failed',
    status: 500,
    code: 'unexpected',
    detail: 'Something went wrong on our side. Load the page again; if it stays, tell the administrator.',
  }
}

/** Thrown by pages for an address that names nothing. */
export const notFound: Problem = {
  title: 'Nothing here',
  status: 404,
  code: 'not-found',
  detail: 'There is no page at this address. It may have been moved, or the address was cut off when it was copied.',
}

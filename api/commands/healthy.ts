import { readConfig } from '#api/config.ts'
import { AppError } from '#api/errors.ts'

/** Asks the running site whether it can serve; for health checks in places without curl. */
export async function run(): Promise<void> {
  const { port } = readConfig()
  const answer = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(4000) }).catch(() => null)
  if (!answer?.ok) throw new AppError('busy', answer ? await answer.text() : 'The site does not answer.')
}

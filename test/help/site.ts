/** A running server with the complete demo facility, as a newcomer gets it. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startServer } from './server.ts'

const demoPassword = 'demo-of-the-facility'

export interface DemoSite {
  address: string
  /** GET of the API as JSON; with a cookie of somebody who is signed in. */
  // eslint-disable-next-line typescript/no-explicit-any -- tests read whatever is there
  get(path: string, cookie?: string): Promise<any>
  /** Cookie of a demo account. */
  signIn(email: string): Promise<string>
  password: string
  stop(): Promise<void>
}

/** Starts the site and waits until the demo facility is complete. The portal must be built. */
export async function startDemoSite(seconds = 240): Promise<DemoSite> {
  // A site that runs already, for working on a test; it is left as the test leaves it.
  const running = process.env.VIVARCHIVE_TEST_SITE
  if (running) return demoSite(running, async () => {})
  const server = await startServer({ VIVARCHIVE_DEMO: '1', VIVARCHIVE_DEMO_PASSWORD: demoPassword })
  const marker = path.join(server.dataFolder, 'demo-facility')
  const complete = () => existsSync(marker) && readFileSync(marker, 'utf8').trim() === 'done'
  for (const deadline = Date.now() + seconds * 1000; !complete(); await sleep(200)) {
    if (server.process.exitCode === null && Date.now() < deadline) continue
    await server.stop()
    throw new Error(`The demo facility did not get complete:\n${server.output().slice(-4000)}`)
  }
  return demoSite(server.url, () => server.stop())
}

function demoSite(address: string, stop: () => Promise<void>): DemoSite {
  const get: DemoSite['get'] = async (where, cookie = '') => {
    const response = await fetch(`${address}/api/v1${where}`, { headers: { cookie } })
    if (!response.ok) throw new Error(`GET ${where} answered ${response.status}: ${await response.text()}`)
    return response.json()
  }
  const signIn: DemoSite['signIn'] = async (email) => {
    const response = await fetch(`${address}/api/v1/sign-in`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: address },
      body: JSON.stringify({ email, password: demoPassword }),
    })
    if (!response.ok) throw new Error(`${email} could not sign in: ${await response.text()}`)
    return response.headers
      .getSetCookie()
      .map((cookie) => cookie.split(';')[0])
      .join('; ')
  }
  return { address, get, signIn, password: demoPassword, stop }
}

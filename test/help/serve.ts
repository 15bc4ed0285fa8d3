/** The API as a process of its own, without the portal: for tests that kill it. Prints its port when it answers. */
import { buildApp } from '../../api/app.ts'
import { readConfig } from '../../api/config.ts'
import { firstAccounts } from '../../api/modules/users/first.ts'

// Its input ends when the test does, also when that was killed.
process.stdin.resume().on('end', () => process.exit())

const config = readConfig()
const { app, ctx } = await buildApp(config)
await firstAccounts(ctx)
await app.listen({ port: 0, host: '127.0.0.1' })
await ctx.jobs.start(ctx)
console.log(`port ${(app.server.address() as { port: number }).port}`)

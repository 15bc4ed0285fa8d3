/** The first administrator of a new site. */
import type { Context } from '#api/context.ts'
import { system } from '#api/access/caller.ts'
import { User } from '#api/db/models.ts'
import { createUser } from './service.ts'

/** Makes the administrator named in the configuration when there is no account yet. */
export async function firstAccounts(ctx: Context): Promise<void> {
  const { adminEmail: email, adminPassword: password } = ctx.config
  if (email === '' || (await User.count()) > 0) return
  await createUser(ctx, system, { email, name: 'Administrator', password, siteRole: 'admin' })
  ctx.log.info(`made the administrator ${email}`)
}

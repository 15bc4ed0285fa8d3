/** The accounts of the demo facility. */
import { randomBytes } from 'node:crypto'
import { callerOfUser } from '#api/access/authenticate.ts'
import { system } from '#api/access/caller.ts'
import type { Caller } from '#api/access/caller.ts'
import type { Context } from '#api/context.ts'
import { User } from '#api/db/models.ts'
import { AppError } from '#api/errors.ts'
import { createUser, updateUser } from '#api/modules/users/service.ts'
import { accounts } from './content/facility.ts'

export type DemoEmail = (typeof accounts)[number]['email']

/** Makes the accounts, or gives those of an interrupted start the new password. Returns the password. */
export async function ensureAccounts(ctx: Context): Promise<string> {
  const password = ctx.config.demoPassword || randomBytes(9).toString('base64url')
  for (const { email, name, siteRole } of accounts) {
    const held = await User.findOne({ where: { email } })
    if (held) await updateUser(ctx, system, held.id, { password })
    else await createUser(ctx, system, { email, name, password, siteRole })
  }
  return password
}

/**
 * A site in production must not have accounts whose passwords were once printed or set for a demonstration.
 * @throws AppError conflict that says what to do
 */
export async function refuseDemoAccounts(ctx: Context): Promise<void> {
  if (!ctx.config.production) return
  const held = await User.findAll({ where: { email: accounts.map(({ email }) => email), disabled: 0 } as never })
  if (held.length === 0) return
  const names = held.map(({ email }) => email).join(', ')
  throw new AppError(
    'conflict',
    `This site has demo accounts (${names}), which must not be open in production. Start it once without NODE_ENV=production and disable them as an administrator of your own, or begin with an empty data folder and database.`,
  )
}

/** The person with this account, with the rights of now. */
export async function callerNamed(email: DemoEmail): Promise<Caller> {
  const user = await User.findOne({ where: { email } })
  const caller = user && (await callerOfUser(user.id))
  if (!caller) throw new Error(`the demo account ${email} is gone`)
  return caller
}

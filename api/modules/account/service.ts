/** One's own account: checking passwords, changing it, tokens for programs. */
import { ulid } from 'ulid'
import type { Context } from '#api/context.ts'
import { isAdmin, scopes as allScopes, type Caller, type Scope } from '#api/access/caller.ts'
import { verifyPassword } from '#api/access/password.ts'
import { demandUser } from '#api/access/rights.ts'
import { hashSecret, newSecret } from '#api/access/secrets.ts'
import { recordAudit } from '#api/audit/record.ts'
import { Token, User } from '#api/db/models.ts'
import { AppError, invalidField, notFound } from '#api/errors.ts'
import { updateUser } from '#api/modules/users/service.ts'

const publicPart = (user: User) => ({ id: user.id, email: user.email, name: user.name, siteRole: user.siteRole })

/** Failed attempts by account and address; a facility behind one address keeps working when one account is guessed at. */
const failures = new Map<string, { count: number; until: number }>()
const window = 15 * 60_000
const allowed = 10

/**
 * @throws AppError signInNeeded when address and password do not fit (never saying which), rateLimited after ten failures
 */
export async function checkPassword(ctx: Context, email: string, password: string, ip: string) {
  const key = `${email.trim().toLowerCase()} ${ip}`
  const now = Date.now()
  for (const [k, f] of failures) if (f.until < now) failures.delete(k)
  const failed = failures.get(key)
  if (failed && failed.count >= allowed) {
    throw new AppError(
      'rateLimited',
      `Too many failed attempts. Try again in ${Math.ceil((failed.until - now) / 60_000)} minutes.`,
    )
  }
  const user = await User.findOne({ where: { email: email.trim().toLowerCase() } })
  const right = await verifyPassword(password, user && !user.disabled ? user.passwordHash : null)
  if (!user || !right) {
    failures.set(key, { count: (failed?.count ?? 0) + 1, until: now + window })
    ctx.log.info({ ip }, 'sign-in refused')
    throw new AppError('signInNeeded', 'The e-mail address and the password do not fit together.')
  }
  failures.delete(key)
  return publicPart(user)
}

export async function me(caller: Caller) {
  const user = caller.userId === null ? null : await User.findByPk(caller.userId)
  return {
    user: user ? publicPart(user) : null,
    projects: [...caller.projects].map(([projectId, role]) => ({ projectId, role })),
  }
}

/** Changes one's name or password; a new password needs the old one and ends all other sign-ins. */
export async function changeAccount(
  ctx: Context,
  caller: Caller,
  changes: { name?: string; currentPassword?: string; newPassword?: string },
) {
  const userId = demandUser(caller)
  if (caller.kind === 'token')
    throw new AppError('forbidden', 'A token cannot change the account. Sign in on the site.')
  if (changes.newPassword !== undefined) {
    const user = await User.findByPk(userId)
    if (!(await verifyPassword(changes.currentPassword ?? '', user?.passwordHash ?? null))) {
      throw invalidField('/currentPassword', 'This is not your present password.')
    }
  }
  const { name, newPassword: password } = changes
  return publicPart(
    await updateUser(ctx, caller, userId, {
      ...(name !== undefined && { name }),
      ...(password !== undefined && { password }),
    }),
  )
}

export interface NewToken {
  label: string
  scopes: Scope[]
  projectIds?: string[]
  expiresAt?: string
}

const tokenOf = (row: Token) => ({
  id: row.id,
  label: row.label,
  scopes: row.scopes.split(' ') as Scope[],
  projectIds: row.projectIds,
  expiresAt: row.expiresAt?.toISOString() ?? null,
  lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
  createdAt: row.createdAt.toISOString(),
})

export async function listTokens(userId: string) {
  return (await Token.findAll({ where: { userId }, order: [['id', 'DESC']] })).map(tokenOf)
}

/** @throws AppError forbidden when a token asks for more than it has itself */
export async function createToken(ctx: Context, caller: Caller, given: NewToken) {
  const userId = demandUser(caller)
  if (caller.kind === 'token') throw new AppError('forbidden', 'A token cannot make tokens. Sign in on the site.')
  if (given.scopes.includes('admin') && !isAdmin(caller))
    throw invalidField('/scopes', 'Only administrators can make a token with the scope "admin".', 'admin')
  if (given.expiresAt && Date.parse(given.expiresAt) <= Date.now())
    throw invalidField('/expiresAt', 'The end lies in the past.', given.expiresAt)
  const foreign = (given.projectIds ?? []).find((id) => !caller.projects.has(id) && !isAdmin(caller))
  if (foreign !== undefined) throw invalidField('/projectIds', `You are no member of a project ${foreign}.`, foreign)
  const secret = `viv_${newSecret()}`
  const row = await ctx.db.write(async (t) => {
    const made = await Token.create(
      {
        id: ulid(),
        userId,
        label: given.label,
        secretHash: hashSecret(secret),
        scopes: allScopes.filter((s) => given.scopes.includes(s)).join(' '),
        projectIds: given.projectIds ?? null,
        expiresAt: given.expiresAt ? new Date(given.expiresAt) : null,
        lastUsedAt: null,
        createdAt: new Date(),
      },
      { transaction: t },
    )
    await recordAudit(t, [{ caller, action: 'create', entity: 'Token', recordId: made.id, label: given.label }])
    return made
  })
  return { ...tokenOf(row), token: secret }
}

export async function revokeToken(ctx: Context, caller: Caller, id: string): Promise<void> {
  const userId = demandUser(caller)
  await ctx.db.write(async (t) => {
    const row = await Token.findOne({ where: { id, userId }, transaction: t })
    if (!row) throw notFound('token', id)
    await row.destroy({ transaction: t })
    await recordAudit(t, [{ caller, action: 'delete', entity: 'Token', recordId: id, label: row.label }])
  })
}

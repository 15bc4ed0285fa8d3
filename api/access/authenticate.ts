/** Turns the cookie or the bearer token of a request into a Caller. */
import { Op } from 'sequelize'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Config } from '#api/config.ts'
import type { Database } from '#api/db/database.ts'
import { AppError } from '#api/errors.ts'
import { Membership, SignIn, Token, User } from '#api/db/models.ts'
import type { Believed, Shown } from './believed.ts'
import { anonymous, scopes, type Caller, type Role, type Scope } from './caller.ts'
import { hashSecret, newSecret } from './secrets.ts'

export const cookieName = 'vivarchive_session'
const signInDays = 14
const minute = 60_000

/**
 * The caller of a request.
 * @param believed callers of the last seconds; absent: the database is asked
 * @throws AppError signInNeeded when a token is presented that is unknown, revoked, expired or of a disabled account
 */
export async function authenticate(db: Database, request: FastifyRequest, believed?: Believed): Promise<Caller> {
  const made = async (key: string, find: () => Promise<Shown | null>) =>
    believed ? believed.caller(key, find) : ((await find())?.caller ?? null)
  const header = request.headers.authorization
  if (header !== undefined) {
    const secret = /^Bearer (viv_[\w-]{43})$/i.exec(header)?.[1]
    const hash = secret && hashSecret(secret)
    const caller = hash ? await made(`token ${hash}`, () => tokenCaller(db, hash)) : null
    if (!caller)
      throw new AppError(
        'signInNeeded',
        'The token is unknown, revoked or expired. Make a new one on your account page.',
      )
    return caller
  }
  const secret = request.cookies[cookieName]
  if (!secret) return anonymous
  const hash = hashSecret(secret)
  return (await made(`cookie ${hash}`, () => cookieCaller(hash))) ?? anonymous
}

async function cookieCaller(tokenHash: string): Promise<Shown | null> {
  const row = await SignIn.findByPk(tokenHash)
  if (!row || row.expiresAt <= new Date()) return null
  const caller = await callerOfUser(row.userId)
  return caller && { caller, expiresAt: row.expiresAt }
}

/**
 * A person with the rights of this moment, for the work that they ordered; null when the account is gone or disabled.
 */
export async function callerOfUser(userId: string): Promise<Caller | null> {
  const user = await User.findByPk(userId)
  if (!user || user.disabled) return null
  return {
    kind: 'user',
    userId: user.id,
    name: user.name,
    siteRole: user.siteRole,
    projects: await rolesOf(user.id),
    scopes: new Set(scopes),
    limited: false,
  }
}

async function tokenCaller(db: Database, secretHash: string): Promise<Shown | null> {
  const token = await Token.findOne({ where: { secretHash } })
  if (!token || (token.expiresAt && token.expiresAt <= new Date())) return null
  const user = await User.findByPk(token.userId)
  if (!user || user.disabled) return null
  if (!token.lastUsedAt || Date.now() - token.lastUsedAt.getTime() > 10 * minute) {
    await db.write((transaction) => Token.update({ lastUsedAt: new Date() }, { where: { id: token.id }, transaction }))
  }
  const roles = await rolesOf(user.id)
  const allowed = token.projectIds
  const caller: Caller = {
    kind: 'token',
    userId: user.id,
    name: `${user.name} (token ${token.label})`,
    siteRole: user.siteRole,
    projects: allowed ? new Map([...roles].filter(([id]) => allowed.includes(id))) : roles,
    scopes: new Set(token.scopes.split(' ') as Scope[]),
    limited: allowed !== null,
  }
  return { caller, expiresAt: token.expiresAt }
}

async function rolesOf(userId: string): Promise<Map<string, Role>> {
  const rows = await Membership.findAll({ where: { userId } })
  return new Map(rows.map((row) => [row.projectId, row.role]))
}

/** Signs a person in: a new secret each time (no fixation), kept as a hash, in a cookie that scripts cannot read. */
export async function signIn(
  db: Database,
  config: Config,
  reply: FastifyReply,
  userId: string,
  userAgent: string | undefined,
): Promise<void> {
  const secret = newSecret()
  const now = new Date()
  const expiresAt = new Date(now.getTime() + signInDays * 24 * 60 * minute)
  await db.write(async (transaction) => {
    await SignIn.destroy({ where: { expiresAt: { [Op.lt]: now } }, transaction })
    await SignIn.create(
      {
        tokenHash: hashSecret(secret),
        userId,
        createdAt: now,
        lastSeenAt: now,
        expiresAt,
        userAgent: userAgent?.slice(0, 300) ?? null,
      },
      { transaction },
    )
  })
  reply.setCookie(cookieName, secret, {
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure: config.publicUrl.startsWith('https:'),
    expires: expiresAt,
  })
}

/** Ends the sign-in of this cookie. */
export async function signOut(db: Database, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const secret = request.cookies[cookieName]
  if (secret) await db.write((transaction) => SignIn.destroy({ where: { tokenHash: hashSecret(secret) }, transaction }))
  reply.clearCookie(cookieName, { path: '/' })
}

/** Accounts of people. */
import { Op, type Transaction } from 'sequelize'
import { ulid } from 'ulid'
import { Type } from 'typebox'
import type { Context } from '#api/context.ts'
import type { Caller, SiteRole } from '#api/access/caller.ts'
import { hashPassword } from '#api/access/password.ts'
import { recordAudit } from '#api/audit/record.ts'
import { SignIn, User } from '#api/db/models.ts'
import { AppError, invalidField, notFound } from '#api/errors.ts'
import { findPage } from '#api/records/page.ts'
import { closed, id, line, oneOf } from '#ontology/vocabulary.ts'

export const siteRoles = ['user', 'curator', 'admin'] as const
export const emailSchema = Type.String({
  format: 'email',
  maxLength: 254,
  title: 'E-mail',
  examples: ['name@example.org'],
})
export const passwordSchema = Type.String({
  minLength: 12,
  maxLength: 200,
  title: 'Password',
  description: 'At least 12 characters.',
})

export const userSchema = closed(
  {
    id: id(),
    email: Type.String(),
    name: line({ title: 'Name', maxLength: 200 }),
    siteRole: oneOf(siteRoles, { title: 'Role on this site' }),
    disabled: Type.Boolean({ title: 'Disabled' }),
    version: Type.Integer(),
    createdAt: Type.String(),
  },
  { $id: 'User', title: 'User' },
)

export const userOf = (row: User) => ({
  id: row.id,
  email: row.email,
  name: row.name,
  siteRole: row.siteRole,
  disabled: row.disabled,
  version: row.version,
  createdAt: row.createdAt.toISOString(),
})

export interface NewUser {
  email: string
  name: string
  password?: string
  siteRole?: SiteRole
}

/** Length alone lets "aaaaaaaaaaaa" and the address itself through, which are guessed first. */
function demandStrong(password: string, email: string): void {
  const plain = password.toLowerCase()
  if (new Set(plain).size < 5)
    throw invalidField(
      '/password',
      'The password repeats a few characters. Choose a longer sentence or random letters.',
    )
  if (plain.includes(email) || email.includes(plain))
    throw invalidField('/password', 'The password must not be the e-mail address.')
}

/** @throws AppError conflict when the address has an account already, invalid for a password that is easily guessed */
export async function createUser(ctx: Context, caller: Caller, given: NewUser, outer?: Transaction): Promise<User> {
  const email = normalEmail(given.email)
  if (given.password !== undefined && caller.kind !== 'system') demandStrong(given.password, email)
  const passwordHash = given.password === undefined ? null : await hashPassword(given.password)
  const work = async (t: Transaction) => {
    if (await User.count({ where: { email }, transaction: t }))
      throw new AppError('conflict', `There is already an account for ${email}.`)
    const now = new Date()
    const row = await User.create(
      {
        id: ulid(),
        email,
        name: given.name,
        passwordHash,
        siteRole: given.siteRole ?? 'user',
        disabled: false,
        version: 1,
        createdAt: now,
        updatedAt: now,
      },
      { transaction: t },
    )
    await recordAudit(t, [{ caller, action: 'create', entity: 'User', recordId: row.id, label: email }])
    return row
  }
  return outer ? work(outer) : ctx.db.write(work)
}

export interface UserChanges {
  name?: string
  siteRole?: SiteRole
  disabled?: boolean
  password?: string
}

/** Changes an account. Disabling it or giving it a new password ends all its sign-ins. */
export async function updateUser(ctx: Context, caller: Caller, userId: string, changes: UserChanges): Promise<User> {
  const passwordHash = changes.password === undefined ? undefined : await hashPassword(changes.password)
  return ctx.db.write(async (t) => {
    const row = await User.findByPk(userId, { transaction: t, lock: t.LOCK.UPDATE })
    if (!row) throw notFound('user', userId)
    if (changes.password !== undefined) demandStrong(changes.password, row.email)
    const losesAdmin =
      row.siteRole === 'admin' &&
      ((changes.siteRole !== undefined && changes.siteRole !== 'admin') || changes.disabled === true)
    // Read with a lock, so that two administrators cannot take the role from each other at once.
    const others = { where: { siteRole: 'admin' as const, disabled: 0, id: { [Op.ne]: userId } }, lock: t.LOCK.UPDATE }
    if (losesAdmin && (await User.findAll({ ...others, transaction: t } as never)).length === 0) {
      throw new AppError('conflict', 'This is the last administrator. Make somebody else one first.')
    }
    const before = userOf(row)
    if (changes.name !== undefined) row.name = changes.name
    if (changes.siteRole !== undefined) row.siteRole = changes.siteRole
    if (changes.disabled !== undefined) row.disabled = changes.disabled
    if (passwordHash !== undefined) row.passwordHash = passwordHash
    row.version += 1
    row.updatedAt = new Date()
    await row.save({ transaction: t })
    if (passwordHash !== undefined || changes.disabled) await SignIn.destroy({ where: { userId }, transaction: t })
    const after = userOf(row)
    const changed = (['name', 'siteRole', 'disabled'] as const)
      .filter((key) => before[key] !== after[key])
      .map((key) => ({ pointer: `/${key}`, before: before[key], after: after[key] }))
    if (passwordHash !== undefined)
      changed.push({ pointer: '/password', before: '(hidden)', after: '(hidden)' } as never)
    await recordAudit(t, [
      { caller, action: 'update', entity: 'User', recordId: userId, label: row.email, changes: changed },
    ])
    return row
  })
}

export const userSorts = ['email', '-email', 'name', '-name', 'createdAt', '-createdAt'] as const

export interface UserQuery {
  /** Part of the address or the name. */
  q?: string
  sort?: (typeof userSorts)[number]
  limit?: number
  cursor?: string
}

/** Accounts, in the order of their addresses when none is asked for. */
export async function listUsers(ctx: Context, query: UserQuery) {
  const { q = '', sort: given = 'email' } = query
  const { fn, col, where } = User.sequelize!.Sequelize
  const text = q.trim().toLowerCase()
  const matches = text
    ? [{ [Op.or]: ['email', 'name'].map((c) => where(fn('INSTR', fn('LOWER', col(c)), text), { [Op.gt]: 0 })) }]
    : []
  const sort = { column: given.replace(/^-/, ''), descending: given.startsWith('-') }
  const listing = { secret: ctx.config.secret, scope: ['users', text, given], sort, where: matches as never }
  const { rows, next } = await findPage(User, listing, query)
  return { items: rows.map(userOf), next }
}

/** Addresses are compared without regard to case. */
export function normalEmail(email: string): string {
  const normal = email.trim().toLowerCase()
  if (/[\s\p{C}]/u.test(normal))
    throw invalidField('/email', 'The e-mail address holds characters that do not belong there.', email)
  return normal
}

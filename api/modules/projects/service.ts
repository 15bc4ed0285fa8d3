/** Members of a project, and what a project or a study holds. */
import { Op, type Transaction } from 'sequelize'
import type { Context } from '#api/context.ts'
import type { Caller, Role } from '#api/access/caller.ts'
import { demand, visible } from '#api/access/rights.ts'
import { recordAudit } from '#api/audit/record.ts'
import { Membership, User } from '#api/db/models.ts'
import { linkModel, recordModel } from '#api/db/recordModels.ts'
import { AppError, invalidField, notFound } from '#api/errors.ts'
import { entityNamed, findRow } from '#api/records/read.ts'
import { Project } from '#ontology/entities/project.ts'
import type { Entity } from '#ontology/entity.ts'
import { normalEmail } from '#api/modules/users/service.ts'

const project = Project as unknown as Entity

export async function listMembers(caller: Caller, projectId: string) {
  await findRow(caller, project, projectId)
  const rows = await Membership.findAll({ where: { projectId } })
  const users = await User.findAll({
    where: { id: { [Op.in]: rows.map((row) => row.userId) } },
    order: [['name', 'ASC']],
  })
  const roles = new Map(rows.map((row) => [row.userId, row.role]))
  return users.map((user) => ({
    userId: user.id,
    email: user.email,
    name: user.name,
    role: roles.get(user.id) as Role,
  }))
}

/** @throws AppError invalid when nobody has an account with this address, conflict for the last owner */
export async function setMember(
  ctx: Context,
  caller: Caller,
  projectId: string,
  email: string,
  role: Role,
): Promise<void> {
  const row = await findRow(caller, project, projectId)
  demand(caller, 'manage', projectId)
  const user = await User.findOne({ where: { email: normalEmail(email) } })
  if (!user || user.disabled)
    throw invalidField('/email', `There is no account for ${email}. Ask an administrator to make one.`, email)
  await ctx.db.write(async (t) => {
    const held = await Membership.findOne({
      where: { projectId, userId: user.id },
      transaction: t,
      lock: t.LOCK.UPDATE,
    })
    if (held?.role === 'owner' && role !== 'owner') await keepAnOwner(projectId, user.id, t)
    if (held) await held.update({ role }, { transaction: t })
    else await Membership.create({ projectId, userId: user.id, role, createdAt: new Date() }, { transaction: t })
    await recordAudit(t, [
      {
        caller,
        action: 'share',
        entity: 'Project',
        recordId: projectId,
        projectId,
        label: String(row.get('title' as never)),
        changes: [{ pointer: `/members/${user.email}`, before: held?.role ?? null, after: role }],
      },
    ])
  })
}

export async function removeMember(ctx: Context, caller: Caller, projectId: string, userId: string): Promise<void> {
  const row = await findRow(caller, project, projectId)
  // Everybody may leave, but no token does so that was made for reading.
  if (userId !== caller.userId || !caller.scopes.has('write')) demand(caller, 'manage', projectId)
  await ctx.db.write(async (t) => {
    const held = await Membership.findOne({ where: { projectId, userId }, transaction: t, lock: t.LOCK.UPDATE })
    if (!held) throw notFound('member', userId)
    if (held.role === 'owner') await keepAnOwner(projectId, userId, t)
    const user = await User.findByPk(userId, { transaction: t })
    await held.destroy({ transaction: t })
    await recordAudit(t, [
      {
        caller,
        action: 'unshare',
        entity: 'Project',
        recordId: projectId,
        projectId,
        label: String(row.get('title' as never)),
        changes: [{ pointer: `/members/${user?.email}`, before: held.role, after: null }],
      },
    ])
  })
}

async function keepAnOwner(projectId: string, userId: string, transaction: Transaction): Promise<void> {
  // Read with a lock, so that two owners cannot remove each other at once.
  const others = await Membership.findAll({
    where: { projectId, role: 'owner', userId: { [Op.ne]: userId } },
    transaction,
    lock: transaction.LOCK.UPDATE,
  })
  if (others.length === 0)
    throw new AppError('conflict', 'This is the last owner of the project. Make somebody else an owner first.')
}

/** Counts of what a project or a study holds, and when it last changed. */
export async function summaryOf(caller: Caller, plural: 'projects' | 'studies', id: string) {
  await findRow(caller, entityNamed(plural), id)
  const column = plural === 'projects' ? 'projectId' : 'studyId'
  const inside = (name: string) => ({ [Op.and]: [visible(caller, name), { [column]: id, deletedAt: null }] }) as never
  const count = (name: string) => recordModel({ name }).count({ where: inside(name) })
  const series = recordModel({ name: 'ImageSeries' })
  const [studies, subjects, sessions, seriesCount, bytes, lastChange] = await Promise.all([
    plural === 'projects' ? count('Study') : 1,
    linkModel(plural === 'projects' ? 'project_subjects' : 'study_subjects').count({ where: { [column]: id } }),
    count('ImagingSession'),
    count('ImageSeries'),
    series.sum('byteCount' as never, { where: inside('ImageSeries') }),
    series.max('updatedAt', { where: inside('ImageSeries') }),
  ])
  return {
    studies,
    subjects,
    sessions,
    series: seriesCount,
    bytes: Number(bytes ?? 0),
    lastChange: lastChange ? new Date(lastChange as string | Date).toISOString() : null,
  }
}

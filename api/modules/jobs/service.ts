/** Jobs as people see them: their own, and those of the projects that they may read. */
import { Op, type WhereOptions } from 'sequelize'
import type { Context } from '#api/context.ts'
import { isAdmin, type Caller } from '#api/access/caller.ts'
import { can, demand, demandUser, readableProjects } from '#api/access/rights.ts'
import { AppError, notFound } from '#api/errors.ts'
import { findPage, newestFirst } from '#api/records/page.ts'
import { Job } from './model.ts'

function visibleJobs(caller: Caller): WhereOptions {
  const projects = readableProjects(caller)
  if (projects === 'all') return {}
  const own = caller.userId !== null && caller.scopes.has('read') && !caller.limited ? [{ userId: caller.userId }] : []
  return { [Op.or]: [{ projectId: { [Op.in]: projects } }, ...own] }
}

export async function listJobs(
  ctx: Context,
  caller: Caller,
  query: { mine?: boolean; state?: string; limit?: number; cursor?: string },
) {
  const { mine, state } = query
  const where = [visibleJobs(caller), { ...(mine && { userId: demandUser(caller) }), ...(state && { state }) }]
  const listing = { secret: ctx.config.secret, scope: ['jobs', mine, state], sort: newestFirst, where }
  const { rows, next } = await findPage(Job, listing, query, { attributes: { exclude: ['payload'] } })
  return { items: rows.map(viewOf), next }
}

async function findJob(caller: Caller, id: string): Promise<Job> {
  const row = await Job.findOne({ where: { [Op.and]: [visibleJobs(caller), { id }] } })
  if (!row) throw notFound('job', id)
  return row
}

export const getJob = async (caller: Caller, id: string) => viewOf(await findJob(caller, id))

/** @throws AppError forbidden unless it is one's own or one may edit the project, conflict when it has ended */
export async function cancelJob(ctx: Context, caller: Caller, id: string) {
  const row = await findJob(caller, id)
  const own = row.userId !== null && row.userId === caller.userId && caller.scopes.has('write')
  if (!own && !isAdmin(caller)) {
    if (row.projectId === null || !can(caller, 'read', row.projectId)) throw notFound('job', id)
    demand(caller, 'edit', row.projectId)
  }
  if (!(await ctx.jobs.cancel(id))) throw new AppError('conflict', 'This job has ended already.')
  return getJob(caller, id)
}

const viewOf = (row: Job) => ({
  id: row.id,
  task: row.task,
  state: row.state,
  progress: row.progress,
  message: row.message,
  ...(row.problem && { problem: row.problem }),
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
})

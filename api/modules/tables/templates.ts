/** Cells that a project enters again and again: its usual tracer, dose, anaesthesia. */
import { ulid } from 'ulid'
import type { Context } from '#api/context.ts'
import type { Caller } from '#api/access/caller.ts'
import { demand } from '#api/access/rights.ts'
import { recordAudit } from '#api/audit/record.ts'
import { invalidField, notFound } from '#api/errors.ts'
import { Project } from '#ontology/entities/project.ts'
import { columnsOf, tableNamed } from '#ontology/table/columns.ts'
import { findRow } from '#api/records/read.ts'
import { EntryTemplate } from './model.ts'

const view = ({ id, projectId, tableName, name, cells, createdAt }: EntryTemplate) => ({
  id,
  projectId,
  table: tableName,
  name,
  cells,
  createdAt: createdAt.toISOString(),
})
export type TemplateView = ReturnType<typeof view>

export async function listTemplates(caller: Caller, projectId: string): Promise<TemplateView[]> {
  await findRow(caller, Project, projectId)
  const rows = await EntryTemplate.findAll({ where: { projectId }, order: [['name', 'ASC']], limit: 500 })
  return rows.map(view)
}

/** Keeps a template; one of the same name and table is replaced. */
export async function saveTemplate(
  ctx: Context,
  caller: Caller,
  projectId: string,
  given: { table: string; name: string; cells: Record<string, string> },
): Promise<TemplateView> {
  await findRow(caller, Project, projectId)
  demand(caller, 'edit', projectId)
  const table = tableNamed(given.table)
  if (!table) throw invalidField('/table', `There is no table “${given.table}”.`, given.table)
  const keys = new Set(columnsOf(table, () => 20).map(({ key }) => key))
  const wrong = Object.keys(given.cells).find((key) => !keys.has(key))
  if (wrong !== undefined) throw invalidField('/cells', `There is no column “${wrong}” in ${table.title}.`, wrong)
  return ctx.db.write(async (t) => {
    const same = { projectId, tableName: given.table, name: given.name }
    await EntryTemplate.destroy({ where: same, transaction: t })
    const values = { id: ulid(), ...same, cells: given.cells, createdBy: caller.userId, createdAt: new Date() }
    const row = await EntryTemplate.create(values, { transaction: t })
    await recordAudit(t, [
      { caller, action: 'create', entity: 'EntryTemplate', recordId: row.id, projectId, label: given.name },
    ])
    return view(row)
  })
}

export async function removeTemplate(ctx: Context, caller: Caller, projectId: string, id: string): Promise<void> {
  await findRow(caller, Project, projectId)
  demand(caller, 'edit', projectId)
  await ctx.db.write(async (t) => {
    const row = await EntryTemplate.findOne({ where: { id, projectId }, transaction: t })
    if (!row) throw notFound('template', id)
    await row.destroy({ transaction: t })
    await recordAudit(t, [
      { caller, action: 'delete', entity: 'EntryTemplate', recordId: id, projectId, label: row.name },
    ])
  })
}

/** Reading the audit. */
import { Op, type WhereOptions } from 'sequelize'
import { Type } from 'typebox'
import type { Caller } from '#api/access/caller.ts'
import { visible } from '#api/access/rights.ts'
import type { Change } from '#api/audit/record.ts'
import type { Context } from '#api/context.ts'
import { AuditEntry } from '#api/db/models.ts'
import { links, recordModel } from '#api/db/recordModels.ts'
import { findPage, newestFirst } from '#api/records/page.ts'
import { outwardColumns } from '#api/records/read.ts'
import { closed, instant } from '#ontology/vocabulary.ts'
import type { Entity } from '#ontology/entity.ts'

export const auditPage = closed(
  {
    items: Type.Array(
      closed({
        id: Type.String(),
        at: instant(),
        actorName: Type.String(),
        actorKind: Type.String(),
        action: Type.String(),
        entity: Type.String(),
        recordId: Type.Union([Type.String(), Type.Null()]),
        label: Type.String(),
        changes: Type.Array(closed({ pointer: Type.String(), before: Type.Unknown(), after: Type.Unknown() })),
      }),
    ),
    next: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  },
  { $id: 'AuditPage', title: 'Page of the audit' },
)

export interface AuditQuery {
  /** Part of the name of who did it, or of the label of what it was done to. */
  q?: string
  entity?: string
  recordId?: string
  actorId?: string
  action?: string
  limit?: number
  cursor?: string
}

/** The audit, newest first. */
export async function listAudit(ctx: Context, query: AuditQuery) {
  const { limit: _limit, cursor: _cursor, q, ...filters } = query
  const where: WhereOptions[] = [filters]
  const text = q?.trim().toLowerCase()
  if (text) {
    const { fn, col, where: that } = AuditEntry.sequelize!.Sequelize
    const holds = (column: string) => that(fn('INSTR', fn('LOWER', col(column)), text), { [Op.gt]: 0 })
    where.push({ [Op.or]: [holds('actor_name'), holds('label')] })
  }
  const listing = { secret: ctx.config.secret, scope: ['audit', filters, text], sort: newestFirst, where }
  const { rows, next } = await findPage(AuditEntry, listing, query)
  return { items: rows.map(entryOf), next }
}

/**
 * All entries of one record that the caller was found to see, newest first. What it was linked to is shown as far as the
 * caller may see that too: the history of a shared subject tells nothing of other projects.
 */
export async function recordHistory(caller: Caller, entity: Entity, recordId: string, limit = 500) {
  const rows = await AuditEntry.findAll({
    where: { entity: entity.name, recordId },
    order: [['id', 'DESC']],
    limit,
  })
  return { items: await withoutForeign(caller, entity, rows.map(entryOf)) }
}

type Shown = ReturnType<typeof entryOf>

/** Entries without references to what the caller may not see; an entry that told of nothing else is left out. */
async function withoutForeign(caller: Caller, entity: Entity, entries: Shown[]): Promise<Shown[]> {
  const targets = new Map([
    ...links.flatMap(({ left, field, right }): [string, string][] =>
      left.name === entity.name ? [[`/${field}`, right.name]] : [],
    ),
    ...outwardColumns(entity).map((name): [string, string] => [`/${name}`, entity.name]),
  ])
  const idsIn = (value: unknown): string[] => [value].flat().filter((each) => typeof each === 'string')
  const seen = new Set<string>()
  for (const [pointer, name] of targets) {
    const changes = entries.flatMap((entry) => entry.changes.filter((change) => change.pointer === pointer))
    const ids = changes.flatMap(({ before, after }) => [...idsIn(before), ...idsIn(after)])
    const where = { [Op.and]: [visible(caller, name), { id: { [Op.in]: [...new Set(ids)] } }] }
    const rows = await recordModel({ name }).findAll({ attributes: ['id'], where })
    for (const { id } of rows) seen.add(id)
  }
  const cleaned = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.filter((id) => seen.has(id as string))
    return typeof value === 'string' && !seen.has(value) ? null : value
  }
  return entries.flatMap((entry) => {
    const changes = entry.changes.flatMap((change) => {
      if (!targets.has(change.pointer)) return [change]
      const [before, after] = [cleaned(change.before), cleaned(change.after)]
      return JSON.stringify(before ?? []) === JSON.stringify(after ?? []) ? [] : [{ ...change, before, after }]
    })
    return changes.length === 0 && entry.changes.length > 0 ? [] : [{ ...entry, changes }]
  })
}

const entryOf = (row: AuditEntry) => ({
  id: row.id,
  at: row.at.toISOString(),
  actorName: row.actorName,
  actorKind: row.actorKind,
  action: row.action,
  entity: row.entity,
  recordId: row.recordId,
  label: row.label,
  changes: row.changes as Change[],
})

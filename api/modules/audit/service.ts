/** Reading the audit. */
import { Type } from 'typebox'
import type { Context } from '#api/context.ts'
import { AuditEntry } from '#api/db/models.ts'
import { findPage, newestFirst } from '#api/records/page.ts'
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
  entity?: string
  recordId?: string
  actorId?: string
  action?: string
  limit?: number
  cursor?: string
}

/** The audit, newest first. */
export async function listAudit(ctx: Context, query: AuditQuery) {
  const { limit: _limit, cursor: _cursor, ...filters } = query
  const listing = { secret: ctx.config.secret, scope: ['audit', filters], sort: newestFirst, where: [filters] }
  const { rows, next } = await findPage(AuditEntry, listing, query)
  return { items: rows.map(entryOf), next }
}

/** All entries of one record that the caller was found to see, newest first. */
export async function recordHistory(entity: Entity, recordId: string) {
  const rows = await AuditEntry.findAll({
    where: { entity: entity.name, recordId },
    order: [['id', 'DESC']],
    limit: 500,
  })
  return { items: rows.map(entryOf) }
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
  changes: row.changes,
})

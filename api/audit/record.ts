/** Who did what, when: written in the transaction of the change and never altered (a trigger sees to it). */
import type { Transaction } from 'sequelize'
import { newId } from '#api/db/newId.ts'
import type { Caller } from '#api/access/caller.ts'
import { AuditEntry } from '#api/db/models.ts'
import { pointerPart } from '#api/errors.ts'

export interface Change {
  /** JSON pointer in the record. */
  pointer: string
  before: unknown
  after: unknown
}

export interface Entry {
  caller: Caller
  action: string
  entity: string
  recordId: string | null
  projectId?: string | null
  label: string
  changes?: Change[]
}

export async function recordAudit(t: Transaction, entries: Entry[]): Promise<void> {
  const at = new Date()
  await AuditEntry.bulkCreate(
    entries.map(({ caller, label, projectId, changes, ...entry }) => ({
      id: newId(),
      at,
      actorId: caller.userId,
      actorName: caller.name,
      actorKind: caller.kind === 'token' ? 'token' : caller.kind === 'system' ? 'system' : 'user',
      ...entry,
      projectId: projectId ?? null,
      label: label.slice(0, 300),
      changes: changes ?? [],
    })),
    { transaction: t },
  )
}

/** The differences of two records, field by field, nested objects entered. */
export function changesBetween(before: Record<string, unknown>, after: Record<string, unknown>, path = ''): Change[] {
  const changes: Change[] = []
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [a, b] = [before[key], after[key]]
    const pointer = path + pointerPart(key)
    if (isObject(a) && isObject(b)) changes.push(...changesBetween(a, b, pointer))
    else if (JSON.stringify(a) !== JSON.stringify(b)) changes.push({ pointer, before: a ?? null, after: b ?? null })
  }
  return changes
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Keyset pagination: the cursor carries the sort value and id of the last row, signed so that it cannot be forged. */
import { createHash } from 'node:crypto'
import { Op, type WhereOptions } from 'sequelize'
import { sign, unsign } from '#api/access/secrets.ts'
import { AppError } from '#api/errors.ts'

export interface Sort {
  column: string
  descending: boolean
}

/** What a cursor belongs to: a cursor of one list cannot be used in another. */
const fingerprint = (query: unknown): string =>
  createHash('sha256').update(JSON.stringify(query)).digest('base64url').slice(0, 12)

export function makeCursor(secret: string, query: unknown, last: { value: unknown; id: string }): string {
  const value = last.value instanceof Date ? { date: last.value.getTime() } : last.value
  return sign(secret, 'cursor', Buffer.from(JSON.stringify([fingerprint(query), value, last.id])).toString('base64url'))
}

/**
 * The condition that starts after a cursor.
 * @throws AppError invalid when the cursor was changed or belongs to another list
 */
export function afterCursor(secret: string, query: unknown, cursor: string, sort: Sort): WhereOptions {
  const payload = unsign(secret, 'cursor', cursor)
  const [list, raw, id] = payload
    ? (JSON.parse(Buffer.from(payload, 'base64url').toString()) as [string, unknown, string])
    : []
  if (list !== fingerprint(query)) {
    const message = 'This cursor does not belong to this list. Start again without one.'
    throw new AppError('invalid', message, { fields: [{ pointer: '?cursor', message }] })
  }
  const value = raw !== null && typeof raw === 'object' && 'date' in raw ? new Date(raw.date as number) : raw
  const beyond = sort.descending ? Op.lt : Op.gt
  const later = { [sort.column]: value, id: { [beyond]: id } }
  if (value === null) return sort.descending ? later : { [Op.or]: [{ [sort.column]: { [Op.ne]: null } }, later] }
  const further: WhereOptions[] = [{ [sort.column]: { [beyond]: value } }, later]
  // Both databases order nulls before everything else.
  if (sort.descending) further.push({ [sort.column]: null })
  return { [Op.or]: further }
}

/** Who a job works for. */
import { callerOfUser } from '#api/access/authenticate.ts'
import type { Caller } from '#api/access/caller.ts'
import { AppError } from '#api/errors.ts'

/** How the person who ordered a job was known then, so that the audit tells it. */
export type OrderedBy = Pick<Caller, 'kind' | 'name'>

/**
 * The person who ordered a job with the rights of today, under the name that the order was given in.
 * @throws AppError forbidden when the account is gone
 */
export async function ordererOf(userId: string | null, { kind, name }: OrderedBy): Promise<Caller> {
  const person = userId === null ? null : await callerOfUser(userId)
  if (!person) throw new AppError('forbidden', 'The account that ordered this does not exist any more or is disabled.')
  return { ...person, kind, name }
}

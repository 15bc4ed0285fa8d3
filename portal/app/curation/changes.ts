/** How the audit is written for people: what was done, and which field was changed. */
import { entities } from '#ontology/index.ts'
import type { Node } from '#ontology/vocabulary.ts'
import { fromPointer, getAt } from '../forms/path.ts'
import { formatWords } from '../format.ts'

/** What was done, as it follows the name of who did it. */
export const deedTexts: Record<string, string> = {
  create: 'made it',
  update: 'changed it',
  delete: 'deleted it',
  restore: 'brought it back',
  share: 'shared it',
  unshare: 'ended the sharing',
  submit: 'submitted it',
  return: 'sent it back',
  publish: 'published it',
  withdraw: 'withdrew it',
  commit: 'archived it',
  undo: 'took it back',
  cancel: 'gave it up',
}

export const deedText = (action: string): string => deedTexts[action] ?? formatWords(action).toLowerCase()

/** "Animal › Date of birth" for /animal/birthDate of a Subject. @param entity name as the audit has it */
export function fieldTitle(entity: string, pointer: string): string {
  const schema = entities.find(({ name }) => name === entity)?.record
  const path = fromPointer(pointer)
  if (path.length === 0) return 'Record'
  const titles = path.map((key, n) => {
    if (typeof key === 'number') return String(key + 1)
    const inside = path.slice(0, n + 1).flatMap((one) => (typeof one === 'number' ? ['items'] : ['properties', one]))
    return (getAt(schema, inside) as Node | undefined)?.title ?? formatWords(key)
  })
  return titles.join(' › ')
}

import type { Problem } from '../contract.ts'
import { fieldErrors } from '../http.ts'
import { ProblemAlert } from './problem.tsx'

/** Message for one field of a form, as a component's `error` wants it. */
export const errorOf = (problem: Problem | null | undefined, field: string): string | undefined =>
  fieldErrors(problem)[field]

/** What went wrong with a form, unless all of it is said beside the fields. */
export function FormProblem({
  problem,
  fields,
  title,
}: {
  problem: Problem | null | undefined
  fields: readonly string[]
  /** Says better what did not work than the problem does. */
  title?: string
}) {
  if (!problem) return null
  const messages = Object.keys(fieldErrors(problem))
  if (messages.length > 0 && messages.every((field) => fields.includes(field))) return null
  return <ProblemAlert problem={problem} {...(title && { title })} />
}

/** What text may hold, wherever it comes from: whole characters that both databases keep as they are. */
import { AppError, pointerPart, type FieldError } from '#api/errors.ts'

const deepest = 100

/** Why a text cannot be kept, or null. */
export function textProblem(text: string): string | null {
  if (text.includes('\0')) return 'holds the character U+0000, which cannot be kept. Remove it.'
  if (!text.isWellFormed())
    return 'holds half of a character (a lone surrogate). Remove it or send the whole character.'
  return null
}

/**
 * Looks through everything that a client sent.
 * @param pointer JSON pointer of `value`, or `?` for the query
 * @throws AppError invalid for text that cannot be kept, for a key that means something else to JavaScript, and for
 *   nesting that no schema of ours has
 */
export function demandStorable(value: unknown, pointer = ''): void {
  const problem = problemIn(value, pointer, 0)
  if (problem) throw new AppError('invalid', problem.message, { fields: [problem] })
}

function problemIn(value: unknown, pointer: string, depth: number): FieldError | null {
  if (typeof value === 'string') {
    const problem = textProblem(value)
    return problem === null ? null : { pointer, message: `“${named(pointer)}” ${problem}` }
  }
  if (typeof value !== 'object' || value === null) return null
  if (depth > deepest) return { pointer: '', message: `The request is nested more than ${deepest} levels deep.` }
  for (const [key, inner] of Object.entries(value)) {
    if (key === '__proto__' || textProblem(key) !== null)
      return { pointer, message: `The name of a field ${textProblem(key) ?? 'must not be “__proto__”.'}` }
    const found = problemIn(inner, pointer + (pointer === '?' ? key : pointerPart(key)), depth + 1)
    if (found) return found
  }
  return null
}

const named = (pointer: string): string => pointer.slice(1).replaceAll('/', ' › ').slice(0, 200)

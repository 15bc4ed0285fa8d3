/** What a person asked for as a query of Meilisearch: folded words, and phrases in quotes. */
import type { QueryItem } from '../query.ts'
import type { Synonyms } from '../synonyms.ts'
import { namesAt, shortestPrefix, unitsOfItems, type Unit } from '../units.ts'
import { wordsOf } from '../words.ts'

/**
 * Words that must not be there come first: only the last word of a query may be a beginning, and only when no blank
 * follows it. What is written together is asked for as its joined word, which every document has that wrote it so, and
 * which Meilisearch also finds in two neighbouring words.
 */
export function textOf(units: readonly Unit[], without: readonly QueryItem[], synonyms: Synonyms): string {
  const refused = without.flatMap((item) => {
    const named = unitsOfItems([item], false)
    const others = namesAt(named, 0, synonyms)
    return [
      ...named.flatMap((unit) => [unit.parts.join(' '), ...(unit.joined === null ? [] : [unit.joined])]),
      ...(others.length === named.length ? others.names.map((name) => wordsOf(name).map((w) => w.text).join(' ')) : []), // prettier-ignore
    ]
  })
  const asked = units.map((unit) => (unit.phrase ? `"${unit.parts.join(' ')}"` : (unit.joined ?? unit.parts.join(' '))))
  const last = units.at(-1)
  const open = last?.open && (last.joined ?? last.parts.join('')).length >= shortestPrefix
  return [...refused.map((words) => `-"${words}"`), ...asked].join(' ') + (open ? '' : ' ')
}

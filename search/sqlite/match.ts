/** The words of a query as an FTS5 expression. Only folded words in quotes ever reach it, so it has no syntax errors. */
import type { Synonyms } from '../synonyms.ts'
import { namesAt, shortestPrefix, type Unit } from '../units.ts'
import { wordsOf } from '../words.ts'

const quoted = (words: readonly string[], prefix: boolean): string => `"${words.join(' ')}"${prefix ? ' *' : ''}`

const quotedName = (name: string): string => {
  const parts = wordsOf(name).map((w) => w.text)
  return quoted(parts, false)
}

/** What a unit itself matches. */
export function expressionOf(unit: Unit): string {
  const prefix = unit.open && (unit.parts.at(-1)?.length ?? 0) >= shortestPrefix
  const own = quoted(unit.parts, prefix)
  return unit.joined === null ? own : `(${own} OR ${quoted([unit.joined], unit.open)})`
}

/** An expression that all units meet, each in itself or by a synonym of what it, or it and its neighbours, name. */
export function matchOf(units: readonly Unit[], synonyms: Synonyms): string {
  const conditions: string[] = []
  for (let i = 0; i < units.length;) {
    const { names, length } = namesAt(units, i, synonyms)
    const own = units.slice(i, i + length).map(expressionOf)
    const others = names.map(quotedName)
    conditions.push(`((${own.join(' AND ')})${others.map((other) => ` OR ${other}`).join('')})`)
    i += length
  }
  return conditions.join(' AND ')
}

/** Marks what was searched for in a text. Gives pieces of plain text, never markup: whoever shows them decides how. */
import type { MatchedWord } from './engine.ts'
import { compoundsOf, wordsOf, type Word } from './words.ts'

export interface Segment {
  text: string
  hit: boolean
}

/** The text in pieces; joined they are the text. One piece without a hit when nothing matches. */
export function highlight(text: string, words: readonly MatchedWord[]): Segment[] {
  const whole = new Set(words.map((w) => w.text))
  const prefixes = words.filter((w) => w.prefix).map((w) => w.text)
  const isHit = (word: Word) => whole.has(word.text) || prefixes.some((p) => word.text.startsWith(p))
  const ranges = [...wordsOf(text), ...compoundsOf(text)].filter(isHit).toSorted((a, b) => a.start - b.start)
  const segments: Segment[] = []
  let at = 0
  for (const { start, end } of ranges) {
    if (end <= at) continue
    const from = Math.max(start, at)
    if (from > at) segments.push({ text: text.slice(at, from), hit: false })
    const last = segments.at(-1)
    if (last?.hit) last.text += text.slice(from, end)
    else segments.push({ text: text.slice(from, end), hit: true })
    at = end
  }
  if (at < text.length || segments.length === 0) segments.push({ text: text.slice(at), hit: false })
  return segments
}

/**
 * The part of a long text around its first hit, in pieces.
 * @param length most UTF-16 code units of the part
 */
export function excerpt(text: string, words: readonly MatchedWord[], length = 200): Segment[] {
  if (text.length <= length) return highlight(text, words)
  let before = 0
  for (const segment of highlight(text, words)) {
    if (segment.hit) break
    before += segment.text.length
  }
  if (before === text.length) before = 0
  const space = text.lastIndexOf(' ', Math.max(0, before - length / 4))
  const start = before <= length / 2 ? 0 : space + 1
  const stop = text.lastIndexOf(' ', start + length)
  const end = start + length >= text.length ? text.length : stop > start ? stop : start + length
  return highlight(`${start > 0 ? '… ' : ''}${text.slice(start, end)}${end < text.length ? ' …' : ''}`, words)
}

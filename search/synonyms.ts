/** Synonyms, looked up by the words of a query. */
import { squeeze, wordsOf } from './words.ts'

export class Synonyms {
  /** Names by any of their group, squeezed. */
  readonly #groups = new Map<string, Set<string>>()
  /** Most words that a name consists of. */
  readonly longest: number

  constructor(groups: readonly (readonly string[])[]) {
    let longest = 1
    for (const group of groups) {
      for (const name of group) {
        const key = squeeze(name)
        if (key === '') continue
        longest = Math.max(longest, wordsOf(name).length)
        const others = this.#groups.get(key) ?? new Set()
        this.#groups.set(key, others)
        for (const other of group) if (squeeze(other) !== key) others.add(other)
      }
    }
    this.longest = longest
  }

  /** Other names of what is called so; none when it is unknown. */
  of(name: string): string[] {
    return [...(this.#groups.get(squeeze(name)) ?? [])]
  }
}

/** Words that differ from a typed one by a slip of the finger. */

/** Words of this length are names more often than not (FDG, MRI): another letter makes another name, a swap is a slip. */
const swapsOnly = 3

/** Slips that are forgiven in a word: none in the shortest ones, and none in words with digits, which are names of things. */
export function forgivenEdits(word: string): number {
  if (/\p{N}/u.test(word) || word.length < swapsOnly) return 0
  return word.length < 8 ? 1 : 2
}

/**
 * Number of insertions, deletions, substitutions and swaps of neighbours that make `a` into `b` (optimal string
 * alignment distance), or into the beginning of `b`.
 * @returns the distance, or `limit + 1` when it is larger than `limit`
 */
export function editDistance(a: string, b: string, limit: number, prefix = false): number {
  const end = prefix ? Math.min(b.length, a.length + limit) : b.length
  if (Math.abs(a.length - end) > limit && !(prefix && end > a.length)) return limit + 1
  let before: number[] = []
  let previous = Array.from({ length: end + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    let least = i
    for (let j = 1; j <= end; j++) {
      const same = a[i - 1] === b[j - 1]
      let cost = Math.min(
        (previous[j] as number) + 1,
        (current[j - 1] as number) + 1,
        (previous[j - 1] as number) + (same ? 0 : 1),
      )
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (before[j - 2] as number) + 1)
      }
      current.push(cost)
      least = Math.min(least, cost)
    }
    if (least > limit) return limit + 1
    before = previous
    previous = current
  }
  const distance = prefix ? Math.min(...previous) : (previous[end] as number)
  return Math.min(distance, limit + 1)
}

/** Whether two words have the same letters, two neighbours the other way round. */
const isSwap = (a: string, b: string): boolean =>
  a.length === b.length &&
  a !== b &&
  [...a].toSorted().join('') === [...b].toSorted().join('') &&
  editDistance(a, b, 1) === 1

/**
 * Words of a vocabulary near a typed one, the nearest first.
 * @param prefix also words whose beginning is near
 */
export function nearWords(
  word: string,
  vocabulary: Iterable<string>,
  limit: number,
  prefix: boolean,
): { word: string; distance: number }[] {
  const found: { word: string; distance: number; excess: number }[] = []
  for (const candidate of vocabulary) {
    // A wrong first letter is rare, and asking for the right one (or a swap or loss of it) keeps the candidates few.
    if (candidate[0] !== word[0] && candidate[0] !== word[1] && candidate[1] !== word[0]) continue
    if (word.length === swapsOnly && !isSwap(word, candidate)) continue
    const whole = editDistance(word, candidate, limit)
    const distance = prefix && whole > limit ? editDistance(word, candidate, limit, true) : whole
    if (distance <= limit) found.push({ word: candidate, distance, excess: Math.abs(candidate.length - word.length) })
  }
  return found
    .toSorted((a, b) => a.distance - b.distance || a.excess - b.excess || (a.word < b.word ? -1 : 1))
    .map(({ word: near, distance }) => ({ word: near, distance }))
}

/** Words that a typing error may have meant: letters only, since words with digits are names and never guessed. */
export const isGuessable = (word: string): boolean => word.length >= 3 && word.length <= 30 && !/\p{N}/u.test(word)

/**
 * A table of what the words of files mean. It answers undefined for every word that it does not hold, also for those that
 * are members of all objects: a file may say "constructor".
 */
export const table = <T>(entries: Record<string, T>): Readonly<Record<string, T>> =>
  Object.freeze(Object.assign(Object.create(null) as Record<string, T>, entries))

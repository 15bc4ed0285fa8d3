/** Names and paths of files as every file system and archive takes them. */

/** A name that every file system takes. */
export const safeName = (name: string): string =>
  name
    .normalize('NFC')
    // oxlint-disable-next-line no-control-regex
    .replaceAll(/[\u0000-\u001f\u007f<>:"/\\|?*]+/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .slice(0, 100)
    .replaceAll(/^[. ]+|[. ]+$/g, '') || 'files'

/** A folder for each, named after it; equal names get a number. */
export function folders(named: readonly { id: string; name: string }[]): Map<string, string> {
  const taken = new Set<string>()
  return new Map(
    named.map(({ id, name }) => {
      const plain = safeName(name)
      let folder = plain
      for (let n = 2; taken.has(folder.toLowerCase()); n++) folder = `${plain} (${n})`
      taken.add(folder.toLowerCase())
      return [id, folder]
    }),
  )
}

/** Paths that differ also where upper and lower case are the same; the second of a name gets a number. */
export function uniquePaths<T extends { path: string }>(entries: readonly T[]): T[] {
  const taken = new Set<string>()
  return entries.map((entry) => {
    const [, stem = '', ending = ''] = /^(.*?)((?:\.[^./]{1,8}){0,2})$/s.exec(entry.path) ?? []
    let path = entry.path
    for (let n = 2; taken.has(path.toLowerCase()); n++) path = `${stem} (${n})${ending}`
    taken.add(path.toLowerCase())
    return { ...entry, path }
  })
}

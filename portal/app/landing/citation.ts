import type { DatasetSummary } from '../contract.ts'

/** Address that stays: the identifier as a link. */
export const pidAddress = (pid: string): string =>
  /^https?:/.test(pid) ? pid : pid.replace(/^doi:/, 'https://doi.org/')

/** How to cite a dataset, in DataCite's form: Creator (Year): Title. Version. Publisher. Type. Identifier. */
export function citationOf({ creators, publishedAt, title, versionNumber, pid }: DatasetSummary): string {
  const names = creators.map(({ name, familyName, givenName }) =>
    familyName && givenName ? `${familyName}, ${initials(givenName)}` : name,
  )
  const authors = names.length > 0 ? `${names.join('; ')} ` : ''
  const year = publishedAt ? publishedAt.slice(0, 4) : 'not published'
  return `${authors}(${year}): ${title}. Version ${versionNumber}. Vivarchive. Dataset. ${pidAddress(pid)}`
}

const initials = (given: string): string =>
  given
    .split(/\s+/)
    .map((name) => `${name.charAt(0)}.`)
    .join(' ')

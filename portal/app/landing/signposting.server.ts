import type { DatasetSummary } from '../contract.ts'
import { pidAddress } from './citation.ts'

/** Link header of a landing page for machines that do not read HTML (FAIR Signposting profile 2023-10-02, level 1). */
export function signposting({ id, pid, licence, creators, state }: DatasetSummary): string {
  const base = `/api/v1/datasets/${id}`
  const links = [
    `<${pidAddress(pid)}>; rel="cite-as"`,
    `<${base}/jsonld>; rel="describedby"; type="application/ld+json"`,
    '<https://schema.org/Dataset>; rel="type"',
    '<https://schema.org/AboutPage>; rel="type"',
    ...creators.flatMap(({ orcid }) => (orcid ? [`<https://orcid.org/${orcid}>; rel="author"`] : [])),
    ...(licence ? [`<https://spdx.org/licenses/${licence}>; rel="license"`] : []),
    ...(state === 'published' ? [`<${base}/archive.zip>; rel="item"; type="application/zip"`] : []),
  ]
  return links.join(', ')
}

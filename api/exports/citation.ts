/** How to cite a dataset, for reference managers: CSL-JSON, BibTeX, RIS, and plain text in DataCite's form. */
import type { Dataset } from '#ontology/entities/dataset.ts'
import { addressesOf, type Site } from './published.ts'

type Cited = Pick<
  Dataset,
  'id' | 'title' | 'description' | 'keywords' | 'creators' | 'createdAt' | 'publishedAt' | 'versionNumber'
>

/** CSL-JSON (https://github.com/citation-style-language/schema, csl-data.json). */
export function cslJson(dataset: Cited, site: Site) {
  const issued = (dataset.publishedAt ?? dataset.createdAt).slice(0, 10).split('-').map(Number)
  return {
    id: dataset.id,
    type: 'dataset',
    title: dataset.title,
    author: dataset.creators.map(({ name, givenName, familyName, orcid }) => ({
      ...(givenName && familyName ? { given: givenName, family: familyName } : { literal: name }),
      ...(orcid && { ORCID: `https://orcid.org/${orcid}` }),
    })),
    issued: { 'date-parts': [issued] },
    publisher: site.name,
    version: String(dataset.versionNumber),
    URL: addressesOf(dataset, site).pid,
    ...(dataset.description && { abstract: dataset.description }),
    ...(dataset.keywords.length > 0 && { keyword: dataset.keywords.join(', ') }),
  }
}

/** Creator (Year): Title. Version. Publisher. Type. Identifier (DataCite's recommendation). */
export function citationText(dataset: Cited, site: Site): string {
  const names = dataset.creators.map(({ name, givenName, familyName }) =>
    familyName && givenName ? `${familyName}, ${initials(givenName)}` : name,
  )
  const year = dataset.publishedAt ? dataset.publishedAt.slice(0, 4) : 'not published'
  const authors = names.length > 0 ? `${names.join('; ')} ` : ''
  return `${authors}(${year}): ${dataset.title}. Version ${dataset.versionNumber}. ${site.name}. Dataset. ${addressesOf(dataset, site).pid}`
}

const initials = (given: string): string =>
  given
    .split(/\s+/)
    .map((name) => `${name.charAt(0)}.`)
    .join(' ')

/** An entry @dataset, as biblatex knows it. */
export function bibTeX(dataset: Cited, site: Site): string {
  const year = (dataset.publishedAt ?? dataset.createdAt).slice(0, 4)
  const first = dataset.creators[0]
  const key = `${(first?.familyName ?? first?.name ?? 'dataset').normalize('NFKD').replaceAll(/[^A-Za-z0-9]/g, '')}${year}`
  const fields = {
    author: dataset.creators
      .map(({ name, givenName, familyName }) =>
        givenName && familyName ? `${teX(familyName)}, ${teX(givenName)}` : `{${teX(name)}}`,
      )
      .join(' and '),
    title: `{${teX(dataset.title)}}`,
    year,
    publisher: teX(site.name),
    version: String(dataset.versionNumber),
    url: addressesOf(dataset, site).pid,
    ...(dataset.keywords.length > 0 && { keywords: teX(dataset.keywords.join(', ')) }),
  }
  const lines = Object.entries(fields).map(([name, value]) => `  ${name} = {${value}}`)
  return `@dataset{${key},\n${lines.join(',\n')}\n}\n`
}

/** Signs that mean something to TeX; braces that do not pair would end the field. */
const teX = (text: string): string =>
  text
    .replaceAll('\\', '\\textbackslash ')
    .replaceAll(/[{}]/g, (brace) => `\\${brace}`)
    .replaceAll(/[#$%&_]/g, (sign) => `\\${sign}`)
    .replaceAll('~', '\\textasciitilde ')
    .replaceAll('^', '\\textasciicircum ')
    .replaceAll(/\s+/g, ' ')

/** RIS, which EndNote, Zotero and Mendeley read. */
export function ris(dataset: Cited, site: Site): string {
  const line = (tag: string, value: string) => `${tag}  - ${value.replaceAll(/\s+/g, ' ')}\r\n`
  const date = (dataset.publishedAt ?? dataset.createdAt).slice(0, 10).replaceAll('-', '/')
  return [
    line('TY', 'DATA'),
    ...dataset.creators.map(({ name, givenName, familyName }) =>
      line('AU', givenName && familyName ? `${familyName}, ${givenName}` : name),
    ),
    line('TI', dataset.title),
    line('PY', date.slice(0, 4)),
    line('DA', date),
    line('PB', site.name),
    line('ET', String(dataset.versionNumber)),
    line('UR', addressesOf(dataset, site).pid),
    ...dataset.keywords.map((keyword) => line('KW', keyword)),
    ...(dataset.description ? [line('AB', dataset.description)] : []),
    line('ER', ''),
  ].join('')
}

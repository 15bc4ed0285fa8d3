import { Fragment, type ReactNode } from 'react'
import { IconFileZip, IconListCheck } from '@tabler/icons-react'
import { Link } from 'react-router'
import { CopyButton } from '../components/copyButton.tsx'
import { Time } from '../components/time.tsx'
import type { DatasetSummary, DatasetVersion } from '../contract.ts'
import { formatBytes } from '../format.ts'
import styles from './landing.module.css'

const licenceNames: Record<string, string> = {
  'CC0-1.0': 'CC0 1.0, public domain dedication',
  'CC-BY-4.0': 'CC BY 4.0, name the creators',
  'CC-BY-SA-4.0': 'CC BY-SA 4.0, name the creators, share alike',
  'CC-BY-NC-4.0': 'CC BY-NC 4.0, name the creators, not commercial',
  'PDDL-1.0': 'PDDL 1.0, public domain',
  'ODC-By-1.0': 'ODC-By 1.0, name the creators',
}

export function Block({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={styles.block}>
      <h2>{title}</h2>
      {children}
    </section>
  )
}

export function CitationBlock({ dataset }: { dataset: DatasetSummary }) {
  const { citation, pid } = dataset
  return (
    <Block title="Cite">
      <p className={styles.citation}>{citation}</p>
      <div className={styles.buttons}>
        <CopyButton text={citation} label="Copy the citation" />
        <CopyButton text={pid} label="Copy the identifier" />
      </div>
      <p className="dim">
        {[
          ['bibtex', 'BibTeX'],
          ['ris', 'RIS'],
          ['csl.json', 'CSL-JSON'],
        ].map(([form, title], i) => (
          <Fragment key={form}>
            {i > 0 && ' · '}
            <a href={`/api/v1/datasets/${dataset.id}/as/${form}`}>{title}</a>
          </Fragment>
        ))}
      </p>
    </Block>
  )
}

export function LicenceBlock({ licence }: { licence: string | undefined }) {
  if (!licence) return null
  return (
    <Block title="Licence">
      <a href={`https://spdx.org/licenses/${licence}.html`} rel="license">
        {licenceNames[licence] ?? licence}
      </a>
    </Block>
  )
}

export function DownloadBlock({ dataset }: { dataset: DatasetSummary }) {
  const base = `/api/v1/datasets/${dataset.id}`
  return (
    <Block title="Download">
      <ul className={styles.links}>
        <li>
          <a href={`${base}/archive.zip`} download>
            <IconFileZip size={17} aria-hidden />
            All files as zip
          </a>
          <span className="dim">{formatBytes(dataset.byteCount)}</span>
        </li>
        <li>
          <a href={`${base}/sha256sums`}>
            <IconListCheck size={17} aria-hidden />
            Checksums (SHA-256)
          </a>
        </li>
      </ul>
    </Block>
  )
}

export function MachineBlock({ id }: { id: string }) {
  return (
    <Block title="For machines">
      <ul className={styles.links}>
        {[
          ['croissant', 'Croissant, for machine learning'],
          ['schema.jsonld', 'JSON-LD (schema.org)'],
          ['ro-crate', 'RO-Crate'],
          ['datacite.xml', 'DataCite'],
          ['dcat.ttl', 'DCAT'],
        ].map(([form, title]) => (
          <li key={form}>
            <a href={`/api/v1/datasets/${id}/as/${form}`}>{title}</a>
          </li>
        ))}
        <li>
          <a href={`/api/v1/datasets/${id}`}>JSON with all records</a>
        </li>
      </ul>
    </Block>
  )
}

export function CreatorsBlock({ creators }: Pick<DatasetSummary, 'creators'>) {
  if (creators.length === 0) return null
  return (
    <Block title="Creators">
      <ul className={styles.plain}>
        {creators.map(({ name, orcid, affiliation }) => (
          <li key={name}>
            {orcid ? <a href={`https://orcid.org/${orcid}`}>{name}</a> : name}
            {affiliation && <div className="dim">{affiliation}</div>}
          </li>
        ))}
      </ul>
    </Block>
  )
}

export function KeywordsBlock({ keywords }: { keywords: string[] }) {
  if (keywords.length === 0) return null
  return (
    <Block title="Keywords">
      <ul className={styles.keywords}>
        {keywords.map((keyword) => (
          <li key={keyword}>
            <Link to={`/registry?q=${encodeURIComponent(keyword)}`}>{keyword}</Link>
          </li>
        ))}
      </ul>
    </Block>
  )
}

export function VersionsBlock({ versions }: { versions: DatasetVersion[] }) {
  if (versions.length === 0) return null
  return (
    <Block title="Versions">
      <ol className={styles.plain} reversed>
        {versions.map(({ number, publishedAt, sha256 }) => (
          <li key={number} title={`SHA-256 of its record: ${sha256}`}>
            Version {number}, <Time at={publishedAt} precision="day" />
          </li>
        ))}
      </ol>
    </Block>
  )
}

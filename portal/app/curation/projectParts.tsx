/** What the page of a project shows: its facts, its studies, its datasets. */
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import type { Person } from '#ontology/entities/person.ts'
import type { Project } from '#ontology/entities/project.ts'
import type { Study } from '#ontology/entities/study.ts'
import { StateBadge } from '../components/stateBadge.tsx'
import { Time } from '../components/time.tsx'
import type { DatasetSummary } from '../contract.ts'
import { formatBytes, formatCount, formatDate } from '../format.ts'
import styles from './curation.module.css'
import type { Summary } from './summary.ts'

export function ProjectFacts({ project, investigator }: { project: Project; investigator: Person | null }) {
  const { startDate, endDate, licence, keywords, funding, ethics } = project
  const facts: [string, ReactNode][] = [
    ['Principal investigator', investigator && `${investigator.givenName} ${investigator.familyName}`],
    ['Time', startDate && `${formatDate(startDate)}${endDate ? ` to ${formatDate(endDate)}` : ', running'}`],
    ['Keywords', keywords?.map(({ label }) => label).join(', ')],
    ['Licence of public data', licence],
    ['Funding', funding?.map(({ funder, grantNumber }) => [funder, grantNumber].filter(Boolean).join(' ')).join('; ')],
    ['Ethics approval', ethics?.map(({ committee, approvalNumber }) => `${approvalNumber} (${committee})`).join('; ')],
  ]
  const given = facts.filter(([, value]) => value)
  if (given.length === 0) return null
  return (
    <dl className={styles.facts}>
      {given.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

export function StudyTable({ studies }: { studies: (Study & { summary?: Summary })[] }) {
  return (
    <table className={styles.table}>
      <thead>
        <tr>
          <th scope="col">Study</th>
          <th scope="col">Kind</th>
          <th scope="col" className="number">
            Subjects
          </th>
          <th scope="col" className="number">
            Sessions
          </th>
          <th scope="col" className="number">
            Series
          </th>
          <th scope="col" className="number">
            Size
          </th>
          <th scope="col">Last change</th>
        </tr>
      </thead>
      <tbody>
        {studies.map(({ id, title, localId, studyType, summary, updatedAt }) => (
          <tr key={id}>
            <th scope="row">
              <span>
                <Link to={`/studies/${id}`} className={styles.title}>
                  {title}
                </Link>
                {localId && <span className="dim"> {localId}</span>}
              </span>
            </th>
            <td data-label="Kind">{studyType}</td>
            <td data-label="Subjects" className="number">
              {summary && formatCount(summary.subjects)}
            </td>
            <td data-label="Sessions" className="number">
              {summary && formatCount(summary.sessions)}
            </td>
            <td data-label="Series" className="number">
              {summary && formatCount(summary.series)}
            </td>
            <td data-label="Size" className="number nowrap">
              {summary && formatBytes(summary.bytes)}
            </td>
            <td data-label="Last change">
              <Time at={summary?.lastChange ?? updatedAt} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

export function DatasetTable({ datasets }: { datasets: DatasetSummary[] }) {
  return (
    <table className={styles.table}>
      <thead>
        <tr>
          <th scope="col">Dataset</th>
          <th scope="col">State</th>
          <th scope="col" className="number">
            Series
          </th>
          <th scope="col" className="number">
            Size
          </th>
          <th scope="col">Published</th>
        </tr>
      </thead>
      <tbody>
        {datasets.map(({ id, title, state, seriesCount, byteCount, publishedAt }) => (
          <tr key={id}>
            <th scope="row">
              <Link to={`/datasets/${id}`}>{title}</Link>
            </th>
            <td data-label="State">
              <StateBadge state={state} />
            </td>
            <td data-label="Series" className="number">
              {formatCount(seriesCount)}
            </td>
            <td data-label="Size" className="number nowrap">
              {formatBytes(byteCount)}
            </td>
            <td data-label="Published">{publishedAt && <Time at={publishedAt} />}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

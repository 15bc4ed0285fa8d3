/** What the page of a project shows: its facts, its studies, its datasets. */
import type { ReactNode } from 'react'
import type { Person } from '#ontology/entities/person.ts'
import type { Project } from '#ontology/entities/project.ts'
import type { Study } from '#ontology/entities/study.ts'
import { RecordTable, type Column } from '../components/recordTable.tsx'
import { StateBadge } from '../components/stateBadge.tsx'
import type { DatasetSummary } from '../contract.ts'
import { choiceText } from '../forms/choices.ts'
import { formatDate } from '../format.ts'
import styles from './curation.module.css'
import type { Summary } from './summary.ts'
import { countColumn, lastChange, sizeColumn, timeColumn, titleColumn } from './summaryColumns.tsx'

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

type ListedStudy = Study & { summary?: Summary }

const studyColumns: Column<ListedStudy>[] = [
  titleColumn('Study', 'studies'),
  {
    id: 'kind',
    title: 'Kind',
    by: ({ studyType }) => studyType,
    cell: ({ studyType }) => studyType && choiceText(studyType),
  },
  countColumn('subjects', 'Subjects', ({ summary }) => summary?.subjects),
  countColumn('sessions', 'Sessions', ({ summary }) => summary?.sessions),
  countColumn('series', 'Series', ({ summary }) => summary?.series),
  sizeColumn(({ summary }) => summary?.bytes),
  timeColumn('changed', 'Last change', lastChange),
]

export function StudyTable({ studies }: { studies: ListedStudy[] }) {
  return <RecordTable label="Studies" list="studies" rows={studies} columns={studyColumns} />
}

const datasetColumns: Column<DatasetSummary>[] = [
  titleColumn('Dataset', 'datasets'),
  { id: 'state', title: 'State', by: ({ state }) => state, cell: ({ state }) => <StateBadge state={state} /> },
  countColumn('series', 'Series', ({ seriesCount }) => seriesCount),
  sizeColumn(({ byteCount }) => byteCount),
  timeColumn('published', 'Published', ({ publishedAt }) => publishedAt ?? undefined),
]

export function DatasetTable({ datasets }: { datasets: DatasetSummary[] }) {
  return <RecordTable label="Datasets" list="datasets" rows={datasets} columns={datasetColumns} />
}

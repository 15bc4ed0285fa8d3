import type { ReactNode } from 'react'
import { Link } from 'react-router'
import type { Subject } from '#ontology/entities/subject.ts'
import { RecordTable, type Column } from '../components/recordTable.tsx'
import { choiceText } from '../forms/choices.ts'
import { formatDate } from '../format.ts'
import styles from './curation.module.css'

const lineOf = ({ animal, cellCulture, phantom, specimen }: Subject): string | undefined =>
  animal?.strain?.label ?? cellCulture?.cellLine.label ?? phantom?.model ?? specimen?.organ?.label
const sexOf = ({ animal }: Subject): string | undefined => animal && choiceText(animal.sex)

const columns: Column<Subject>[] = [
  {
    id: 'label',
    title: 'Name',
    by: ({ localId }) => localId,
    atServer: true,
    cell: ({ id, localId }) => (
      <Link to={`/subjects/${id}`} className={styles.title}>
        {localId}
      </Link>
    ),
  },
  { id: 'kind', title: 'Kind', by: ({ kind }) => kind, cell: ({ kind }) => choiceText(kind) },
  { id: 'species', title: 'Species', by: ({ species }) => species?.label, cell: ({ species }) => species?.label },
  { id: 'strain', title: 'Strain or line', by: lineOf, cell: lineOf },
  { id: 'sex', title: 'Sex', by: sexOf, cell: sexOf },
  {
    id: 'born',
    title: 'Born',
    nowrap: true,
    by: ({ animal }) => animal?.birthDate,
    cell: ({ animal }) => animal?.birthDate && formatDate(animal.birthDate),
  },
]

interface Props {
  subjects: readonly Subject[]
  list?: string
  /** The list comes in pages and in the order of the server. */
  paged?: boolean
  renderActions?: (subject: Subject) => ReactNode
  chosen?: ReadonlySet<string> | undefined
  onChoose?: ((ids: ReadonlySet<string>) => void) | undefined
}

/** Subjects with the facts that tell them apart. */
export function SubjectTable({ subjects, list, paged = false, ...rest }: Props) {
  return (
    <RecordTable
      label="Subjects"
      rows={subjects}
      columns={columns}
      nameOf={({ localId }) => localId}
      order={paged ? 'server' : 'here'}
      {...(list && { list })}
      {...rest}
    />
  )
}

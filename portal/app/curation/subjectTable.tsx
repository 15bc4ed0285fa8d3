import type { ReactNode } from 'react'
import { Link } from 'react-router'
import type { Subject } from '#ontology/entities/subject.ts'
import { choiceText } from '../forms/choices.ts'
import { formatDate } from '../format.ts'
import styles from './curation.module.css'

interface Props {
  subjects: readonly Subject[]
  /** A last column. */
  renderActions?: (subject: Subject) => ReactNode
}

/** Subjects with the facts that tell them apart. */
export function SubjectTable({ subjects, renderActions }: Props) {
  return (
    <table className={styles.table}>
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Kind</th>
          <th scope="col">Species</th>
          <th scope="col">Strain or line</th>
          <th scope="col">Sex</th>
          <th scope="col">Born</th>
          {renderActions && (
            <th scope="col">
              <span className="srOnly">Actions</span>
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {subjects.map((subject) => {
          const { id, localId, kind, species, animal, cellCulture, phantom, specimen } = subject
          return (
            <tr key={id}>
              <th scope="row">
                <Link to={`/subjects/${id}`} className={styles.title}>
                  {localId}
                </Link>
              </th>
              <td data-label="Kind">{choiceText(kind)}</td>
              <td data-label="Species">{species?.label}</td>
              <td data-label="Strain or line">
                {animal?.strain?.label ?? cellCulture?.cellLine.label ?? phantom?.model ?? specimen?.organ?.label}
              </td>
              <td data-label="Sex">{animal && choiceText(animal.sex)}</td>
              <td data-label="Born" className="nowrap">
                {animal?.birthDate && formatDate(animal.birthDate)}
              </td>
              {renderActions && <td>{renderActions(subject)}</td>}
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}

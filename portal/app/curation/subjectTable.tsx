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
  /** Lets rows be chosen. */
  chosen?: ReadonlySet<string> | undefined
  onChoose?: ((ids: ReadonlySet<string>) => void) | undefined
}

/** Subjects with the facts that tell them apart. */
export function SubjectTable({ subjects, renderActions, chosen, onChoose }: Props) {
  const all = chosen !== undefined && subjects.every(({ id }) => chosen.has(id))
  const toggle = (id: string) => {
    const next = new Set(chosen)
    if (!next.delete(id)) next.add(id)
    onChoose?.(next)
  }
  return (
    <table className={styles.table}>
      <thead>
        <tr>
          {chosen && (
            <th scope="col">
              <input
                type="checkbox"
                aria-label="Choose all subjects"
                checked={all}
                onChange={() => onChoose?.(new Set(all ? [] : subjects.map(({ id }) => id)))}
              />
            </th>
          )}
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
              {chosen && (
                <td>
                  <input
                    type="checkbox"
                    aria-label={`Choose ${localId}`}
                    checked={chosen.has(id)}
                    onChange={() => toggle(id)}
                  />
                </td>
              )}
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

import { Button, Checkbox, NativeSelect } from '@mantine/core'
import { Suspense, lazy, memo, useState } from 'react'
import { modalities } from '#ontology/modalities.ts'
import { counted, formatBytes, formatShape, formatSpacing, formatWords } from '../format.ts'
import { entityNamed } from '../forms/records.ts'
import { useLabels } from '../forms/labels.ts'
import { valueText } from '../forms/valueText.ts'
import type { ImportPlan, NewSubject, PlannedSeries, PlanPatch } from './contract.ts'
import { EditableText } from './editableText.tsx'
import { Evidence } from './evidence.tsx'
import styles from './imports.module.css'
import { existing, newSubject } from './planForms.ts'
import { inScope, subjectPatch, subjectsShown, type SubjectPlace, type SubjectScope } from './planNumbers.ts'
import { SubjectPick } from './subjectPick.tsx'

const ChooseDialog = lazy(() => import('./chooseDialog.tsx').then((m) => ({ default: m.ChooseDialog })))

interface Props {
  plan: ImportPlan
  series: readonly PlannedSeries[]
  projectId: string
  errors: Record<string, string>
  onEdit: (patch: PlanPatch) => void
}

const rowsPerStep = 100
const pathsShown = 200
const subjects = entityNamed('Subject')

/** Planned series of a session. */
export function SeriesRows({ plan, series, projectId, errors, onEdit }: Props) {
  const [shown, setShown] = useState(rowsPerStep)
  const [choosing, setChoosing] = useState<SubjectPlace>()
  const all = series.every(({ include }) => include)
  const labels = useLabels(
    subjects,
    series
      .slice(0, shown)
      .flatMap(subjectsShown)
      .flatMap(({ id }) => id ?? []),
  )
  return (
    <>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">
              <Checkbox
                size="xs"
                aria-label="Archive all series of this session"
                checked={all}
                indeterminate={!all && series.some(({ include }) => include)}
                onChange={() => onEdit({ series: series.map(({ key }) => ({ key, include: !all })) })}
              />
            </th>
            <th scope="col">Series</th>
            <th scope="col">Modality</th>
            <th scope="col">Subject</th>
            <th scope="col">Image</th>
            <th scope="col">Files</th>
          </tr>
        </thead>
        <tbody>
          {series.slice(0, shown).map((one) => (
            <SeriesRow
              key={one.key}
              series={one}
              subjectNames={subjectsShown(one).map(({ id, create }) => (id ? labels[id] : create?.localId))}
              error={Object.entries(errors).find(([pointer]) => pointer.startsWith(`/series/${one.key}/`))?.[1]}
              onEdit={onEdit}
              onChooseSubject={setChoosing}
            />
          ))}
        </tbody>
      </table>
      {series.length > shown && (
        <Button variant="subtle" m="xs" onClick={() => setShown(shown + rowsPerStep)}>
          Show {Math.min(rowsPerStep, series.length - shown)} more of {counted(series.length, 'series', 'series')}
        </Button>
      )}
      {choosing && (
        <Suspense fallback={null}>
          <ChooseDialog
            title={`Subject of “${choosing.series.label.value ?? ''}”`}
            noun="subject"
            existing={existing('Subject')}
            fresh={newSubject}
            start={chosenIn(choosing)}
            projectId={projectId}
            scopes={scopesOf(plan, choosing)}
            onChosen={({ id, create }, scope) => {
              const subject = { id: id ?? null, create: (create as unknown as NewSubject | null) ?? null }
              onEdit(subjectPatch(plan, choosing, scope as SubjectScope, subject))
              setChoosing(undefined)
            }}
            onClose={() => setChoosing(undefined)}
          />
        </Suspense>
      )}
    </>
  )
}

/** What a change may be meant for, the widest reading of the evidence first. */
function scopesOf(plan: ImportPlan, place: SubjectPlace): { value: SubjectScope; label: string }[] {
  const count = (scope: SubjectScope) => inScope(plan, place, scope).length
  const scopes: { value: SubjectScope; label: string; count: number }[] = [
    { value: 'same', label: `all ${count('same')} series that say the same now`, count: count('same') },
    { value: 'session', label: `all ${count('session')} series of this session`, count: count('session') },
    { value: 'one', label: 'this series only', count: 1 },
  ]
  const isOneOfSeveral = place.series.moreSubjects !== undefined
  return scopes.filter(
    ({ value, count: found }) => value === 'one' || (found > 1 && !(value === 'session' && isOneOfSeveral)),
  )
}

function chosenIn({ series, at }: SubjectPlace) {
  const { id, create } = subjectsShown(series)[at]!
  return { id, create: (create as never) ?? null }
}

interface RowProps {
  series: PlannedSeries
  subjectNames: readonly (string | undefined)[]
  error: string | undefined
  onEdit: Props['onEdit']
  onChooseSubject: (place: SubjectPlace) => void
}

const SeriesRow = memo(function SeriesRow({ series, subjectNames, error, onEdit, onChooseSubject }: RowProps) {
  const { key, include, label, modality, problem, conflicts, warnings } = series
  const edit = (change: Omit<NonNullable<PlanPatch['series']>[number], 'key'>) =>
    onEdit({ series: [{ key, ...change }] })
  return (
    <tr data-out={include ? undefined : true}>
      <td>
        <Checkbox
          size="xs"
          checked={include}
          aria-label={`Archive ${label.value ?? 'this series'} as a series`}
          onChange={() => edit({ include: !include })}
        />
      </td>
      <th scope="row">
        <EditableText
          value={label.value ?? ''}
          label="Label of the series"
          onSave={(value) => edit({ label: value })}
        />
        <Evidence text={label.evidence} />
        {problem && <p className={styles.trouble}>{problem.message}</p>}
        {error && <p className={styles.trouble}>{error}</p>}
        {conflicts.map(({ key: fact, others }) => (
          <p key={fact} className={styles.note}>
            The files disagree on {factText(fact)}:{' '}
            {others.map(({ value, evidence }) => `“${valueText(value)}” in ${evidence}`).join('; ')}
          </p>
        ))}
        {warnings.map((warning) => (
          <p key={warning} className={styles.note}>
            {warning}
          </p>
        ))}
        {!include && <p className={styles.note}>Its files are kept as attachments.</p>}
      </th>
      <td data-label="Modality">
        <NativeSelect
          size="xs"
          aria-label={`Modality of ${label.value ?? 'the series'}`}
          value={modality.value ?? ''}
          data={[
            { value: '', label: 'Not known' },
            ...Object.entries(modalities).map(([value, text]) => ({ value, label: text })),
          ]}
          onChange={(event) => edit({ modality: event.currentTarget.value || null })}
        />
        <Evidence text={modality.evidence} />
      </td>
      <td data-label="Subject">
        {subjectsShown(series).map((subject, at) => (
          <SubjectPick
            key={at}
            subject={subject}
            name={subjectNames[at]}
            of={label.value ?? 'the series'}
            onChoose={() => onChooseSubject({ series, at })}
          />
        ))}
      </td>
      <td data-label="Image">
        {series.formatLabel}
        {!series.formatVerified && <span className={styles.evidence}>reader not verified on original data</span>}
        <span className={styles.evidence}>{imageText(series)}</span>
      </td>
      <td data-label="Files">
        <FilePaths series={series} />
      </td>
    </tr>
  )
})

function FilePaths({ series }: { series: PlannedSeries }) {
  const { fileCount, byteCount, rawFiles = [], rawByteCount = 0 } = series
  return (
    <>
      <Paths files={series.files} title={`${counted(fileCount, 'file')}, ${formatBytes(byteCount)}`} />
      {rawFiles.length > 0 && (
        <Paths
          files={rawFiles}
          title={`and ${counted(rawFiles.length, 'file')} of raw data, ${formatBytes(rawByteCount)}`}
        />
      )}
    </>
  )
}

function Paths({ files, title }: { files: readonly string[]; title: string }) {
  return (
    <details>
      <summary>{title}</summary>
      <ul className={styles.files}>
        {files.slice(0, pathsShown).map((path) => (
          <li key={path} className={styles.evidence}>
            {path}
          </li>
        ))}
        {files.length > pathsShown && <li className={styles.evidence}>and {files.length - pathsShown} more</li>}
      </ul>
    </details>
  )
}

/** 'subject.localId' as 'subject: local id' */
const factText = (key: string): string =>
  key
    .split('.')
    .map((part) => formatWords(part).toLowerCase())
    .join(': ')

function imageText({ shape, spacing }: PlannedSeries): string {
  if (!shape) return ''
  const image = { shape, ...(spacing && { spacingMillimetres: spacing }) }
  return [formatShape(image), formatSpacing(image)].filter(Boolean).join(', ')
}

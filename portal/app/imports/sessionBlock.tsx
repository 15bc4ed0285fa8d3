import { TextInput } from '@mantine/core'
import { lazy, Suspense, useState } from 'react'
import { entityNamed } from '../forms/records.ts'
import { useLabels } from '../forms/labels.ts'
import type { ImportPlan, NewInstrument, PlannedSeries, PlannedSession, PlanPatch } from './contract.ts'
import { EditableText } from './editableText.tsx'
import { EventRows } from './eventRows.tsx'
import { Evidence } from './evidence.tsx'
import styles from './imports.module.css'
import { existing, newInstrument } from './planForms.ts'
import { joinStart, splitStart } from './planNumbers.ts'
import { SeriesRows } from './seriesRows.tsx'

const ChooseDialog = lazy(() => import('./chooseDialog.tsx').then((m) => ({ default: m.ChooseDialog })))

interface Props {
  plan: ImportPlan
  session: PlannedSession
  series: readonly PlannedSeries[]
  projectId: string
  /** Messages by pointer into the plan, by key. */
  errors: Record<string, string>
  onEdit: (patch: PlanPatch) => void
}

/** One planned imaging session with its series; every value can be changed in place. */
export function SessionBlock({ plan, session, series, projectId, errors, onEdit }: Props) {
  const { key, label, start, existingId } = session
  const edit = (change: Omit<NonNullable<PlanPatch['sessions']>[number], 'key'>) =>
    onEdit({ sessions: [{ key, ...change }] })
  const error = (field: string) =>
    Object.entries(errors).find(([pointer]) => pointer.startsWith(`/sessions/${key}/${field}`))?.[1]
  return (
    <section className={styles.session} aria-label={`Imaging session ${label.value ?? ''}`}>
      <div className={styles.sessionHead}>
        <div>
          <EditableText
            value={label.value ?? ''}
            label="Label of the session"
            error={error('label')}
            onSave={(value) => edit({ label: value })}
          />
          <Evidence text={label.evidence} />
          {existingId ? (
            <span className={styles.evidence}>is in the study already; the series are added to it</span>
          ) : (
            <span className={styles.new}>new session</span>
          )}
        </div>
        <StartFields
          start={start.value}
          evidence={start.evidence}
          error={error('start')}
          onSave={(value) => edit({ start: value })}
        />
        <InstrumentField session={session} projectId={projectId} error={error('instrument')} onEdit={edit} />
      </div>
      <SeriesRows plan={plan} series={series} projectId={projectId} errors={errors} onEdit={onEdit} />
      <EventRows
        plan={plan}
        events={plan.events?.filter(({ sessionKey }) => sessionKey === key) ?? []}
        onEdit={onEdit}
      />
    </section>
  )
}

interface StartProps {
  start: string | null
  evidence: string
  error: string | undefined
  onSave: (start: string | null) => void
}

function StartFields({ start, evidence, error, onSave }: StartProps) {
  const [entered, setEntered] = useState<ReturnType<typeof splitStart>>()
  const parts = entered ?? splitStart(start)
  const save = () => {
    if (!entered) return
    setEntered(undefined)
    const next = joinStart(entered)
    if (next !== start) onSave(next)
  }
  return (
    <div>
      <div style={{ display: 'flex', gap: 6 }}>
        <TextInput
          size="xs"
          type="date"
          aria-label="Date of the session"
          value={parts.date}
          error={Boolean(error)}
          onChange={(event) => setEntered({ ...parts, date: event.currentTarget.value })}
          onBlur={save}
        />
        <TextInput
          size="xs"
          type="time"
          step={1}
          aria-label="Time of the session"
          value={parts.time}
          error={Boolean(error)}
          onChange={(event) => setEntered({ ...parts, time: event.currentTarget.value })}
          onBlur={save}
        />
        {parts.zone && <span className="dim">{parts.zone}</span>}
      </div>
      {error && <p className={styles.trouble}>{error}</p>}
      <Evidence text={evidence} />
    </div>
  )
}

interface InstrumentProps {
  session: PlannedSession
  projectId: string
  error: string | undefined
  onEdit: (change: { instrument: { id?: string | null; create?: NewInstrument } }) => void
}

const instruments = entityNamed('Instrument')

function InstrumentField({ session: { instrument, label }, projectId, error, onEdit }: InstrumentProps) {
  const [open, setOpen] = useState(false)
  const names = useLabels(instruments, instrument.id ? [instrument.id] : [])
  const { id, create } = instrument
  const name = (id ? names[id] : create?.name) ?? 'No instrument yet'
  return (
    <div>
      <button
        type="button"
        className={styles.pick}
        onClick={() => setOpen(true)}
        aria-label={`Instrument of ${label.value ?? 'the session'}: ${name}`}
      >
        {name}
      </button>
      {!id && create && <span className={styles.new}>new instrument</span>}
      {!id && create && (
        <span className={styles.evidence}>
          {create.manufacturer}, {create.model}
        </span>
      )}
      {error && <p className={styles.trouble}>{error}</p>}
      <Evidence text={instrument.evidence} />
      {open && (
        <Suspense fallback={null}>
          <ChooseDialog
            title="Instrument of this session"
            noun="instrument"
            existing={existing('Instrument')}
            fresh={newInstrument}
            start={{ id, create: (create as never) ?? null }}
            projectId={projectId}
            onChosen={(choice) => {
              setOpen(false)
              onEdit({
                instrument: {
                  id: choice.id ?? null,
                  ...(choice.create && { create: choice.create as unknown as NewInstrument }),
                },
              })
            }}
            onClose={() => setOpen(false)}
          />
        </Suspense>
      )}
    </div>
  )
}

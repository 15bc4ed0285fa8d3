/** What follows from a record and those around it: computed when it is read, never asked and never stored. */
import { Type, closed, type Static } from '../vocabulary.ts'

/** A number, or the reason why there is none. */
export const ComputedValue = closed(
  {
    value: Type.Optional(Type.Number({ title: 'Value' })),
    unit: Type.Optional(Type.String({ title: 'Unit (UCUM)' })),
    reason: Type.Optional(Type.String({ title: 'Why there is none' })),
    basis: Type.Optional(Type.String({ title: 'From what', description: 'What it was computed from, for people.' })),
  },
  { 'x-type': 'ComputedValue', title: 'Computed value' },
)
export type ComputedValue = Static<typeof ComputedValue>

const value = (title: string, description?: string) =>
  Type.Optional(
    Type.Unsafe<ComputedValue>({ ...ComputedValue, title, ...(description !== undefined && { description }) }),
  )
const system = { 'x-system': true, 'x-private': true, title: 'Computed' } as const

export const EventComputed = closed(
  {
    age: value('Age', 'In days.'),
    daysAfterInduction: value('Days after induction of the model'),
    weight: value('Body weight', 'The nearest in time, within three days.'),
    netActivity: value(
      'Net injected activity',
      'MBq at the time of injection: before, less after, less what was left.',
    ),
    dosePerWeight: value('Dose per body weight'),
    activityPerWeight: value('Activity per body weight'),
    graftRelation: Type.Optional(
      Type.String({ title: 'Graft and host', description: 'xenogeneic: another species; same species otherwise.' }),
    ),
    administrationUid: Type.Optional(
      Type.String({ title: 'DICOM administration event UID', description: '(0008,3012); from the identifier.' }),
    ),
    warnings: Type.Optional(
      Type.Array(Type.String(), { title: 'Hints', description: 'What looks wrong but may be right.' }),
    ),
  },
  { ...system, 'x-type': 'EventComputed' },
)
export type EventComputed = Static<typeof EventComputed>

export const SeriesComputed = closed(
  {
    age: value('Age at the scan', 'In days.'),
    daysAfterInduction: value('Days after induction of the model'),
    weight: value('Body weight', 'The nearest in time, within three days.'),
    uptakeTime: value('Uptake time', 'Minutes from the injection of the tracer or contrast agent to the scan.'),
    activityAtScan: value('Activity at the start of the scan', 'MBq, the net injected activity after decay.'),
    suvBodyWeight: value(
      'SUV factor',
      'A stored value times this is the standardised uptake value by body weight, in g/mL.',
    ),
    percentInjectedDosePerGram: value(
      '%ID/g factor',
      'A stored value times this is the share of the injected dose per gram, in %, at a density of 1 g/mL.',
    ),
    administrationId: Type.Optional(
      Type.String({ title: 'Administration', description: 'The event that uptake and factors are computed from.' }),
    ),
    warnings: Type.Optional(
      Type.Array(Type.String(), { title: 'Hints', description: 'What looks wrong but may be right.' }),
    ),
  },
  { ...system, 'x-type': 'SeriesComputed' },
)
export type SeriesComputed = Static<typeof SeriesComputed>

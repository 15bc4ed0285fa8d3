/**
 * The record of a study as BIDS (1.11): description, participants, sessions and the timeline as a phenotype table, each
 * column explained in its dictionary. What BIDS has no place for is listed in .bidsignore by those who add it.
 */
import { computedOfEvent, computedOfSeries, type Around } from '#ontology/computed/index.ts'
import { ageAt, weightAt } from '#ontology/computed/subject.ts'
import type { Told } from '#ontology/completeness/told.ts'
import type { Event } from '#ontology/entities/event.ts'
import type { Person } from '#ontology/entities/person.ts'
import type { ImagingSession } from '#ontology/entities/session.ts'
import type { Subject } from '#ontology/entities/subject.ts'
import { valueIn } from '#ontology/units.ts'
import type { CodedTerm } from '#ontology/values.ts'

interface Column {
  name: string
  description: string
  units?: string
  levels?: Record<string, string>
}

/** Files by their path. */
export type Files = Map<string, string>

const empty = 'n/a'
/** A cell: one line, without tabs. */
const cell = (value: unknown): string =>
  value === undefined || value === null || value === '' ? empty : String(value).replaceAll(/[\t\r\n]+/g, ' ')

function table(files: Files, path: string, columns: Column[], rows: Record<string, unknown>[], explain = true): void {
  const lines = [columns.map(({ name }) => name), ...rows.map((row) => columns.map(({ name }) => cell(row[name])))]
  files.set(`${path}.tsv`, `${lines.map((line) => line.join('\t')).join('\n')}\n`)
  if (!explain) return
  const dictionary = columns.map(({ name, description, units, levels }) => [
    name,
    { Description: description, ...(units && { Units: units }), ...(levels && { Levels: levels }) },
  ])
  files.set(`${path}.json`, `${JSON.stringify(Object.fromEntries(dictionary), null, 2)}\n`)
}

/** Labels are alphanumeric; two that become the same are told apart by a number. */
export function labelsOf(records: readonly { id: string; name: string }[]): Map<string, string> {
  const taken = new Map<string, number>()
  return new Map(
    records.map(({ id, name }) => {
      const plain = name.normalize('NFKD').replaceAll(/[^0-9A-Za-z]/g, '') || 'x'
      const count = (taken.get(plain) ?? 0) + 1
      taken.set(plain, count)
      return [id, count === 1 ? plain : `${plain}x${count}`]
    }),
  )
}

const sexes = { M: 'male', F: 'female', other: 'other', unknown: undefined } as const
const rridOf = (term: CodedTerm | undefined) => {
  const code = term?.codings?.find(({ scheme }) => scheme === 'RRID')?.code
  return code && (code.startsWith('RRID:') ? code : `RRID:${code}`)
}

const participantColumns: Column[] = [
  { name: 'participant_id', description: 'Label of the subject.' },
  { name: 'local_id', description: 'Name of the subject in the laboratory.' },
  { name: 'species', description: 'Binomial species name of the NCBI Taxonomy.' },
  { name: 'age', description: 'Age at the first session.', units: 'week' },
  { name: 'sex', description: 'Sex.', levels: { male: 'male', female: 'female', other: 'other' } },
  { name: 'strain', description: 'Strain.' },
  { name: 'strain_rrid', description: 'Research resource identifier of the strain.' },
  { name: 'genotype', description: 'Genotype.' },
  { name: 'group', description: 'Group of the study.' },
  { name: 'supplier', description: 'Where the animal came from.' },
  { name: 'derived_from', description: 'Label of the subject that this one was taken from.' },
]
const sessionColumns: Column[] = [
  { name: 'session_id', description: 'Label of the imaging session.' },
  { name: 'acq_time', description: 'Start of the session.' },
  { name: 'session_label', description: 'Name of the session in the laboratory.' },
  { name: 'age_weeks', description: 'Age at the session.', units: 'week' },
  { name: 'weight', description: 'Body weight nearest to the session, within three days.', units: 'g' },
  { name: 'timepoint', description: 'Time point of the study.' },
  { name: 'anaesthesia', description: 'Anaesthesia during the session.' },
  { name: 'fasted_h', description: 'Time without food before the session.', units: 'h' },
  { name: 'glucose_mmol_l', description: 'Blood glucose.', units: 'mmol/L' },
  { name: 'pathology', description: 'Disease of the study.' },
]
const procedureColumns: Column[] = [
  { name: 'participant_id', description: 'Label of the subject.' },
  { name: 'event_id', description: 'Identifier of the event in the repository.' },
  { name: 'kind', description: 'What was done.' },
  { name: 'acq_time', description: 'When it started.' },
  { name: 'end', description: 'When it ended.' },
  { name: 'agent', description: 'What was given, or the anaesthetic.' },
  { name: 'dose', description: 'Dose, activity or amount.' },
  { name: 'unit', description: 'UCUM unit of the dose.' },
  { name: 'route', description: 'Route of administration.' },
  { name: 'site', description: 'Site.' },
  { name: 'value', description: 'Measured value.' },
  { name: 'value_unit', description: 'UCUM unit of the value.' },
  { name: 'details', description: 'All details of the event, as JSON.' },
]

const minuteOf = (time: string | undefined): string | undefined => time?.slice(0, 19)

export function bidsTables(told: Told & { people: readonly Person[] }): Files {
  const files: Files = new Map()
  const [study, project] = [told.studies[0], told.projects[0]]
  const subjectLabel = labelsOf(told.subjects.map(({ id, localId }) => ({ id, name: localId })))
  const sessionLabel = labelsOf(told.sessions.map(({ id, label }) => ({ id, name: label })))
  const list = (words: (string | undefined)[]) => words.filter((word) => word !== undefined)
  const description = {
    Name: study?.title ?? 'Study',
    BIDSVersion: '1.10.0',
    DatasetType: 'raw',
    License: project?.licence,
    Authors: told.people.map(({ givenName, familyName }) => `${givenName} ${familyName}`),
    Keywords: (project?.keywords ?? []).map(({ label }) => label),
    Funding: (project?.funding ?? []).map(({ funder, grantNumber }) => list([funder, grantNumber]).join(' ')),
    EthicsApprovals: (project?.ethics ?? []).map(({ committee, approvalNumber }) => `${committee} (${approvalNumber})`),
    ReferencesAndLinks: (project?.publications ?? []).map((doi) => `https://doi.org/${doi}`),
    GeneratedBy: [{ Name: 'Vivarchive' }],
  }
  const told_ = Object.entries(description).filter(
    ([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0),
  )
  files.set('dataset_description.json', `${JSON.stringify(Object.fromEntries(told_), null, 2)}\n`)
  files.set('README', `${study?.title ?? 'Study'}\n\n${study?.description ?? 'No description is recorded.'}\n`)
  // A phenotype table has one row for each participant; the timeline has one for each event.
  const ignored = ['ct/', 'us/', 'oi/', 'pai/', 'spect/'].flatMap((folder) => [
    `sub-*/${folder}**`,
    `sub-*/ses-*/${folder}**`,
  ])
  files.set('.bidsignore', `${['phenotype/procedures.*', ...ignored].join('\n')}\n`)
  const aroundOf = (subject: Subject): Around => ({
    subject,
    events: told.events.filter(({ subjectId }) => subjectId === subject.id),
    agents: told.agents,
  })
  const participants = told.subjects.map((subject) => {
    const visits = visitsOf(told, subject)
    const age = visits[0]?.start && ageAt(subject, visits[0].start).value
    return {
      participant_id: `sub-${subjectLabel.get(subject.id)}`,
      local_id: subject.localId,
      species: subject.species?.label.toLowerCase().replace(/^\w/, (letter) => letter.toUpperCase()),
      age: typeof age === 'number' ? Number((age / 7).toFixed(2)) : undefined,
      sex: subject.animal && sexes[subject.animal.sex],
      strain: subject.animal?.strain?.label,
      strain_rrid: rridOf(subject.animal?.strain),
      genotype: subject.animal?.genotype ?? subject.animal?.geneticStatus,
      group: told.enrolments.find(({ subjectId }) => subjectId === subject.id)?.group,
      supplier: subject.animal?.supplier,
      derived_from: subject.parentSubjectId && subjectLabel.get(subject.parentSubjectId),
    }
  })
  table(files, 'participants', participantColumns, participants)
  for (const subject of told.subjects) {
    const visits = visitsOf(told, subject)
    if (visits.length === 0) continue
    const label = `sub-${subjectLabel.get(subject.id)}`
    const rows = visits.map((session) =>
      sessionRow(session, aroundOf(subject), told, sessionLabel.get(session.id) as string),
    )
    table(files, `${label}/${label}_sessions`, sessionColumns, rows)
  }
  const rows = told.events.flatMap((event) => {
    const subject = told.subjects.find(({ id }) => id === event.subjectId)
    return subject ? [procedureRow(event, `sub-${subjectLabel.get(subject.id)}`, aroundOf(subject))] : []
  })
  if (rows.length > 0) table(files, 'phenotype/procedures', procedureColumns, rows)
  return files
}

/** Sessions in which a subject was imaged, in order. */
function visitsOf({ sessions, series }: Told, subject: Subject): ImagingSession[] {
  const seen = new Set(
    series.filter(({ subjectIds }) => subjectIds?.includes(subject.id)).map(({ sessionId }) => sessionId),
  )
  return sessions
    .filter(({ id }) => seen.has(id))
    .toSorted((a, b) => (a.start?.dateTime ?? '').localeCompare(b.start?.dateTime ?? ''))
}

function sessionRow(session: ImagingSession, around: Around, told: Told, label: string): Record<string, unknown> {
  const own = around.events.filter(({ sessionId }) => sessionId === session.id)
  const subject = around.subject as Subject
  const series = told.series.find((each) => each.sessionId === session.id && each.subjectIds?.includes(subject.id))
  const at = session.start ?? series?.acquiredAt
  const age = ageAt(subject, at).value
  const anaesthesia = own.flatMap(({ anaesthesia: given }) =>
    given ? [given.applied ? (given.agent?.label ?? 'yes') : 'none'] : [],
  )[0]
  const glucose = own.flatMap(
    ({ agentAdministration: given, measurement }) =>
      given?.glucose ?? (measurement?.what === 'blood glucose' ? [measurement.value] : []),
  )[0]
  return {
    session_id: `ses-${label}`,
    acq_time: minuteOf(at?.dateTime),
    session_label: session.label,
    age_weeks: age === undefined ? undefined : Number((age / 7).toFixed(2)),
    weight: weightAt(around.events, at).value,
    timepoint: session.timepoint,
    anaesthesia,
    fasted_h: own.flatMap(
      ({ agentAdministration: given, handling }) => given?.fastedHours ?? handling?.fastedHours ?? [],
    )[0],
    // 18.016 mg/dL of glucose are 1 mmol/L.
    glucose_mmol_l: glucose && (glucose.unit === 'mg/dL' ? Number((glucose.value / 18.016).toFixed(2)) : glucose.value),
    pathology: told.studies[0]?.disease?.map(({ label: disease }) => disease).join(', '),
  }
}

function procedureRow(event: Event, participant: string, around: Around): Record<string, unknown> {
  const { agentAdministration: given, anaesthesia, modelInduction: model, therapy, measurement } = event
  const net = given && computedOfEvent(event, around).netActivity
  const dose =
    net?.value === undefined
      ? (given?.dose ?? anaesthesia?.dose ?? anaesthesia?.concentration ?? model?.amount ?? therapy?.dose)
      : { value: net.value, unit: 'MBq' }
  const agentId = given?.agentId ?? therapy?.agentId
  return {
    participant_id: participant,
    event_id: event.id,
    kind: event.kind,
    acq_time: minuteOf(event.start.dateTime),
    end: minuteOf(event.end?.dateTime),
    agent:
      agentId === undefined
        ? (anaesthesia?.agent?.label ?? model?.cellLine?.label ?? model?.substance)
        : around.agents.get(agentId)?.name,
    dose: dose?.value,
    unit: dose?.unit,
    route: (given?.route ?? anaesthesia?.route ?? model?.route ?? therapy?.route)?.label,
    site: (given?.site ?? model?.site)?.label,
    value: measurement?.value.value,
    value_unit: measurement?.value.unit,
    details: JSON.stringify(event[event.kind]),
  }
}

/**
 * Keys of a PET sidecar that the record answers (BIDS 1.11, PET). Times are in seconds from the start of the scan, which
 * is TimeZero; InjectedMass and SpecificRadioactivity may be "n/a" and are never left out.
 */
export function petSidecar(series: Told['series'][number], around: Around): Record<string, unknown> {
  const computed = computedOfSeries(series, around)
  const event = around.events.find(({ id }) => id === computed.administrationId)
  const given = event?.agentAdministration
  const agent = given && around.agents.get(given.agentId)
  const net = event && computedOfEvent(event, around).netActivity?.value
  const injected = computed.uptakeTime?.value
  const delivery = given?.delivery
  return {
    ...(agent && { TracerName: agent.name, TracerRadionuclide: agent.radionuclide }),
    ...(agent?.molarMassGramPerMole && {
      TracerMolecularWeight: agent.molarMassGramPerMole,
      TracerMolecularWeightUnits: 'g/mol',
    }),
    ...(net !== undefined && { InjectedRadioactivity: net, InjectedRadioactivityUnits: 'MBq' }),
    InjectedMass: given?.injectedMass ? valueIn(given.injectedMass, 'ug') : empty,
    InjectedMassUnits: given?.injectedMass ? 'ug' : empty,
    SpecificRadioactivity: empty,
    SpecificRadioactivityUnits: empty,
    ...(given?.molarActivity && {
      MolarActivity: given.molarActivity.value,
      MolarActivityUnits: given.molarActivity.unit,
    }),
    ...(given?.volume && { InjectedVolume: valueIn(given.volume, 'mL'), InjectedVolumeUnits: 'mL' }),
    ...(given?.radiochemicalPurity && { Purity: given.radiochemicalPurity.value }),
    ...(delivery && ['bolus', 'infusion', 'bolus-infusion'].includes(delivery) && { ModeOfAdministration: delivery }),
    ...(given?.route && { AdministrationRoute: given.route.label }),
    ...(series.acquiredAt && { TimeZero: series.acquiredAt.dateTime.slice(11, 19), ScanStart: 0 }),
    ...(injected !== undefined && { InjectionStart: -Math.round(injected * 60) }),
    ...(series.image?.unit && { Units: series.image.unit }),
    ...(series.image?.frameStartSeconds && {
      FrameTimesStart: series.image.frameStartSeconds,
      FrameDuration: series.image.frameDurationSeconds,
    }),
    ...(series.decayCorrection && {
      ImageDecayCorrected: series.decayCorrection !== 'none',
      ...(series.decayCorrection === 'scan start' && { ImageDecayCorrectionTime: 0 }),
      ...(series.decayCorrection === 'injection' &&
        injected !== undefined && { ImageDecayCorrectionTime: -Math.round(injected * 60) }),
    }),
    ...(series.bodyPart && { BodyPart: series.bodyPart.label }),
  }
}

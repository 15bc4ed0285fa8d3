/** Makes the import plan from what was recognised and what is known already. Pure: same input, same plan. */
import type { Inspection, InspectedSeries } from '#api/imaging/pool.ts'
import { formatById } from '#imaging/formats/index.ts'
import { nameOf } from '#imaging/paths.ts'
import { modalities, type Modality } from '#ontology/modalities.ts'
import { asLine } from '#ontology/vocabulary.ts'
import { foldersOf, groupSessions, sessionNear, stableKey, startOf } from './groupSessions.ts'
import { matchInstrument, type KnownInstrument } from './matchInstrument.ts'
import {
  matchGroup,
  matchSubject,
  newSubjects,
  subjectIndex,
  type KnownSubject,
  type SubjectIndex,
} from './matchSubject.ts'
import type { Plan, PlannedAttachment, PlannedFact, PlannedSeries, PlannedSession, PlannedSubject } from './plan.ts'
import { proposeEvents, type EventKnowledge } from './proposeEvents.ts'

export interface PlanInput {
  label: string
  files: readonly { path: string; byteCount: number }[]
  inspection: Inspection
  /** What the project has; the caller's rights are applied by whoever asks. */
  subjects: readonly KnownSubject[]
  instruments: readonly KnownInstrument[]
  /** Sessions of the study. */
  sessions: readonly { id: string; label: string; dicomStudyUid?: string | undefined }[]
  /** Paths whose bytes are already in series of the study, with these series: some files serve several. */
  stored: ReadonlyMap<string, readonly StoredTwin[]>
  /** Agents of the catalogue and events of the subjects. */
  recorded?: EventKnowledge
}

/** A series that has a file already; `part` when it is one of several images in its files. */
export interface StoredTwin {
  seriesId: string
  label: string
  part?: string | undefined
}

interface Candidate {
  series: InspectedSeries
  paths: string[]
  facts: Map<string, PlannedFact>
}

export function buildPlan(input: PlanInput): Plan {
  const sizes = new Map(input.files.map((file) => [file.path, file.byteCount]))
  const candidates = input.inspection.series.map((series): Candidate => ({
    series,
    paths: series.files,
    facts: new Map(series.facts.map((fact) => [fact.key, printable(fact)])),
  }))
  const keys = groupSessions(candidates)
  const index = subjectIndex(input.subjects)
  const single = candidates.map((candidate, i) => planSeries(candidate, keys[i] as string, sizes, index, input))
  const subjects = newSubjects(single)
  const series = single.map((each) => {
    const complete = (subject: PlannedSubject): PlannedSubject => {
      const create = subject.create && subjects.get(subject.create.localId)
      return create ? { ...subject, create } : subject
    }
    const { subject, moreSubjects } = each
    return {
      ...each,
      subject: complete(subject),
      ...(moreSubjects && { moreSubjects: moreSubjects.map(complete) }),
    }
  })
  const grouped = Map.groupBy(
    candidates.map((candidate, i) => ({ candidate, key: keys[i] as string })),
    ({ key }) => key,
  )
  const sessions = [...grouped].map(([key, group]) =>
    planSession(
      key,
      group.map(({ candidate }) => candidate),
      input,
    ),
  )
  const totals = { files: input.files.length, bytes: input.files.reduce((sum, file) => sum + file.byteCount, 0) }
  const events = proposeEvents({ series, sessions }, input.recorded ?? { agents: [], events: [] })
  const attachments = planAttachments(input, series, sizes)
  return withSummary({ sessions, series, ...(events.length > 0 && { events }), attachments }, totals)
}

/** Counts what a plan holds; called again after each change. */
export function withSummary(plan: Omit<Plan, 'summary'>, totals: Pick<Plan['summary'], 'files' | 'bytes'>): Plan {
  return {
    ...plan,
    summary: {
      files: totals.files,
      bytes: totals.bytes,
      series: plan.series.filter((each) => each.include).length,
      problems: plan.series.filter((each) => each.problem || each.conflicts.length > 0).length,
    },
  }
}

function planSeries(
  { series, paths, facts }: Candidate,
  sessionKey: string,
  sizes: ReadonlyMap<string, number>,
  index: SubjectIndex,
  input: PlanInput,
): PlannedSeries {
  const format = formatById(series.format)
  const [first, ...moreSubjects] = matchGroup(series.group ?? [], facts, paths, index)
  const { subject, conflicts } = first ? { subject: first, conflicts: [] } : matchSubject(facts, paths, index)
  const number = facts.get('series.number')?.value
  const { header, raw = [] } = series
  const twin = storedTwin(paths, series.part, input.stored)
  const problem =
    series.problem ??
    (twin && { code: 'duplicate', message: `The study has these files already, as the series “${twin}”.` })
  return {
    key: stableKey(series.format, series.seriesKey),
    sessionKey,
    include: !twin,
    label: labelOf(paths, facts),
    modality: modalityOf(series),
    ...(typeof number === 'number' && Number.isInteger(number) && number >= 0 && number < 2 ** 31 && { number }),
    format: series.format,
    formatLabel: format?.label ?? series.format,
    formatVerified: format?.verified ?? false,
    ...(series.part !== undefined && { part: series.part }),
    files: paths,
    fileCount: paths.length,
    byteCount: bytesOf(paths, sizes),
    ...(raw.length > 0 && { rawFiles: raw, rawByteCount: bytesOf(raw, sizes) }),
    shape: header && [header.shape.x, header.shape.y, header.shape.z, header.shape.t, header.shape.c],
    spacing: header?.spacing ?? null,
    subject,
    ...(moreSubjects.length > 0 && { moreSubjects }),
    facts: [...facts.values()],
    conflicts: [...series.conflicts, ...conflicts],
    warnings: header?.warnings ?? [],
    ...(problem && { problem: { code: problem.code, message: problem.message } }),
    typed: [],
  }
}

const bytesOf = (paths: readonly string[], sizes: ReadonlyMap<string, number>): number =>
  paths.reduce((sum, path) => sum + (sizes.get(path) ?? 0), 0)

/** Label of the one series that has all these files already: the same part of them, or all that is in them. */
function storedTwin(paths: readonly string[], part: string | undefined, stored: PlanInput['stored']): string | null {
  const found = paths.map((path) => stored.get(path) ?? [])
  const twins = found[0]?.filter(({ seriesId }) =>
    found.every((list) => list.some((each) => each.seriesId === seriesId)),
  )
  return twins?.find((twin) => twin.part === undefined || twin.part === part)?.label ?? null
}

function labelOf(paths: readonly string[], facts: Candidate['facts']): PlannedSeries['label'] {
  const fact = [facts.get('series.label'), facts.get('series.protocol')].find((each) => text(each) !== '')
  if (fact) {
    const words = text(fact)
    // Some programs write the path of the file on their own machine.
    const isPath = /^(\/|[a-z]:\\)\S+$/i.test(words)
    return { value: (isPath && words.split(/[/\\]/).at(-1)) || words, evidence: fact.evidence }
  }
  const path = paths[0] ?? ''
  const [folder] = foldersOf(path)
  if (paths.length > 2 && folder) return { value: nameOf(folder), evidence: 'name of the folder' }
  return {
    value: nameOf(path).replace(/(\.nii|\.ome)?\.[a-z0-9]{1,6}$/i, '') || nameOf(path),
    evidence: 'name of the file',
  }
}

function modalityOf({ header, format }: InspectedSeries): PlannedSeries['modality'] {
  const code = header?.modality
  if (code && code in modalities) {
    return { value: code as Modality, evidence: format === 'dicom' ? 'Modality (0008,0060)' : 'the files' }
  }
  if (code) return { value: 'OT', evidence: `the files say ${code}` }
  return { value: null, evidence: 'the files do not say' }
}

function planSession(key: string, group: readonly Candidate[], input: PlanInput): PlannedSession {
  const starts = group.flatMap((candidate) => startOf(candidate) ?? []).toSorted((a, b) => (a.value < b.value ? -1 : 1))
  const start = starts[0] ?? { value: null, evidence: 'neither the files nor their folders tell' }
  const facts = mostCommon(
    group.map((candidate) => candidate.facts),
    'instrument.model',
  )
  const instrument = matchInstrument(facts, input.instruments)
  const uid = firstFact(group, 'session.uid')
  const existing = uid && input.sessions.find((session) => session.dicomStudyUid === String(uid.value))
  const label = existing
    ? { value: existing.label, evidence: 'the session of the study with the same DICOM study UID' }
    : sessionLabel(group, start.value?.slice(0, 10), text(facts.get('instrument.model')), input.label)
  return {
    key,
    label,
    start,
    instrument,
    ...(existing && { existingId: existing.id }),
    ...(uid && /^[0-9.]{1,64}$/.test(String(uid.value)) && { dicomStudyUid: String(uid.value) }),
    typed: [],
  }
}

/** What a header calls the session, when that tells people something; else day and instrument, folder, or import. */
function sessionLabel(
  group: readonly Candidate[],
  day: string | undefined,
  model: string,
  importLabel: string,
): PlannedSession['label'] {
  const title = ['session.label', 'study.title']
    .map((key) => firstFact(group, key))
    .find((fact) => isTelling(text(fact)))
  if (title) return { value: text(title), evidence: title.evidence }
  if (day) return { value: `${day} ${model}`.trim().slice(0, 300), evidence: 'day and instrument' }
  const path = group[0]?.paths[0] ?? ''
  if (path.includes('/')) return { value: path.slice(0, path.indexOf('/')), evidence: 'name of the folder' }
  return { value: importLabel, evidence: 'name of the import' }
}

/** Bare numbers and hashes are given by machines and tell people nothing. */
const isTelling = (words: string): boolean =>
  /\p{L}/u.test(words) && words.length > 2 && !/^[0-9a-f]{24,}$/i.test(words)

const text = (fact: PlannedFact | undefined): string =>
  fact && typeof fact.value !== 'object' ? String(fact.value).trim().slice(0, 300) : ''

const firstFact = (group: readonly Candidate[], key: string): PlannedFact | undefined =>
  group.map((candidate) => candidate.facts.get(key)).find((fact) => fact !== undefined)

/** The facts of the first series among those that agree with most others on this key. */
function mostCommon(all: readonly Candidate['facts'][], key: string): Candidate['facts'] {
  const groups = Map.groupBy(
    all.filter((facts) => facts.has(key)),
    (facts) => String(facts.get(key)?.value),
  )
  const best = [...groups.values()].toSorted((a, b) => b.length - a.length)[0]
  return best?.[0] ?? all[0] ?? new Map()
}

/** Headers hold line ends, padding and worse; a plan holds what a person can read. */
const printable = (fact: PlannedFact): PlannedFact =>
  typeof fact.value === 'string' ? { ...fact, value: asLine(fact.value) } : fact

const archive = /\.(zip|pvdatasets|7z|rar|tar|tgz|tar\.(gz|bz2|xz))$/i
const archiveReason = 'An archive is kept as it is. Unpack it and bring its files to have the images in it recognised.'

/** Files of no series, each beside the session of its folder when there is only one. */
function planAttachments(
  input: PlanInput,
  series: readonly PlannedSeries[],
  sizes: ReadonlyMap<string, number>,
): PlannedAttachment[] {
  const inFolder = new Map<string, Set<string>>()
  for (const each of series) {
    for (const path of each.files) {
      for (const folder of foldersOf(path))
        inFolder.set(folder, (inFolder.get(folder) ?? new Set()).add(each.sessionKey))
    }
  }
  return input.inspection.attachments.map(({ path, reason, isRaw }) => ({
    path,
    byteCount: sizes.get(path) ?? 0,
    reason: archive.test(path) ? archiveReason : reason,
    ...(isRaw && { isRaw }),
    sessionKey: sessionNear(path, inFolder),
  }))
}

/** Which subject a series shows, and how that is known. */
import { table } from '#imaging/table.ts'
import type { GroupMember } from '#imaging/format.ts'
import { placementOf } from './placement.ts'
import type { PlannedFact, PlannedSeries, PlannedSubject, NewSubject } from './plan.ts'
import { whenStamp } from './whenStamp.ts'
import { knownNameHint, normalisedName, subjectHint, type Hint } from './folderHints.ts'

export interface KnownSubject {
  id: string
  localId: string
}

type Facts = ReadonlyMap<string, PlannedFact>
interface Match {
  subject: PlannedSubject
  conflicts: PlannedSeries['conflicts']
}

const sexes = table<NewSubject['sex']>({ M: 'M', F: 'F', O: 'other' })

export interface SubjectIndex {
  exact: ReadonlyMap<string, KnownSubject>
  /** Only names that stay different when they are normalised. */
  normalised: ReadonlyMap<string, KnownSubject>
  ambiguous: ReadonlyMap<string, KnownSubject[]>
}

export function subjectIndex(subjects: readonly KnownSubject[]): SubjectIndex {
  const groups = Map.groupBy(subjects, (subject) => normalisedName(subject.localId))
  return {
    exact: new Map(subjects.map((subject) => [subject.localId, subject])),
    normalised: new Map(
      [...groups].flatMap(([name, group]) => (group.length === 1 && group[0] ? [[name, group[0]]] : [])),
    ),
    ambiguous: new Map([...groups].filter(([, group]) => group.length > 1)),
  }
}

/**
 * The subject of a series: the header's identifier, else a name in its path. A known subject is taken when its name is
 * the same, then when it is the same but for spelling; otherwise a new one is proposed.
 */
export function matchSubject(facts: Facts, paths: readonly string[], index: SubjectIndex): Match {
  const path = paths[0] ?? ''
  const header = ['subject.localId', 'subject.name']
    .map((key) => facts.get(key))
    .find((fact) => fact && String(fact.value).trim() !== '')
  const inFolder = knownNameHint(path, index.normalised)
  if (header) {
    const name = String(header.value).trim().slice(0, 120)
    const match = byName(name, header.evidence, index, () => proposed(name, facts, paths))
    const disagrees = inFolder && match.id !== inFolder.match.id && (match.id !== null || match.create)
    return {
      subject: match,
      conflicts: disagrees
        ? [
            {
              key: 'subject.localId',
              others: [{ key: 'subject.localId', value: inFolder.match.localId, evidence: inFolder.evidence }],
            },
          ]
        : [],
    }
  }
  if (inFolder) {
    return {
      subject: { id: inFolder.match.id, evidence: `${inFolder.evidence}: the subject “${inFolder.match.localId}”` },
      conflicts: [],
    }
  }
  const hint: Hint | null = subjectHint(path)
  if (hint)
    return {
      subject: byName(hint.value, hint.evidence, index, () => proposed(hint.value, facts, paths)),
      conflicts: [],
    }
  return {
    subject: { id: null, create: null, evidence: 'neither the files nor their folders name a subject' },
    conflicts: [],
  }
}

/** The subjects of an image that shows several. What the header says of all of them together is said of each. */
export function matchGroup(
  group: readonly GroupMember[],
  facts: Facts,
  paths: readonly string[],
  index: SubjectIndex,
): PlannedSubject[] {
  return group.map((member) => {
    const name = member.localId.slice(0, 120)
    const placement = placementOf(member)
    return {
      ...byName(name, member.evidence, index, () => proposed(name, facts, paths)),
      ...(placement && { placement }),
    }
  })
}

function byName(name: string, evidence: string, index: SubjectIndex, create: () => NewSubject): PlannedSubject {
  const exact = index.exact.get(name)
  if (exact) return { id: exact.id, evidence }
  const similar = index.normalised.get(normalisedName(name))
  if (similar) return { id: similar.id, evidence: `${evidence}: “${name}”, known here as “${similar.localId}”` }
  const several = index.ambiguous.get(normalisedName(name))
  if (several) {
    const list = several.map((subject) => `“${subject.localId}”`).join(', ')
    return { id: null, create: null, evidence: `${evidence}: “${name}” may be ${list}; please choose` }
  }
  return { id: null, create: create(), evidence }
}

function proposed(localId: string, facts: Facts, paths: readonly string[]): NewSubject {
  const text = (key: string) => {
    const value = facts.get(key)?.value
    return typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, 300) : undefined
  }
  const species = text('subject.species')
  const strain = text('subject.strain')
  const genotype = text('subject.genotype')
  const supplier = text('subject.supplier')
  const stockNumber = text('subject.stockNumber')
  const birthDate = text('subject.birthDate')
  const neutered = text('subject.neutered')
  const sex = sexes[text('subject.sex') ?? '']
  const isPhantom =
    text('subject.kind') === 'phantom' ||
    /phantom|derenzo|cylinder|nema/i.test(`${localId} ${text('series.label') ?? ''} ${paths[0] ?? ''}`)
  if (isPhantom) return { localId, kind: 'phantom' }
  return {
    localId,
    kind: 'animal',
    ...(species && { species }),
    ...(strain && { strain }),
    ...(genotype && { genotype }),
    ...(supplier && { supplier }),
    ...(stockNumber && { stockNumber }),
    ...(sex && { sex }),
    ...(neutered !== undefined && { neutered: neutered === 'yes' }),
    ...(birthDate && whenStamp(birthDate)?.precision === 'day' && { birthDate }),
  }
}

/** All subjects of a series that the plan knows. */
export const subjectsOf = ({ subject, moreSubjects = [] }: Pick<PlannedSeries, 'subject' | 'moreSubjects'>) =>
  [subject, ...moreSubjects].filter(({ id, create }) => id || create)

/** New subjects by name: what one series says of an animal completes what another one says. */
export function newSubjects(
  series: readonly Pick<PlannedSeries, 'subject' | 'moreSubjects'>[],
): Map<string, NewSubject> {
  const byName = new Map<string, NewSubject>()
  for (const { id, create } of series.flatMap(subjectsOf)) {
    if (!id && create) byName.set(create.localId, { ...create, ...byName.get(create.localId) })
  }
  return byName
}

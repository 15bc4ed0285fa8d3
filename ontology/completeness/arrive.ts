/**
 * The ARRIVE 2.0 sheet, from the record and nothing else: what is not there is said to be not recorded. Items: Percie du
 * Sert et al., PLOS Biology 2020;18:e3000410.
 */
import { computedOfSeries } from '../computed/index.ts'
import type { Enrolment } from '../entities/enrolment.ts'
import type { Study } from '../entities/study.ts'
import { animalsText, provenance } from './animals.ts'
import {
  administrationTexts,
  anaesthesiaText,
  handlingText,
  housing,
  modelText,
  therapyText,
  uptakes,
} from './procedures.ts'
import { animalsOf, around, type Told } from './told.ts'
import { labelOf, listed, notRecorded, rangeText } from './words.ts'

export interface ArriveLine {
  item: string
  title: string
  text: string
  recorded: boolean
}

export function arriveSheet(told: Told): ArriveLine[] {
  const { studies, enrolments, projects } = told
  const animals = animalsOf(told)
  const each = (read: (study: Study) => string | undefined) => listed(studies.map(read))
  const rows: [item: string, title: string, text: string | undefined][] = [
    [
      '1a',
      'Groups compared, with controls',
      listed(studies.flatMap(groupTexts)) ?? each((s) => s.noControlRationale && `No control: ${s.noControlRationale}`),
    ],
    ['1b', 'Experimental unit', each((s) => s.experimentalUnit)],
    ['2a', 'Units in each group, total', sizes(told)],
    ['2b', 'How the sample size was decided', each((s) => s.sampleSizeJustification)],
    ['3a', 'Inclusion and exclusion criteria', criteria(studies)],
    ['3b', 'What was excluded, and why', exclusions(told)],
    ['3c', 'Exact number in each group', groupCounts(enrolments)],
    [
      '4a',
      'Randomisation',
      each(
        (s) =>
          s.randomisation &&
          (s.randomisation.used === 'yes'
            ? `yes: ${s.randomisation.method ?? 'method not recorded'}`
            : s.randomisation.used),
      ),
    ],
    ['4b', 'Control of confounders', each((s) => s.confounderControl)],
    [
      '5',
      'Blinding',
      each(
        (s) =>
          s.blinding &&
          Object.entries(s.blinding)
            .map(([stage, answer]) => `${stage}: ${answer}`)
            .join('; '),
      ),
    ],
    ['6a', 'Outcome measures', listed(studies.flatMap((s) => (s.outcomes ?? []).map(({ name }) => name)))],
    [
      '6b',
      'Primary outcome',
      listed(studies.flatMap((s) => (s.outcomes ?? []).filter(({ primary }) => primary).map(({ name }) => name))),
    ],
    ['7a', 'Statistical methods', each((s) => s.statistics)],
    ['8a', 'Species, strain, sex, age, weight', animals.length > 0 ? animalsText(told) : undefined],
    ['8b', 'Provenance, health, genetics, earlier procedures', provenance(animals)],
    ['9a', 'What was done and how', procedures(told)],
    ['9b', 'When and how often', timing(told)],
    ['9c', 'Where', sites(told)],
    ['9d', 'Why (rationale)', each((s) => s.hypothesis)],
    ['10', 'Results', undefined],
    [
      '14',
      'Ethics',
      listed(projects.flatMap((p) => (p.ethics ?? []).map((e) => `${e.committee}, ${e.approvalNumber}`))),
    ],
    ['15', 'Housing and husbandry', housing(told)],
    ['16', 'Care and monitoring', each((s) => listed([s.humaneEndpoints, s.monitoringFrequency]))],
    ['19', 'Registration', each((s) => s.preregistration)],
    [
      '21',
      'Funding',
      listed(
        projects.flatMap((p) => (p.funding ?? []).map((f) => [f.funder, f.grantNumber].filter(Boolean).join(' '))),
      ),
    ],
  ]
  return rows.map(([item, title, text]) => ({ item, title, text: text || notRecorded, recorded: Boolean(text) }))
}

const groupTexts = (study: Study): string[] => (study.groups ?? []).map(({ name, role }) => `${name} (${role})`)

function sizes({ studies, enrolments }: Told): string | undefined {
  const planned = studies.flatMap((s) =>
    (s.groups ?? []).flatMap(({ name, plannedN }) => (plannedN ? [`${name}: ${plannedN} planned`] : [])),
  )
  return listed([...planned, ...(enrolments.length > 0 ? [`${enrolments.length} enrolled`] : [])])
}

function groupCounts(enrolments: readonly Enrolment[]): string | undefined {
  const kept = enrolments.filter(({ excluded, group }) => !excluded && group !== undefined)
  return listed([...Map.groupBy(kept, ({ group }) => group)].map(([group, own]) => `${group}: ${own.length}`))
}

function criteria(studies: readonly Study[]): string | undefined {
  return listed(
    studies.flatMap((s) => [
      s.inclusionCriteria && `included: ${s.inclusionCriteria}`,
      s.exclusionCriteria && `excluded: ${s.exclusionCriteria}`,
      s.criteriaSetAPriori === undefined
        ? undefined
        : s.criteriaSetAPriori
          ? 'set before the experiment'
          : 'not set before the experiment',
    ]),
  )
}

function exclusions({ enrolments, series }: Told): string | undefined {
  const subjects = enrolments.filter(({ excluded }) => excluded)
  const images = series.filter(({ quality }) => quality === 'excluded')
  if (subjects.length === 0 && images.length === 0) return enrolments.length > 0 ? 'none' : undefined
  return listed([
    ...subjects.map(
      ({ group, exclusionReason }) =>
        `one subject${group ? ` of ${group}` : ''} (${exclusionReason ?? 'reason not recorded'})`,
    ),
    ...(images.length > 0
      ? [
          `${images.length} image series (${listed(images.map(({ qualityNote }) => qualityNote)) ?? 'reason not recorded'})`,
        ]
      : []),
  ])
}

const procedures = (told: Told): string | undefined =>
  [
    modelText(told),
    listed(administrationTexts(told)),
    anaesthesiaText(told) && `anaesthesia: ${anaesthesiaText(told)}`,
    therapyText(told) && `therapy: ${therapyText(told)}`,
    handlingText(told),
    euthanasia(told),
  ]
    .filter(Boolean)
    .join('. ') || undefined

const euthanasia = (told: Told): string | undefined => {
  const how = listed(animalsOf(told).map(({ animal }) => animal?.euthanasiaMethod))
  return how && `euthanasia: ${how}`
}

function timing(told: Told): string | undefined {
  const days = told.series.flatMap((series) =>
    (series.subjectIds ?? []).flatMap(
      (id) => computedOfSeries({ ...series, subjectIds: [id] }, around(told, id)).daysAfterInduction?.value ?? [],
    ),
  )
  const after = rangeText(uptakes(told), 'min')
  const since = rangeText(days, 'days')
  return listed([after && `imaging ${after} after injection`, since && `${since} after induction of the model`])
}

const sites = (told: Told): string | undefined =>
  listed(told.events.flatMap(({ agentAdministration: a, modelInduction: m }) => [labelOf(a?.site), labelOf(m?.site)]))

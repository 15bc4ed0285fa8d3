/**
 * The ARRIVE 2.0 sheet and a methods paragraph, from the record and nothing else: what is not there is said to be not
 * recorded. Items: Percie du Sert et al., PLOS Biology 2020;18:e3000410.
 */
import { computedOfEvent, computedOfSeries, type Around } from '../computed/index.ts'
import type { Agent } from '../entities/agent.ts'
import type { Enrolment } from '../entities/enrolment.ts'
import type { Event } from '../entities/event.ts'
import { stepsOf } from '../entities/events/anaesthesia.ts'
import { softwareOn, type Instrument } from '../entities/instrument.ts'
import type { Project } from '../entities/project.ts'
import { modalities, type ImageSeries } from '../entities/series.ts'
import type { ImagingSession } from '../entities/session.ts'
import type { Study } from '../entities/study.ts'
import type { Subject } from '../entities/subject.ts'
import { labelOf, listed, notRecorded, quantityText, rangeText } from './words.ts'

export interface Told {
  projects: readonly Project[]
  studies: readonly Study[]
  subjects: readonly Subject[]
  enrolments: readonly Enrolment[]
  sessions: readonly ImagingSession[]
  series: readonly ImageSeries[]
  events: readonly Event[]
  agents: ReadonlyMap<string, Agent>
  instruments: readonly Instrument[]
}

export interface ArriveLine {
  item: string
  title: string
  text: string
  recorded: boolean
}

const animalsOf = ({ subjects }: Told): Subject[] => subjects.filter(({ kind }) => kind === 'animal')
const sexes = { M: 'male', F: 'female', other: 'other', unknown: 'unknown sex' } as const

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

const eventsOf = (told: Told, kind: Event['kind']) => told.events.filter((event) => event.kind === kind)

function around(told: Told, subjectId: string): Around {
  return {
    subject: told.subjects.find(({ id }) => id === subjectId),
    events: told.events.filter((event) => event.subjectId === subjectId),
    agents: told.agents,
  }
}

function agesAndWeights(told: Told): { ages: number[]; weights: number[] } {
  const [ages, weights]: [number[], number[]] = [[], []]
  for (const series of told.series) {
    for (const subjectId of series.subjectIds ?? []) {
      const { age, weight } = computedOfSeries({ ...series, subjectIds: [subjectId] }, around(told, subjectId))
      if (age?.value !== undefined) ages.push(age.value)
      if (weight?.value !== undefined) weights.push(weight.value)
    }
  }
  return { ages, weights }
}

function animalsText(told: Told): string {
  const animals = animalsOf(told)
  const groups = Map.groupBy(animals, ({ species, animal }) =>
    [
      animal?.sex ? sexes[animal.sex] : 'sex not recorded',
      animal?.strain?.label ?? 'strain not recorded',
      species?.label ?? 'species not recorded',
    ].join(' '),
  )
  const { ages, weights } = agesAndWeights(told)
  return [
    listed([...groups].map(([words, own]) => `${own.length} ${words}`)),
    `age at imaging ${
      rangeText(
        ages.map((days) => days / 7),
        'weeks',
      ) ?? notRecorded
    }`,
    `body weight ${rangeText(weights, 'g') ?? notRecorded}`,
  ].join('; ')
}

function provenance(animals: readonly Subject[]): string | undefined {
  return listed(
    animals.flatMap(({ animal }) => [
      animal?.supplier,
      animal?.healthStatus,
      animal?.geneticStatus,
      animal?.genotype,
      animal?.treatmentNaive === undefined ? undefined : animal.treatmentNaive ? 'not used before' : 'used before',
    ]),
  )
}

function administrationTexts(told: Told): string[] {
  const given = eventsOf(told, 'agentAdministration')
  const groups = Map.groupBy(given, ({ agentAdministration: a }) =>
    [told.agents.get(a!.agentId)?.name ?? 'an agent', a!.route?.label ?? 'route not recorded'].join('|'),
  )
  return [...groups].map(([key, own]) => {
    const [agent, route] = key.split('|')
    const computed = own.map((event) => computedOfEvent(event, around(told, event.subjectId)))
    const activity = rangeText(
      computed.flatMap(({ netActivity }) => netActivity?.value ?? []),
      'MBq',
    )
    const dose = rangeText(
      computed.flatMap(({ dosePerWeight }) => (dosePerWeight?.unit === 'mg/kg' ? (dosePerWeight.value ?? []) : [])),
      'mg/kg',
    )
    const volume = listed(own.map(({ agentAdministration: a }) => a!.volume && quantityText(a!.volume)))
    const amount = listed([activity, dose]) ?? 'dose not recorded'
    return `${agent} (${amount}${volume && volume.length < 40 ? ` in ${volume}` : ''}, ${route})`
  })
}

function anaesthesiaText(told: Told): string | undefined {
  return listed(
    eventsOf(told, 'anaesthesia').map(({ anaesthesia }) => {
      if (!anaesthesia?.applied) return 'no anaesthesia'
      const steps = stepsOf(anaesthesia).map(({ agent, concentration, dose, route, role }) =>
        [
          agent.label,
          concentration && quantityText(concentration),
          dose && quantityText(dose),
          role !== 'carrier gas' && route && `(${route.label})`,
        ]
          .filter(Boolean)
          .join(' '),
      )
      return listed(steps) ?? 'anaesthesia, agent not recorded'
    }),
  )
}

function modelText(told: Told): string | undefined {
  return listed(
    eventsOf(told, 'modelInduction').map(({ modelInduction: m }) =>
      [
        m!.modelType,
        m!.cellLine?.label ?? m!.pdxId ?? m!.substance,
        m!.amount && quantityText(m!.amount),
        m!.route?.label,
        m!.site && `into ${m!.site.label}`,
      ]
        .filter(Boolean)
        .join(', '),
    ),
  )
}

function therapyText(told: Told): string | undefined {
  return listed(
    eventsOf(told, 'therapy').map(({ therapy: t }) =>
      [
        t!.agentId ? (told.agents.get(t!.agentId)?.name ?? t!.type) : t!.type,
        t!.dose && quantityText(t!.dose),
        t!.totalRadiationDose && quantityText(t!.totalRadiationDose),
        t!.fractions && `in ${t!.fractions} fractions`,
        t!.every && `every ${quantityText(t!.every)}`,
        t!.doses && `${t!.doses} doses`,
      ]
        .filter(Boolean)
        .join(' '),
    ),
  )
}

function handlingText(told: Told): string | undefined {
  return listed(
    eventsOf(told, 'handling').flatMap(({ handling: h }) =>
      h!.phase === 'home cage'
        ? []
        : [
            h!.fastedHours === undefined ? h!.feeding && `fed ${h!.feeding}` : `fasted for ${h!.fastedHours} h`,
            h!.heating && `${h!.heating}${h!.heatingSetPoint ? ` at ${quantityText(h!.heatingSetPoint)}` : ''}`,
          ],
    ),
  )
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

function uptakes(told: Told): number[] {
  return told.series.flatMap((series) =>
    (series.subjectIds ?? []).flatMap(
      (id) => computedOfSeries({ ...series, subjectIds: [id] }, around(told, id)).uptakeTime?.value ?? [],
    ),
  )
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

function housing(told: Told): string | undefined {
  return listed(
    eventsOf(told, 'handling')
      .flatMap(({ handling: h }) =>
        h!.phase !== 'home cage'
          ? []
          : [
              h!.animalsPerUnit && `${h!.animalsPerUnit} in a cage`,
              h!.lightCycleHours && `light cycle of ${h!.lightCycleHours} h`,
              h!.temperature && quantityText(h!.temperature),
              h!.humidity && `${h!.humidity.value} % humidity`,
              h!.feed,
              h!.bedding,
              h!.enrichment,
            ],
      )
      .map((word) => (typeof word === 'string' ? word : undefined)),
  )
}

/** A paragraph for a methods section; each sentence stands when its facts are recorded or says that they are not. */
export function methodsParagraph(told: Told): string {
  const animals = animalsOf(told)
  const sentences: string[] = []
  if (animals.length > 0) {
    sentences.push(
      `Animals: ${animalsText(told)}; supplier ${listed(animals.map(({ animal }) => animal?.supplier)) ?? notRecorded}.`,
    )
    const ethics = listed(
      told.projects.flatMap((p) => (p.ethics ?? []).map((e) => `${e.committee} (${e.approvalNumber})`)),
    )
    sentences.push(ethics ? `The experiments were approved by ${ethics}.` : 'The ethics approval is not recorded.')
    const kept = housing(told)
    sentences.push(kept ? `Housing: ${kept}.` : 'Housing is not recorded.')
  }
  const model = modelText(told)
  if (model) sentences.push(`Disease model: ${model}.`)
  const therapy = therapyText(told)
  if (therapy) sentences.push(`Therapy: ${therapy}.`)
  const given = listed(administrationTexts(told))
  if (given) sentences.push(`Agents: ${given}.`)
  if (animals.length > 0) sentences.push(`Anaesthesia during imaging: ${anaesthesiaText(told) ?? notRecorded}.`)
  const handling = handlingText(told)
  if (animals.length > 0) sentences.push(`Feeding and heating: ${handling ?? notRecorded}.`)
  const scanners = listed(
    told.instruments.map((instrument) => {
      const day = told.sessions
        .find(({ instrumentId, start }) => instrumentId === instrument.id && start)
        ?.start?.dateTime.slice(0, 10)
      const software = softwareOn(instrument, day ?? '9999')
      return `${instrument.model} (${instrument.manufacturer}; software ${software ?? notRecorded})`
    }),
  )
  const used = listed(told.series.map(({ modality }) => modality && modalities[modality]))
  const uptake = rangeText(uptakes(told), 'min')
  if (told.series.length > 0)
    sentences.push(
      `Imaging: ${used ?? 'modality not recorded'} on ${scanners ?? 'an instrument that is not recorded'}${uptake ? `, ${uptake} after injection` : ''}.`,
    )
  return sentences.join(' ')
}

export interface Licence {
  approvalNumber: string
  committee?: string
  animalsApproved?: number
  animalsUsed: number
  warnings: string[]
}

/** Animals used under each approval: those with a session, event or study that names it, or of a project that has but one. */
export function animalsPerLicence(told: Told): Licence[] {
  const approvals = new Map(told.projects.flatMap((p) => (p.ethics ?? []).map((e) => [e.approvalNumber, e] as const)))
  const used = new Map<string, Set<string>>()
  const isAnimal = new Set(animalsOf(told).map(({ id }) => id))
  const days = new Map<string, string[]>()
  const count = (approval: string | undefined, subjectId: string, day: string | undefined) => {
    const number = approval ?? (approvals.size === 1 ? [...approvals.keys()][0] : undefined)
    if (number === undefined || !isAnimal.has(subjectId)) return
    used.set(number, (used.get(number) ?? new Set()).add(subjectId))
    if (day) days.set(number, [...(days.get(number) ?? []), day])
  }
  const studyOf = new Map(told.studies.map((study) => [study.id, study]))
  const sessionOf = new Map(told.sessions.map((session) => [session.id, session]))
  for (const series of told.series) {
    const session = sessionOf.get(series.sessionId)
    for (const subjectId of series.subjectIds ?? [])
      count(
        session?.ethicsApproval ?? studyOf.get(series.studyId)?.ethicsApproval,
        subjectId,
        session?.start?.dateTime.slice(0, 10),
      )
  }
  for (const event of told.events) count(event.ethicsApproval, event.subjectId, event.start.dateTime.slice(0, 10))
  return [...new Set([...approvals.keys(), ...used.keys()])].map((approvalNumber) => {
    const approval = approvals.get(approvalNumber)
    const animalsUsed = used.get(approvalNumber)?.size ?? 0
    const outside = (days.get(approvalNumber) ?? []).filter(
      (day) => (approval?.validFrom && day < approval.validFrom) || (approval?.validUntil && day > approval.validUntil),
    )
    return {
      approvalNumber,
      ...(approval && { committee: approval.committee }),
      ...(approval?.animalsApproved && { animalsApproved: approval.animalsApproved }),
      animalsUsed,
      warnings: [
        ...(approval ? [] : ['No project here has an approval of this number.']),
        ...(approval?.animalsApproved && animalsUsed > approval.animalsApproved
          ? [`${animalsUsed} animals were used, ${approval.animalsApproved} are approved.`]
          : []),
        ...(outside.length > 0
          ? [`${new Set(outside).size} days lie outside of its dates (${outside.toSorted()[0]} is one).`]
          : []),
      ],
    }
  })
}

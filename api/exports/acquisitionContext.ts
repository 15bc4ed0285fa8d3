/**
 * What was done to a subject around an imaging session as a DICOM Acquisition Context SR: PS3.16 TID 8101 and its
 * children (8121 housing, 8122 feeding, 8130 anaesthesia, 8131 mixtures, 8140 heating, 8150 light, 8170 monitoring, 8182
 * exogenous substance, 9002 medication). Empty containers are left out; a mandatory row that nobody recorded says so.
 */
import type { ContentItem } from '#imaging/write/structuredReport.ts'
import type { Code } from '#imaging/write/dicomMetadata.ts'
import { computedOfEvent } from '#ontology/computed/index.ts'
import { dicomCode, notRecordedCode, type DicomCode } from '#ontology/dicomCodes.ts'
import type { Agent } from '#ontology/entities/agent.ts'
import type { Event } from '#ontology/entities/event.ts'
import { stepsOf } from '#ontology/entities/events/anaesthesia.ts'
import { channelUnits } from '#ontology/entities/events/monitoring.ts'
import type { CodedTerm, Quantity, WhenStamp } from '#ontology/values.ts'

/** Of one subject in one session. */
export interface Context8101 {
  /** Events of the session and of its day, the housing before, and the model. */
  events: readonly Event[]
  agents: ReadonlyMap<string, Agent>
  /** DICOM codes of the modalities of the session. */
  modalities: readonly string[]
  /** UID of the device that observed: the instrument of the session. */
  observerUid: string
}

const code = ([value, scheme, meaning]: DicomCode): Code => ({ value, scheme, meaning })
const dcm = (value: string, meaning: string): DicomCode => [value, 'DCM', meaning]
const sct = (value: string, meaning: string): DicomCode => [value, 'SCT', meaning]

const item = (
  name: DicomCode,
  value: ContentItem['value'],
  relationship: ContentItem['relationship'] = 'CONTAINS',
) => ({
  relationship,
  name: code(name),
  value,
})
const coded = (name: DicomCode, value: DicomCode | undefined): ContentItem[] =>
  value === undefined ? [] : [item(name, { type: 'CODE', code: code(value) })]
const text = (name: DicomCode, value: string | undefined): ContentItem[] =>
  value === undefined ? [] : [item(name, { type: 'TEXT', text: value })]
const num = (name: DicomCode, quantity: Pick<Quantity, 'value' | 'unit'> | undefined): ContentItem[] =>
  quantity === undefined ? [] : [item(name, { type: 'NUM', number: quantity.value, unit: quantity.unit })]
const count = (name: DicomCode, value: number | undefined, unit: string): ContentItem[] =>
  value === undefined ? [] : num(name, { value, unit })
const yesNo = (name: DicomCode, value: boolean | undefined): ContentItem[] =>
  value === undefined ? [] : coded(name, value ? sct('373066001', 'Yes') : sct('373067005', 'No'))
const moment = (name: DicomCode, stamp: WhenStamp | undefined): ContentItem[] =>
  stamp === undefined ? [] : [item(name, { type: 'DATETIME', dateTime: dateTimeOf(stamp) })]
/** A container, or nothing when it would be empty. */
const container = (name: DicomCode, items: ContentItem[], template?: string): ContentItem[] =>
  items.length === 0 ? [] : [item(name, { type: 'CONTAINER', items, ...(template !== undefined && { template }) })]

/** DT with the offset of the place, as far as it is known (PS3.5 6.2). */
export function dateTimeOf({ dateTime, precision }: WhenStamp): string {
  const digits = dateTime.slice(0, 19).replaceAll(/[-:T]/g, '')
  // Seconds are written for minutes too: readers take an offset after whole seconds only.
  const known = precision === 'day' ? 8 : 14
  const zone = /(?:Z|[+-]\d{2}:\d{2})$/.exec(dateTime)?.[0] ?? ''
  if (precision === 'day') return digits.slice(0, known)
  return digits.slice(0, known) + (zone === 'Z' ? '+0000' : zone.replace(':', ''))
}

/** Schemes of ours as DICOM names them; the SNOMED and DCM codes of a term come first. */
const schemes: Record<string, string> = { SCT: 'SCT', DCM: 'DCM', NCIT: 'NCIt', PUBCHEM_CID: 'PUBCHEM_CID', LN: 'LN' }
function termCode(term: CodedTerm | undefined, concept?: string): DicomCode | undefined {
  if (!term) return undefined
  const own = concept === undefined ? undefined : dicomCode(concept, term.label)
  if (own) return own
  const coding = Object.keys(schemes).flatMap((scheme) => term.codings?.find((each) => each.scheme === scheme) ?? [])[0]
  return coding && [coding.code, schemes[coding.scheme] as string, term.label]
}

const routeName = sct('410675002', 'Route of administration')
const comment = dcm('121106', 'Comment')

export function contentOf(context: Context8101): ContentItem[] {
  const { events, modalities, observerUid } = context
  const of = (kind: Event['kind']) => events.filter((event) => event.kind === kind)
  const phases = of('handling')
  const procedure = modalities.map((modality) => dicomCode('procedure', modality)).find((found) => found !== undefined)
  return [
    item(
      dcm('121049', 'Language of Content Item and Descendants'),
      { type: 'CODE', code: { value: 'en', scheme: 'RFC5646', meaning: 'English' } },
      'HAS CONCEPT MOD',
    ),
    item(dcm('121005', 'Observer Type'), { type: 'CODE', code: code(dcm('121007', 'Device')) }, 'HAS OBS CONTEXT'),
    item(dcm('121012', 'Device Observer UID'), { type: 'UIDREF', uid: observerUid }, 'HAS OBS CONTEXT'),
    ...(procedure
      ? [item(dcm('121058', 'Procedure reported'), { type: 'CODE', code: code(procedure) }, 'HAS CONCEPT MOD')]
      : []),
    ...phases.flatMap((event) => handlingItems(event, of('monitoring'))),
    // Monitoring has its place in a phase; without one of imaging it gets one.
    ...(phases.some(({ handling }) => handling?.phase === 'imaging') ? [] : monitoringPhase(of('monitoring'))),
    ...of('anaesthesia').flatMap(anaesthesiaItems),
    ...container(
      ['10160-0', 'LN', 'History of Medication Use'],
      of('agentAdministration').flatMap((event) => medicationItems(event, context)),
      '9002',
    ),
    ...of('modelInduction').flatMap(substanceItems),
  ]
}

const phaseName = dcm('127005', 'Animal handling during specified phase')

function handlingItems({ handling: h, start, end }: Event, monitored: readonly Event[]): ContentItem[] {
  if (!h) return []
  return container(phaseName, [
    ...coded(dcm('127006', 'Phase of animal handling'), dicomCode('phase', h.phase)),
    ...moment(dcm('111526', 'DateTime Started'), start),
    ...moment(dcm('111527', 'DateTime Ended'), end),
    ...container(
      dcm('127120', 'Animal housing'),
      [
        ...coded(dcm('127121', 'Animal room type'), dicomCode('roomType', h.roomType)),
        ...text(dcm('127128', 'Housing unit product name'), h.housingUnit),
        ...count(dcm('127143', 'Number of animals within same housing unit'), h.animalsPerUnit, '{animals}'),
        ...yesNo(dcm('127170', 'Housing individually ventilated'), h.individuallyVentilated),
        ...num(['C90380', 'NCIt', 'Environmental temperature'], h.temperature),
        ...num(['C90395', 'NCIt', 'Housing humidity'], h.humidity),
        ...coded(['C90366', 'NCIt', 'Bedding material'], dicomCode('bedding', h.bedding)),
        ...yesNo(dcm('127192', 'Enrichment material present'), h.enriched),
        ...text(dcm('127190', 'Enrichment material'), h.enrichment),
      ],
      '8121',
    ),
    ...container(
      sct('75118006', 'Feeding'),
      [
        ...coded(sct('82566005', 'Animal feed'), dicomCode('feed', h.feed)),
        ...text(dcm('127201', 'Feed product name'), h.feedProduct),
        ...coded(['C0015746', 'UMLS', 'Feeding method'], dicomCode('feeding', h.feeding)),
        ...coded(sct('11713004', 'Water'), dicomCode('water', h.water)),
        ...text(comment, h.feeding === 'fasted' ? 'Fasted' : undefined),
        ...count(dcm('113550', 'Fasting Duration'), h.fastedHours, 'h'),
      ],
      '8122',
    ),
    ...(h.heating
      ? container(
          dcm('127040', 'Heating conditions'),
          [
            ...coded(
              sct('128954007', 'Procedure phase'),
              dicomCode(
                'procedurePhase',
                h.phase === 'recovery' ? 'reversal' : h.phase === 'imaging' ? 'maintenance' : 'induction',
              ),
            ),
            ...coded(['C0018851', 'UMLS', 'Heating'], dicomCode('heating', h.heating)),
            ...yesNo(dcm('127210', 'Feedback temperature regulation'), h.heatingFeedback),
            ...coded(
              ['C50304', 'NCIt', 'Temperature sensor device component'],
              dicomCode('heatingSensor', h.heatingSensor),
            ),
            ...num(sct('250881009', 'Equipment temperature'), h.heatingSetPoint),
          ],
          '8140',
        )
      : []),
    ...container(
      dcm('127050', 'Circadian effects'),
      [
        ...count(dcm('127214', 'Total duration of light-dark cycle'), h.lightCycleHours, 'h'),
        ...num(['C90419', 'NCIt', 'Light cycle'], h.lightShare),
        ...(h.lightsOn
          ? [item(dcm('127215', 'Lights on time of day'), { type: 'TIME', time: `${h.lightsOn.replace(':', '')}00` })]
          : []),
      ],
      '8150',
    ),
    ...(h.phase === 'imaging' ? monitoringItems(monitored) : []),
  ])
}

function monitoringPhase(monitored: readonly Event[]): ContentItem[] {
  const items = monitoringItems(monitored)
  if (items.length === 0) return []
  return container(phaseName, [
    ...coded(dcm('127006', 'Phase of animal handling'), dicomCode('phase', 'imaging')),
    ...items,
  ])
}

/** TID 8170 says that something was watched and has no numbers; these are extension items. */
const channelNames: Record<string, DicomCode> = {
  'heart rate': ['8867-4', 'LN', 'Heart rate'],
  'respiratory rate': ['86290005', 'SCT', 'Respiratory rate'],
  temperature: ['307047009', 'SCT', 'Rectal temperature'],
  SpO2: ['59408-5', 'LN', 'Oxygen saturation'],
}

function monitoringItems(monitored: readonly Event[]): ContentItem[] {
  const channels = new Set(monitored.map(({ monitoring }) => monitoring?.channel))
  if (channels.size === 0) return []
  return container(
    sct('281691001', 'Physiological monitoring'),
    [
      ...yesNo(sct('266706003', 'ECG monitoring'), channels.has('ECG') || undefined),
      ...yesNo(
        sct('53617003', 'Monitoring of respiration'),
        channels.has('respiratory rate') || channels.has('respiration waveform') || undefined,
      ),
      ...monitored.flatMap(({ monitoring: m }) => {
        const name = channelNames[m?.channel ?? '']
        return name ? count(name, m?.mean, channelUnits[m!.channel] as string) : []
      }),
    ],
    '8170',
  )
}

function anaesthesiaItems({ anaesthesia, start, end }: Event): ContentItem[] {
  const steps = anaesthesia?.applied ? stepsOf(anaesthesia) : []
  if (!anaesthesia || steps.length === 0) return []
  const sets = [...Map.groupBy(steps, ({ phase }) => phase)]
  return container(
    sct('399097000', 'Administration of anesthesia'),
    [
      ...container(
        dcm('127300', 'Anesthesia Method Set'),
        container(dcm('127301', 'Anesthesia Method'), [
          ...coded(
            dcm('127302', 'Anesthesia Category'),
            dicomCode('category', anaesthesia.category) ?? notRecordedCode,
          ),
          ...moment(sct('398325003', 'Start time'), start),
          ...moment(sct('398164008', 'Finish time'), end),
        ]),
      ),
      ...container(
        dcm('127310', 'Airway Management Set'),
        container(sct('386509000', 'Airway management'), [
          ...coded(
            dcm('127312', 'Airway Management Method'),
            dicomCode('airway', anaesthesia.airway) ?? notRecordedCode,
          ),
          ...coded(dcm('127313', 'Airway Sub-Management Method'), notRecordedCode),
        ]),
      ),
      ...sets.flatMap(([phase, own]) =>
        container(dcm('127320', 'Medications Set'), [
          ...coded(sct('128954007', 'Procedure phase'), dicomCode('procedurePhase', phase)),
          // What is breathed together is one medication with several mixtures.
          ...[...Map.groupBy(own, ({ route }) => route?.label ?? '')].flatMap(([, mixed]) =>
            container(
              sct('182833002', 'Medication given'),
              [
                ...moment(dcm('122081', 'Drug start'), mixed.find((step) => step.start)?.start),
                ...moment(dcm('122082', 'Drug end'), mixed.find((step) => step.end)?.end),
                ...coded(routeName, termCode(mixed[0]?.route) ?? notRecordedCode),
                ...mixed.flatMap((step) => {
                  const drug = termCode(step.agent)
                  return container(sct('272163001', 'Mixture'), [
                    ...(drug
                      ? coded(dcm('122083', 'Drug administered'), drug)
                      : text(dcm('122083', 'Drug administered'), step.agent.label)),
                    ...coded(
                      dcm('111516', 'Medication Type'),
                      dicomCode('role', step.role ?? 'anaesthetic') ?? notRecordedCode,
                    ),
                    ...num(sct('260911001', 'Dosage'), step.dose),
                    ...num(dcm('122093', 'Concentration'), step.concentration),
                  ])
                }),
              ],
              '8131',
            ),
          ),
        ]),
      ),
    ],
    '8130',
  )
}

function medicationItems(event: Event, { agents, events }: Context8101): ContentItem[] {
  const given = event.agentAdministration
  const agent = given && agents.get(given.agentId)
  if (!given || !agent) return []
  const { netActivity } = computedOfEvent(event, { subject: undefined, events, agents })
  const drug = termCode({ label: agent.name, ...(agent.codings && { codings: agent.codings }) })
  return container(sct('182833002', 'Medication given'), [
    ...(drug ? coded(dcm('122083', 'Drug administered'), drug) : text(dcm('122083', 'Drug administered'), agent.name)),
    ...moment(dcm('122081', 'Drug start'), event.start),
    ...moment(dcm('122082', 'Drug end'), event.end),
    ...coded(routeName, termCode(given.route)),
    ...coded(sct('272737002', 'Site of'), termCode(given.site, 'site')),
    ...num(dcm('122091', 'Volume administered'), given.volume),
    ...num(sct('260911001', 'Dosage'), given.dose),
    ...num(dcm('122093', 'Concentration'), given.concentration),
    ...num(dcm('113508', 'Pre-Administration Measured Activity'), given.activityBefore),
    ...num(dcm('113509', 'Post-Administration Measured Activity'), given.activityAfter),
    ...(netActivity?.value === undefined
      ? []
      : count(dcm('113507', 'Administered activity'), netActivity.value, 'MBq')),
    ...text(dcm('113512', 'Radiopharmaceutical Lot Identifier'), given.lot),
    ...count(dcm('113550', 'Fasting Duration'), given.fastedHours, 'h'),
  ])
}

function substanceItems({ modelInduction: m, start }: Event): ContentItem[] {
  const type = dicomCode('substanceType', m?.modelType)
  if (!m || !type) return []
  const what = termCode(m.disease) ?? notRecordedCode
  const amount = m.amount?.unit === '10*6.{cells}' ? { value: m.amount.value * 1e6, unit: '{cells}' } : m.amount
  return container(
    dcm('127400', 'Exogenous substance'),
    [
      ...coded(type, what),
      ...moment(dcm('111526', 'DateTime Started'), start),
      ...text(dcm('111529', 'Brand Name'), m.cellLine?.label ?? m.pdxId ?? m.substance),
      ...num(sct('408102007', 'Unit dose'), amount),
      ...coded(routeName, termCode(m.route)),
      ...coded(sct('272737002', 'Site of'), termCode(m.site, 'site')),
      ...coded(sct('272741003', 'Laterality'), dicomCode('laterality', m.laterality)),
      ...coded(dcm('127401', 'Tissue of origin'), termCode(m.tissueOfOrigin, 'tissue')),
      ...coded(dcm('127402', 'Taxonomic rank of origin'), termCode(m.donorSpecies)),
      ...text(dcm('127414', 'Genetic modifications'), m.graftGenetics),
    ],
    '8182',
  )
}

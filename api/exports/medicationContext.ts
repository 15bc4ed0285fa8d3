/**
 * What an animal was given as containers of a DICOM Acquisition Context: PS3.16 TID 8130 anaesthesia with its mixtures
 * (8131), 9002 medication, 8182 exogenous substance.
 */
import type { ContentItem } from '#imaging/write/structuredReport.ts'
import { computedOfEvent } from '#ontology/computed/index.ts'
import { dicomCode, notRecordedCode } from '#ontology/dicomCodes.ts'
import type { Event } from '#ontology/entities/event.ts'
import { stepsOf } from '#ontology/entities/events/anaesthesia.ts'
import type { Context8101 } from './acquisitionContext.ts'
import { coded, container, count, dcm, moment, num, sct, termCode, text } from './contentItems.ts'

const routeName = sct('410675002', 'Route of administration')

export function anaesthesiaItems({ anaesthesia, start, end }: Event): ContentItem[] {
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

export function medicationItems(event: Event, { agents, events }: Context8101): ContentItem[] {
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

export function substanceItems({ modelInduction: m, start }: Event): ContentItem[] {
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

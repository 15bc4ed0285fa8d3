/**
 * What was done to a subject around an imaging session as a DICOM Acquisition Context SR: PS3.16 TID 8101 and its
 * children (8121 housing, 8122 feeding, 8130 anaesthesia, 8131 mixtures, 8140 heating, 8150 light, 8170 monitoring, 8182
 * exogenous substance, 9002 medication). Empty containers are left out; a mandatory row that nobody recorded says so.
 */
import type { ContentItem } from '#imaging/write/structuredReport.ts'
import { dicomCode } from '#ontology/dicomCodes.ts'
import type { Agent } from '#ontology/entities/agent.ts'
import type { Event } from '#ontology/entities/event.ts'
import { code, container, dcm, item } from './contentItems.ts'
import { handlingItems, monitoringPhase } from './handlingContext.ts'
import { anaesthesiaItems, medicationItems, substanceItems } from './medicationContext.ts'

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

import { Type, closed, line, oneOf, type Static } from '../../vocabulary.ts'
import { quantity, term, when } from '../../values.ts'

const carrierGases = ['oxygen', 'air', 'oxygen and air', 'oxygen and nitrous oxide'] as const

/** One agent of one phase; a mixture is several steps of the same phase, a change of concentration a further step. */
const AnaesthesiaStep = closed(
  {
    phase: oneOf(['premedication', 'induction', 'maintenance', 'reversal'], {
      title: 'Phase',
      'x-term': 'viv:anaesthesiaPhase',
      'x-dicom': '128954007 SCT',
    }),
    agent: term('anaesthetics', { title: 'Agent', 'x-term': 'viv:anaesthetic', 'x-dicom': '122083 DCM' }),
    role: Type.Optional(
      oneOf(['anaesthetic', 'carrier gas', 'analgesic', 'sedative', 'relaxant', 'antagonist'], {
        title: 'Role',
        default: 'anaesthetic',
        'x-term': 'viv:anaestheticRole',
        'x-dicom': '111516 DCM',
      }),
    ),
    concentration: Type.Optional(
      quantity(['%'], {
        title: 'Concentration',
        minimum: 0,
        maximum: 100,
        'x-term': 'viv:concentration',
        'x-dicom': '122093 DCM',
      }),
    ),
    dose: Type.Optional(
      quantity(['mg/kg', 'ug/kg'], { title: 'Dose', minimum: 0, 'x-term': 'viv:dose', 'x-dicom': '260911001 SCT' }),
    ),
    route: Type.Optional(
      term('routes', { title: 'Route', 'x-term': 'schema:administrationRoute', 'x-dicom': '410675002 SCT' }),
    ),
    flow: Type.Optional(quantity(['L/min'], { title: 'Flow', minimum: 0, 'x-term': 'viv:flow' })),
    start: Type.Optional(when({ title: 'From', 'x-term': 'schema:startTime', 'x-dicom': '122081 DCM' })),
    end: Type.Optional(when({ title: 'To', 'x-term': 'schema:endTime', 'x-dicom': '122082 DCM' })),
  },
  { 'x-type': 'AnaesthesiaStep', title: 'Step' },
)
export type AnaesthesiaStep = Static<typeof AnaesthesiaStep>

/**
 * Anaesthesia during a session (metadata model E2; DICOM TID 8130 and 8131). The agent that kept the animal asleep
 * stands in the record itself; `steps` holds what else was given: premedication, induction, changes, reversal. `stepsOf`
 * gives them as one list.
 */
export const Anaesthesia = closed(
  {
    applied: Type.Boolean({
      title: 'Anaesthetised',
      description: 'No: the animal was awake.',
      'x-level': 'record',
      'x-term': 'viv:anaesthesiaApplied',
      'x-profiles': { arrive: '9a', prism: 'anaesthesia' },
    }),
    category: Type.Optional(
      oneOf(['general', 'sedation', 'local', 'regional', 'spinal', 'epidural', 'topical'], {
        title: 'Category',
        'x-when': { applied: 'true' },
        'x-term': 'viv:anaesthesiaCategory',
        'x-dicom': '127302 DCM',
        'x-profiles': { sup187: 'TID 8130' },
      }),
    ),
    agent: Type.Optional(
      term('anaesthetics', {
        title: 'Anaesthetic',
        'x-when': { applied: 'true' },
        'x-level': 'publish',
        'x-facet': 'Anaesthetic',
        'x-search': 1,
        'x-term': 'viv:anaesthetic',
        'x-dicom': '122083 DCM',
        'x-bids': 'Anaesthesia',
        'x-profiles': { arrive: '9a', prism: 'anaesthesia', sup187: 'TID 8131' },
      }),
    ),
    concentration: Type.Optional(
      quantity(['%'], {
        title: 'Concentration of the gas',
        minimum: 0,
        maximum: 100,
        'x-term': 'viv:concentration',
        'x-dicom': '122093 DCM',
      }),
    ),
    dose: Type.Optional(
      quantity(['mg/kg'], { title: 'Dose', minimum: 0, 'x-term': 'viv:dose', 'x-dicom': '260911001 SCT' }),
    ),
    route: Type.Optional(
      term('routes', {
        title: 'Route',
        'x-when': { applied: 'true' },
        'x-term': 'schema:administrationRoute',
        'x-dicom': '410675002 SCT',
        'x-profiles': { arrive: '9a', prism: 'anaesthesia', sup187: 'TID 8131' },
      }),
    ),
    carrierGas: Type.Optional(
      oneOf(carrierGases, { title: 'Carrier gas', 'x-term': 'viv:carrierGas', 'x-dicom': '122083 DCM' }),
    ),
    flow: Type.Optional(quantity(['L/min'], { title: 'Flow', minimum: 0, 'x-term': 'viv:flow' })),
    steps: Type.Optional(
      Type.Array(Type.Unsafe<AnaesthesiaStep>(AnaesthesiaStep), {
        maxItems: 30,
        title: 'Further steps',
        description: 'Premedication, induction, changes and reversal, when they differ from what is said above.',
        'x-term': 'viv:anaesthesiaStep',
        'x-dicom': '127320 DCM',
      }),
    ),
    airway: Type.Optional(
      oneOf(
        [
          'nose cone',
          'nasal cannula',
          'face mask',
          'intubation',
          'laryngeal mask',
          'tracheostomy',
          'controlled ventilation',
          'oxygen therapy',
        ],
        {
          title: 'Airway',
          'x-when': { applied: 'true' },
          'x-term': 'viv:airway',
          'x-dicom': '127312 DCM',
          'x-profiles': { sup187: 'TID 8130' },
        },
      ),
    ),
    recovery: Type.Optional(oneOf(['full', 'non-recovery', 'died'], { title: 'Recovery', 'x-term': 'viv:recovery' })),
    recipe: Type.Optional(line({ title: 'Recipe', 'x-term': 'viv:recipe', examples: ['Isoflurane 2 %, nose cone'] })),
  },
  { 'x-type': 'Anaesthesia', title: 'Anaesthesia', 'x-term': 'viv:anaesthesia' },
)
export type Anaesthesia = Static<typeof Anaesthesia>

const gasOf = (label: string) => ({ label })

/** All steps of an anaesthesia in their order: what stands in the record itself is its maintenance. */
export function stepsOf(anaesthesia: Anaesthesia): AnaesthesiaStep[] {
  const { agent, concentration, dose, route, carrierGas, flow, steps = [] } = anaesthesia
  const own: AnaesthesiaStep[] = []
  if (agent)
    own.push({
      phase: 'maintenance',
      agent,
      role: 'anaesthetic',
      ...(concentration && { concentration }),
      ...(dose && { dose }),
      ...(route && { route }),
    })
  for (const gas of carrierGas?.split(' and ') ?? [])
    own.push({
      phase: 'maintenance',
      agent: gasOf(gas === 'air' ? 'medical air' : gas),
      role: 'carrier gas',
      ...(flow && { flow }),
      ...(route && { route }),
    })
  const order = ['premedication', 'induction', 'maintenance', 'reversal']
  return [...own, ...steps].toSorted((a, b) => order.indexOf(a.phase) - order.indexOf(b.phase))
}

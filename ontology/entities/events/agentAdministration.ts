import { Type, closed, line, oneOf, ref } from '../../vocabulary.ts'
import { quantity, term, when } from '../../values.ts'

const activityUnits = ['MBq', 'kBq', 'GBq', 'mCi', 'uCi'] as const

/** What was given to a subject: contrast agent, tracer, optical substrate, drug, vehicle (metadata model E1). */
export const AgentAdministration = closed(
  {
    agentId: ref('Agent', {
      title: 'Agent',
      'x-level': 'record',
      'x-column': false,
      'x-term': 'schema:object',
      'x-dicom': '(0018,0031)',
      'x-bids': 'TracerName',
    }),
    purpose: oneOf(['imaging', 'therapy', 'challenge', 'anaesthesia', 'blocking', 'vehicle-control'], {
      title: 'Purpose',
      default: 'imaging',
      'x-level': 'record',
      'x-term': 'schema:purpose',
    }),
    route: Type.Optional(
      term('routes', {
        title: 'Route',
        'x-level': 'publish',
        'x-facet': 'Route',
        'x-search': 1,
        'x-term': 'schema:administrationRoute',
        'x-dicom': '(0018,1070)',
        'x-bids': 'AdministrationRoute',
      }),
    ),
    site: Type.Optional(term('anatomy', { title: 'Site', 'x-term': 'viv:administrationSite' })),
    delivery: Type.Optional(
      oneOf(['bolus', 'infusion', 'bolus-infusion', 'gavage', 'inhaled', 'implant', 'pump', 'diet'], {
        title: 'Delivery',
        'x-term': 'viv:delivery',
        'x-bids': 'ModeOfAdministration',
      }),
    ),
    volume: Type.Optional(
      quantity(['uL', 'mL'], {
        title: 'Volume',
        exclusiveMinimum: 0,
        'x-term': 'viv:volume',
        'x-dicom': '(0018,1071)',
        'x-bids': 'InjectedVolume',
      }),
    ),
    dose: Type.Optional(
      quantity(['mg/kg', 'ug/kg', 'mg', 'ug', 'mmol/kg', 'umol/kg', '{cells}'], {
        title: 'Dose',
        exclusiveMinimum: 0,
        'x-term': 'viv:dose',
        'x-dicom': '(0018,1044)',
        'x-bids': 'PharmaceuticalDoseAmount',
      }),
    ),
    concentration: Type.Optional(
      quantity(['mg/mL', 'ug/mL', 'mmol/L', 'umol/L', '%'], {
        title: 'Concentration',
        exclusiveMinimum: 0,
        'x-term': 'viv:concentration',
        'x-dicom': '(0018,1049)',
      }),
    ),
    activity: Type.Optional(
      quantity(activityUnits, {
        title: 'Injected activity',
        description: 'Decay-corrected to the time of injection.',
        exclusiveMinimum: 0,
        'x-term': 'viv:injectedActivity',
        'x-dicom': '(0018,1074)',
        'x-bids': 'InjectedRadioactivity',
      }),
    ),
    activityBefore: Type.Optional(
      quantity(activityUnits, { title: 'Syringe before', minimum: 0, 'x-term': 'viv:activityBefore' }),
    ),
    activityBeforeAt: Type.Optional(when({ title: 'Measured at', 'x-term': 'viv:activityBeforeAt' })),
    activityAfter: Type.Optional(
      quantity(activityUnits, {
        title: 'Syringe after',
        minimum: 0,
        'x-term': 'viv:activityAfter',
        'x-dicom': '(0054,0017)',
      }),
    ),
    activityAfterAt: Type.Optional(when({ title: 'Measured at', 'x-term': 'viv:activityAfterAt' })),
    lot: Type.Optional(line({ title: 'Lot', maxLength: 100, 'x-term': 'viv:lot' })),
    vehicle: Type.Optional(line({ title: 'Vehicle', 'x-term': 'viv:vehicle', examples: ['0.9 % NaCl'] })),
    extravasation: Type.Optional(
      oneOf(['none', 'suspected', 'confirmed'], { title: 'Extravasation', 'x-term': 'viv:extravasation' }),
    ),
    fastedHours: Type.Optional(
      Type.Number({ minimum: 0, maximum: 168, title: 'Fasted for (h)', 'x-term': 'viv:fastedHours' }),
    ),
  },
  { 'x-type': 'AgentAdministration', title: 'Agent administration', 'x-term': 'viv:agentAdministration' },
)

import { Type, closed, line, oneOf, ref } from '../../vocabulary.ts'
import { quantity, term, when } from '../../values.ts'

export const activityUnits = ['MBq', 'kBq', 'GBq', 'mCi', 'uCi'] as const
export const lateralities = ['left', 'right', 'bilateral', 'midline'] as const

/**
 * What was given to a subject: contrast agent, tracer, optical substrate, drug, vehicle (metadata model E1; PS3.16 TID
 * 10022 for tracers). The net activity follows from what the dose calibrator showed (ontology/computed/tracer.ts);
 * `activity` is for those who were told one number.
 */
export const AgentAdministration = closed(
  {
    agentId: ref('Agent', {
      title: 'Agent',
      'x-level': 'record',
      'x-column': false,
      'x-term': 'schema:object',
      'x-dicom': '(0018,0031); (0018,0010)',
      'x-bids': 'TracerName',
      'x-profiles': { arrive: '9a', bidsPet: 'TracerName', prism: 'agent' },
    }),
    purpose: oneOf(['imaging', 'therapy', 'challenge', 'anaesthesia', 'blocking', 'vehicle-control'], {
      title: 'Purpose',
      default: 'imaging',
      'x-level': 'record',
      'x-term': 'schema:purpose',
      'x-profiles': { arrive: '9d' },
    }),
    route: Type.Optional(
      term('routes', {
        title: 'Route',
        'x-level': 'publish',
        'x-facet': 'Route',
        'x-search': 1,
        'x-term': 'schema:administrationRoute',
        'x-dicom': '(0018,1070); (0018,1040); 410675002 SCT',
        'x-bids': 'AdministrationRoute',
        'x-profiles': { arrive: '9a', prism: 'agent', sup187: 'TID 9002' },
      }),
    ),
    site: Type.Optional(
      term('anatomy', {
        title: 'Site',
        'x-term': 'viv:administrationSite',
        'x-dicom': '272737002 SCT',
      }),
    ),
    laterality: Type.Optional(
      oneOf(lateralities, { title: 'Side', 'x-term': 'viv:laterality', 'x-dicom': '272741003 SCT' }),
    ),
    delivery: Type.Optional(
      oneOf(['bolus', 'infusion', 'bolus-infusion', 'gavage', 'inhaled', 'implant', 'pump', 'diet'], {
        title: 'Delivery',
        'x-term': 'viv:delivery',
        'x-bids': 'ModeOfAdministration',
        'x-profiles': { arrive: '9a', bidsPet: 'ModeOfAdministration' },
      }),
    ),
    volume: Type.Optional(
      quantity(['uL', 'mL'], {
        title: 'Volume',
        exclusiveMinimum: 0,
        'x-term': 'viv:volume',
        'x-dicom': '(0018,1071); (0018,1041)',
        'x-bids': 'InjectedVolume',
        'x-profiles': { arrive: '9a', prism: 'agent' },
      }),
    ),
    dose: Type.Optional(
      quantity(['mg/kg', 'ug/kg', 'mg', 'ug', 'mmol/kg', 'umol/kg', '{cells}'], {
        title: 'Dose',
        exclusiveMinimum: 0,
        'x-term': 'viv:dose',
        'x-dicom': '(0018,1044); 122092 DCM',
        'x-bids': 'PharmaceuticalDoseAmount',
      }),
    ),
    concentration: Type.Optional(
      quantity(['mg/mL', 'ug/mL', 'mmol/L', 'umol/L', '%'], {
        title: 'Concentration',
        exclusiveMinimum: 0,
        'x-term': 'viv:concentration',
        'x-dicom': '(0018,1049); 122093 DCM',
      }),
    ),
    flowRate: Type.Optional(
      quantity(['uL/min', 'mL/min', 'mL/h'], {
        title: 'Flow rate',
        exclusiveMinimum: 0,
        'x-term': 'viv:flowRate',
        'x-dicom': '(0018,1046); 122094 DCM',
        'x-bids': 'InfusionSpeed',
      }),
    ),
    duration: Type.Optional(
      quantity(['s', 'min', 'h'], {
        title: 'Duration',
        exclusiveMinimum: 0,
        'x-term': 'schema:duration',
        'x-dicom': '(0018,1047); 122095 DCM',
      }),
    ),
    vehicle: Type.Optional(
      line({
        title: 'Vehicle',
        'x-term': 'viv:vehicle',
        examples: ['0.9 % NaCl'],
      }),
    ),
    vehiclePh: Type.Optional(Type.Number({ minimum: 0, maximum: 14, title: 'pH', 'x-term': 'viv:vehiclePh' })),
    osmolality: Type.Optional(
      quantity(['mosm/kg'], { title: 'Osmolality', exclusiveMinimum: 0, 'x-term': 'viv:osmolality' }),
    ),
    catheter: Type.Optional(
      line({ title: 'Needle or catheter', 'x-term': 'viv:catheter', examples: ['30 G butterfly'] }),
    ),
    activity: Type.Optional(
      quantity(activityUnits, {
        title: 'Injected activity',
        description:
          'At the time of injection. Leave it empty when the syringe was measured before: the net activity follows from that.',
        exclusiveMinimum: 0,
        'x-term': 'viv:injectedActivity',
        'x-dicom': '(0018,1074); 113507 DCM',
        'x-bids': 'InjectedRadioactivity',
      }),
    ),
    activityBefore: Type.Optional(
      quantity(activityUnits, {
        title: 'Syringe before',
        minimum: 0,
        'x-term': 'viv:activityBefore',
        'x-dicom': '113508 DCM',
      }),
    ),
    activityBeforeAt: Type.Optional(when({ title: 'Syringe before, measured at', 'x-term': 'viv:activityBeforeAt' })),
    activityAfter: Type.Optional(
      quantity(activityUnits, {
        title: 'Syringe after',
        minimum: 0,
        'x-term': 'viv:activityAfter',
        'x-dicom': '(0054,0017); 113509 DCM',
      }),
    ),
    activityAfterAt: Type.Optional(when({ title: 'Syringe after, measured at', 'x-term': 'viv:activityAfterAt' })),
    activityResidue: Type.Optional(
      quantity(activityUnits, {
        title: 'Left in catheter or tail',
        minimum: 0,
        'x-term': 'viv:activityResidue',
        'x-dicom': '113506 DCM',
      }),
    ),
    activityResidueAt: Type.Optional(
      when({ title: 'Left in catheter or tail, measured at', 'x-term': 'viv:activityResidueAt' }),
    ),
    calibratorId: Type.Optional(
      ref('Instrument', {
        title: 'Dose calibrator',
        'x-column': false,
        'x-term': 'viv:doseCalibrator',
        'x-dicom': '113540 DCM',
      }),
    ),
    molarActivity: Type.Optional(
      quantity(['GBq/umol', 'MBq/nmol', 'MBq/umol', 'Ci/umol', 'mCi/umol'], {
        title: 'Molar activity',
        exclusiveMinimum: 0,
        'x-term': 'viv:molarActivity',
        'x-dicom': '(0018,1077)',
        'x-bids': 'MolarActivity',
      }),
    ),
    molarActivityAt: Type.Optional(
      when({
        title: 'Molar activity, measured at',
        'x-term': 'viv:molarActivityAt',
        'x-bids': 'MolarActivityMeasTime',
      }),
    ),
    injectedMass: Type.Optional(
      quantity(['ug', 'ng', 'mg'], {
        title: 'Injected mass',
        exclusiveMinimum: 0,
        'x-term': 'viv:injectedMass',
        'x-bids': 'InjectedMass',
      }),
    ),
    lot: Type.Optional(line({ title: 'Lot', maxLength: 100, 'x-term': 'viv:lot', 'x-dicom': '113512 DCM' })),
    madeAt: Type.Optional(when({ title: 'Made', 'x-term': 'viv:madeAt' })),
    expiresAt: Type.Optional(when({ title: 'Expires', 'x-term': 'viv:expiresAt' })),
    radiochemicalPurity: Type.Optional(
      quantity(['%'], {
        title: 'Radiochemical purity',
        minimum: 0,
        maximum: 100,
        'x-term': 'viv:radiochemicalPurity',
        'x-bids': 'Purity',
      }),
    ),
    extravasation: Type.Optional(
      oneOf(['none', 'suspected', 'confirmed'], {
        title: 'Extravasation',
        'x-term': 'viv:extravasation',
        'x-dicom': '113505 DCM',
      }),
    ),
    fastedHours: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 168,
        title: 'Fasted for (h)',
        'x-term': 'viv:fastedHours',
        'x-dicom': '113550 DCM',
        'x-bids': 'fasted_h',
      }),
    ),
    glucose: Type.Optional(
      quantity(['mmol/L', 'mg/dL'], {
        title: 'Blood glucose',
        exclusiveMinimum: 0,
        'x-term': 'viv:bloodGlucose',
        'x-dicom': '14749-6 LN',
        'x-bids': 'glucose_mmol_l',
      }),
    ),
  },
  { 'x-type': 'AgentAdministration', title: 'Agent administration', 'x-term': 'viv:agentAdministration' },
)

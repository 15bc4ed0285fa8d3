import { Type, closed, line, oneOf, ref } from '../../vocabulary.ts'
import { quantity, term, when } from '../../values.ts'

/** A treatment with its schedule in numbers, not in a word such as "weekly" (metadata model E4; TID 9002). */
export const Therapy = closed(
  {
    type: oneOf(
      ['drug', 'radiotherapy', 'radionuclide', 'surgery', 'ultrasound', 'thermal', 'cell', 'gene', 'diet', 'other'],
      {
        title: 'Kind of therapy',
        'x-level': 'record',
        'x-facet': 'Therapy',
        'x-search': 1,
        'x-term': 'viv:therapyType',
        'x-dicom': '10160-0 LN',
        'x-profiles': { arrive: '9a' },
      },
    ),
    agentId: Type.Optional(ref('Agent', { title: 'Agent', 'x-column': false, 'x-term': 'schema:object' })),
    dose: Type.Optional(
      quantity(['mg/kg', 'ug/kg', 'mg', 'ug', 'umol/kg', '{cells}', 'MBq', 'mCi'], {
        title: 'Single dose',
        exclusiveMinimum: 0,
        'x-term': 'viv:dose',
      }),
    ),
    route: Type.Optional(term('routes', { title: 'Route', 'x-term': 'schema:administrationRoute' })),
    vehicle: Type.Optional(line({ title: 'Vehicle', 'x-term': 'viv:vehicle' })),
    every: Type.Optional(
      quantity(['d', 'h', 'wk'], {
        title: 'Given every',
        exclusiveMinimum: 0,
        'x-term': 'viv:doseInterval',
      }),
    ),
    doses: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 10000,
        title: 'Number of doses',
        'x-term': 'viv:doses',
      }),
    ),
    lastDoseAt: Type.Optional(when({ title: 'Last dose', 'x-term': 'schema:endTime' })),
    technique: Type.Optional(
      line({
        title: 'Technique',
        description: 'Of radiotherapy, ultrasound, surgery.',
        'x-term': 'viv:technique',
        examples: ['image-guided, two opposed fields'],
      }),
    ),
    totalRadiationDose: Type.Optional(
      quantity(['Gy', 'mGy'], { title: 'Total radiation dose', exclusiveMinimum: 0, 'x-term': 'viv:radiationDose' }),
    ),
    fractions: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, title: 'Fractions', 'x-term': 'viv:fractions' })),
    doseRate: Type.Optional(
      quantity(['Gy/min', 'mGy/min'], { title: 'Dose rate', exclusiveMinimum: 0, 'x-term': 'viv:doseRate' }),
    ),
    energy: Type.Optional(quantity(['kV', 'MV'], { title: 'Energy', exclusiveMinimum: 0, 'x-term': 'viv:energy' })),
    field: Type.Optional(line({ title: 'Field', 'x-term': 'viv:radiationField', examples: ['10 mm circular'] })),
    frequency: Type.Optional(
      quantity(['MHz', 'kHz'], { title: 'Ultrasound frequency', exclusiveMinimum: 0, 'x-term': 'viv:frequency' }),
    ),
    pressure: Type.Optional(
      quantity(['MPa', 'kPa'], { title: 'Acoustic pressure', exclusiveMinimum: 0, 'x-term': 'viv:acousticPressure' }),
    ),
    dutyCycle: Type.Optional(
      quantity(['%'], { title: 'Duty cycle', minimum: 0, maximum: 100, 'x-term': 'viv:dutyCycle' }),
    ),
    temperature: Type.Optional(quantity(['Cel'], { title: 'Temperature', 'x-term': 'viv:temperature' })),
    duration: Type.Optional(
      quantity(['min', 's', 'h'], { title: 'Duration', exclusiveMinimum: 0, 'x-term': 'schema:duration' }),
    ),
    target: Type.Optional(term('anatomy', { title: 'Target', 'x-term': 'viv:target' })),
    analgesia: Type.Optional(line({ title: 'Analgesia', 'x-term': 'viv:analgesia' })),
    response: Type.Optional(
      oneOf(['complete response', 'partial response', 'stable disease', 'progressive disease'], {
        title: 'Response',
        'x-facet': 'Response',
        'x-term': 'viv:response',
      }),
    ),
  },
  { 'x-type': 'Therapy', title: 'Therapy', 'x-term': 'viv:therapy' },
)

import { Type, closed, line, oneOf } from '../../vocabulary.ts'
import { quantity, term } from '../../values.ts'

/** Units that make sense for each measurement (UCUM). */
export const measurementUnits = {
  'body weight': ['g', 'kg'],
  'body length': ['mm', 'cm'],
  'tumour length': ['mm', 'cm'],
  'tumour width': ['mm', 'cm'],
  'tumour depth': ['mm', 'cm'],
  'tumour volume': ['mm3'],
  'blood glucose': ['mmol/L', 'mg/dL'],
  'blood pH': ['[pH]'],
  'blood pO2': ['mm[Hg]', 'kPa'],
  'blood pCO2': ['mm[Hg]', 'kPa'],
  'blood lactate': ['mmol/L'],
  haematocrit: ['%'],
  'oxygen saturation': ['%'],
  'body temperature': ['Cel'],
  'heart rate': ['/min'],
  'respiratory rate': ['/min'],
  'organ mass': ['mg', 'g'],
  biodistribution: ['%{ID}/g'],
  'food intake': ['g'],
  'water intake': ['mL'],
  'clinical score': ['{score}'],
} as const satisfies Record<string, readonly string[]>
export type Measured = keyof typeof measurementUnits

const units = [...new Set(Object.values(measurementUnits).flat())]

/** A measured value: body weight, tumour calipers, blood glucose, biodistribution (metadata model E6). */
export const Measurement = closed(
  {
    what: oneOf(Object.keys(measurementUnits) as Measured[], {
      title: 'What',
      'x-level': 'record',
      'x-term': 'schema:measurementTechnique',
      'x-dicom': '(0010,1030)',
      'x-bids': 'weight',
    }),
    value: quantity(units, {
      title: 'Value',
      minimum: 0,
      'x-level': 'record',
      'x-term': 'schema:value',
    }),
    method: Type.Optional(line({ title: 'Method', 'x-term': 'viv:method', examples: ['caliper'] })),
    tissue: Type.Optional(
      term('anatomy', {
        title: 'Tissue',
        description: 'Of a biodistribution sample or an organ.',
        'x-term': 'viv:tissue',
      }),
    ),
    sampleMass: Type.Optional(
      quantity(['mg', 'g'], { title: 'Mass of the sample', exclusiveMinimum: 0, 'x-term': 'viv:sampleMass' }),
    ),
    counts: Type.Optional(quantity(['{counts}/min'], { title: 'Counts', minimum: 0, 'x-term': 'viv:counts' })),
  },
  { 'x-type': 'Measurement', title: 'Measurement', 'x-term': 'viv:measurement' },
)

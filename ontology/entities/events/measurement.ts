import { Type, closed, line, oneOf } from '../../vocabulary.ts'
import { quantity } from '../../values.ts'

/** A measured value: body weight, tumour calipers, blood glucose, temperature (metadata model E6). */
export const Measurement = closed(
  {
    what: oneOf(
      [
        'body weight',
        'tumour length',
        'tumour width',
        'tumour volume',
        'blood glucose',
        'body temperature',
        'heart rate',
        'respiratory rate',
      ],
      { title: 'What', 'x-level': 'record', 'x-term': 'schema:measurementTechnique' },
    ),
    value: quantity(['g', 'kg', 'mg', 'mm', 'cm', 'mm3', 'mmol/L', 'mg/dL', 'Cel', '/min'], {
      title: 'Value',
      minimum: 0,
      'x-level': 'record',
      'x-term': 'schema:value',
    }),
    method: Type.Optional(line({ title: 'Method', 'x-term': 'viv:method', examples: ['caliper'] })),
  },
  { 'x-type': 'Measurement', title: 'Measurement', 'x-term': 'viv:measurement' },
)

/** Units that make sense for each measurement (UCUM). */
export const measurementUnits: Record<string, readonly string[]> = {
  'body weight': ['g', 'kg'],
  'tumour length': ['mm', 'cm'],
  'tumour width': ['mm', 'cm'],
  'tumour volume': ['mm3'],
  'blood glucose': ['mmol/L', 'mg/dL'],
  'body temperature': ['Cel'],
  'heart rate': ['/min'],
  'respiratory rate': ['/min'],
}

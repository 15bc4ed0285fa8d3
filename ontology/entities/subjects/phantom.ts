import { quantity, when } from '../../values.ts'
import { Type, closed, line } from '../../vocabulary.ts'

export const Phantom = closed(
  {
    model: line({
      title: 'Model',
      'x-level': 'record',
      'x-search': 2,
      'x-term': 'schema:model',
      examples: ['NEMA NU 4-2008'],
    }),
    manufacturer: Type.Optional(line({ title: 'Manufacturer', 'x-term': 'schema:manufacturer' })),
    serialNumber: Type.Optional(line({ title: 'Serial number', maxLength: 100, 'x-term': 'schema:serialNumber' })),
    inserts: Type.Optional(
      Type.Array(line({ maxLength: 100 }), { maxItems: 20, title: 'Inserts', 'x-term': 'viv:insert' }),
    ),
    fillSolution: Type.Optional(line({ title: 'Fill', 'x-term': 'viv:fillSolution', examples: ['F-18 in water'] })),
    fillReferenceTime: Type.Optional(when({ title: 'Activity of the fill at', 'x-term': 'viv:fillReferenceTime' })),
    purpose: Type.Optional(line({ title: 'Purpose', 'x-term': 'schema:purpose', examples: ['uniformity'] })),
    fillActivity: Type.Optional(
      quantity(['MBq', 'kBq', 'mCi', 'uCi'], {
        title: 'Activity of the fill',
        minimum: 0,
        'x-term': 'viv:fillActivity',
      }),
    ),
    fillVolume: Type.Optional(
      quantity(['mL', 'uL'], { title: 'Volume of the fill', exclusiveMinimum: 0, 'x-term': 'viv:fillVolume' }),
    ),
  },
  { 'x-type': 'Phantom', title: 'Phantom', 'x-when': { kind: 'phantom' }, 'x-term': 'viv:phantom' },
)

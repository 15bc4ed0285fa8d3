import { quantity, term } from '../../values.ts'
import { Type, closed, date, line, oneOf, type Static } from '../../vocabulary.ts'

const Mycoplasma = closed(
  {
    date: date({ title: 'Tested' }),
    result: oneOf(['negative', 'positive'], { title: 'Result' }),
  },
  { 'x-type': 'Mycoplasma', title: 'Mycoplasma' },
)

const Authentication = closed(
  {
    method: line({ title: 'Method', examples: ['STR profile'] }),
    date: Type.Optional(date({ title: 'Date' })),
  },
  { 'x-type': 'Authentication', title: 'Authentication' },
)

export const CellCulture = closed(
  {
    cellLine: term('cellLines', {
      title: 'Cell line',
      'x-level': 'record',
      'x-facet': 'Cell line',
      'x-search': 2,
      'x-term': 'viv:cellLine',
      'x-dicom': '(0040,059A)',
    }),
    cultureType: Type.Optional(
      oneOf(['monolayer', 'suspension', 'spheroid', 'organoid', 'tissue slice', 'microfluidic'], {
        title: 'Culture',
        'x-level': 'publish',
        'x-term': 'viv:cultureType',
        'x-bids': 'sample_type',
      }),
    ),
    passage: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 10000, title: 'Passage', 'x-level': 'publish', 'x-term': 'viv:passage' }),
    ),
    modifications: Type.Optional(
      line({ title: 'Modifications', 'x-search': 1, 'x-term': 'viv:modifications', examples: ['luciferase, GFP'] }),
    ),
    source: Type.Optional(line({ title: 'Source', 'x-term': 'schema:provider' })),
    lot: Type.Optional(line({ title: 'Lot', maxLength: 100, 'x-term': 'viv:lot' })),
    authentication: Type.Optional(
      Type.Unsafe<Static<typeof Authentication>>({ ...Authentication, 'x-term': 'viv:authentication' }),
    ),
    mycoplasma: Type.Optional(Type.Unsafe<Static<typeof Mycoplasma>>({ ...Mycoplasma, 'x-term': 'viv:mycoplasma' })),
    medium: Type.Optional(line({ title: 'Medium', 'x-term': 'viv:medium' })),
    serum: Type.Optional(quantity(['%'], { title: 'Serum', minimum: 0, maximum: 100, 'x-term': 'viv:serum' })),
    substrate: Type.Optional(line({ title: 'Substrate', 'x-term': 'viv:substrate', examples: ['Matrigel'] })),
    vessel: Type.Optional(
      line({
        title: 'Vessel and well',
        'x-term': 'viv:vessel',
        'x-dicom': '(0040,0512)',
        examples: ['96-well plate, B3'],
      }),
    ),
    seedingDensity: Type.Optional(
      quantity(['{cells}/cm2', '{cells}/mL'], { title: 'Seeding density', minimum: 0, 'x-term': 'viv:seedingDensity' }),
    ),
    confluence: Type.Optional(
      quantity(['%'], { title: 'Confluence', minimum: 0, maximum: 100, 'x-term': 'viv:confluence' }),
    ),
    incubationTemperature: Type.Optional(
      quantity(['Cel'], { title: 'Incubated at', 'x-term': 'viv:incubationTemperature' }),
    ),
    carbonDioxide: Type.Optional(
      quantity(['%'], { title: 'CO2', minimum: 0, maximum: 100, 'x-term': 'viv:carbonDioxide' }),
    ),
    oxygen: Type.Optional(quantity(['%'], { title: 'O2', minimum: 0, maximum: 100, 'x-term': 'viv:oxygen' })),
  },
  { 'x-type': 'CellCulture', title: 'Cell culture', 'x-when': { kind: 'cellCulture' }, 'x-term': 'viv:cellCulture' },
)

import { Type, closed, line, oneOf } from '../../vocabulary.ts'
import { quantity } from '../../values.ts'

const yesNo = (title: string, term: string, dicom: string) =>
  Type.Optional(Type.Boolean({ title, 'x-term': term, 'x-dicom': dicom }))

/**
 * How a subject was kept in one phase: home cage (a housing period), transport, preparation, imaging, recovery (metadata
 * model E7; TID 8121 housing, 8122 feeding, 8140 heating, 8150 circadian).
 */
export const Handling = closed(
  {
    phase: oneOf(['home cage', 'transport', 'staging', 'preparation', 'induction', 'imaging', 'recovery'], {
      title: 'Phase',
      default: 'imaging',
      'x-level': 'record',
      'x-term': 'viv:handlingPhase',
      'x-dicom': '127006 DCM',
      'x-profiles': { sup187: 'TID 8101' },
    }),
    feeding: Type.Optional(
      oneOf(['ad libitum', 'restricted', 'gavage', 'treat', 'fasted'], {
        title: 'Feeding',
        'x-term': 'viv:feeding',
        'x-dicom': 'C0015746 UMLS',
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
    feed: Type.Optional(
      oneOf(['NIH31', 'NIH07', 'AIN76', 'AIN93G', 'AIN93M', 'other'], {
        title: 'Feed',
        'x-term': 'viv:feed',
        'x-dicom': '82566005 SCT',
      }),
    ),
    feedProduct: Type.Optional(line({ title: 'Feed, product', 'x-term': 'viv:feedProduct', 'x-dicom': '127201 DCM' })),
    water: Type.Optional(
      oneOf(['tap', 'distilled', 'reverse osmosis', 'reverse osmosis, acidified'], {
        title: 'Water',
        'x-term': 'viv:water',
        'x-dicom': '11713004 SCT',
      }),
    ),
    heating: Type.Optional(
      oneOf(
        [
          'forced air heater',
          'heated imaging device',
          'heated support',
          'water blanket',
          'pre-heated pad',
          'electric pad',
          'heat lamp',
          'warmer',
          'unheated',
        ],
        {
          title: 'Heating',
          'x-term': 'viv:heating',
          'x-dicom': 'C0018851 UMLS',
        },
      ),
    ),
    heatingFeedback: yesNo('Temperature regulated', 'viv:heatingFeedback', '127210 DCM'),
    heatingSensor: Type.Optional(
      oneOf(['carrier sensor', 'rectal', 'thermography'], {
        title: 'Temperature sensor',
        'x-term': 'viv:heatingSensor',
        'x-dicom': 'C50304 NCIt',
      }),
    ),
    heatingSetPoint: Type.Optional(
      quantity(['Cel'], {
        title: 'Set temperature',
        minimum: 0,
        'x-term': 'viv:heatingSetPoint',
        'x-dicom': '250881009 SCT',
      }),
    ),
    lightCycleHours: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        maximum: 72,
        title: 'Light-dark cycle (h)',
        'x-term': 'viv:lightCycle',
        'x-dicom': '127214 DCM',
      }),
    ),
    lightShare: Type.Optional(
      quantity(['%'], {
        title: 'Share of light',
        minimum: 0,
        maximum: 100,
        'x-term': 'viv:lightShare',
        'x-dicom': 'C90419 NCIt',
      }),
    ),
    lightsOn: Type.Optional(
      Type.String({
        pattern: '^([01]\\d|2[0-3]):[0-5]\\d$',
        title: 'Lights on at',
        examples: ['06:00'],
        'x-term': 'viv:lightsOn',
        'x-dicom': '127215 DCM',
      }),
    ),
    temperature: Type.Optional(
      quantity(['Cel'], { title: 'Room temperature', 'x-term': 'viv:roomTemperature', 'x-dicom': 'C90380 NCIt' }),
    ),
    humidity: Type.Optional(
      quantity(['%'], {
        title: 'Humidity',
        minimum: 0,
        maximum: 100,
        'x-term': 'viv:humidity',
        'x-dicom': 'C90395 NCIt',
      }),
    ),
    roomType: Type.Optional(
      oneOf(['housing', 'preparation', 'imaging', 'induction', 'isolation', 'recovery'], {
        title: 'Kind of room',
        'x-term': 'viv:roomType',
        'x-dicom': '127121 DCM',
      }),
    ),
    room: Type.Optional(line({ title: 'Room', maxLength: 100, 'x-private': true, 'x-dicom': '127122 DCM' })),
    cage: Type.Optional(
      line({ title: 'Cage', maxLength: 100, 'x-term': 'viv:cage', 'x-dicom': '127128 DCM', examples: ['C-14'] }),
    ),
    housingUnit: Type.Optional(
      line({ title: 'Housing unit, product', 'x-term': 'viv:housingUnit', 'x-dicom': '127128 DCM' }),
    ),
    animalsPerUnit: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1000,
        title: 'Animals in the unit',
        'x-term': 'viv:animalsPerUnit',
        'x-dicom': '127143 DCM',
      }),
    ),
    individuallyVentilated: yesNo('Individually ventilated', 'viv:individuallyVentilated', '127170 DCM'),
    bedding: Type.Optional(
      oneOf(['aspen chip', 'aspen shaving', 'corn cob', 'paper', 'pine chip', 'pine shaving'], {
        title: 'Bedding',
        'x-term': 'viv:bedding',
        'x-dicom': 'C90366 NCIt',
      }),
    ),
    enriched: yesNo('Enriched', 'viv:enriched', '127192 DCM'),
    enrichment: Type.Optional(
      line({
        title: 'Enrichment',
        'x-term': 'viv:enrichment',
        'x-dicom': '127190 DCM',
        examples: ['nest material, igloo'],
      }),
    ),
  },
  { 'x-type': 'Handling', title: 'Handling', 'x-term': 'viv:handling' },
)

import { Type, closed, oneOf } from '../../vocabulary.ts'
import { quantity, term } from '../../values.ts'

/** Anaesthesia during a session (metadata model E2; DICOM TID 8130). */
export const Anaesthesia = closed(
  {
    applied: Type.Boolean({
      title: 'Anaesthetised',
      description: 'No: the animal was awake.',
      'x-level': 'record',
      'x-term': 'viv:anaesthesiaApplied',
    }),
    agent: Type.Optional(
      term('anaesthetics', {
        title: 'Anaesthetic',
        'x-level': 'publish',
        'x-facet': 'Anaesthetic',
        'x-search': 1,
        'x-term': 'viv:anaesthetic',
        'x-bids': 'Anaesthesia',
      }),
    ),
    concentration: Type.Optional(
      quantity(['%'], { title: 'Concentration of the gas', minimum: 0, 'x-term': 'viv:concentration' }),
    ),
    dose: Type.Optional(quantity(['mg/kg'], { title: 'Dose', minimum: 0, 'x-term': 'viv:dose' })),
    route: Type.Optional(term('routes', { title: 'Route', 'x-term': 'schema:administrationRoute' })),
    carrierGas: Type.Optional(
      oneOf(['oxygen', 'air', 'oxygen and air', 'oxygen and nitrous oxide'], {
        title: 'Carrier gas',
        'x-term': 'viv:carrierGas',
      }),
    ),
    flow: Type.Optional(quantity(['L/min'], { title: 'Flow', minimum: 0, 'x-term': 'viv:flow' })),
  },
  { 'x-type': 'Anaesthesia', title: 'Anaesthesia', 'x-term': 'viv:anaesthesia' },
)

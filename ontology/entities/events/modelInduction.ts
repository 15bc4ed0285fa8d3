import { Type, closed, line, oneOf } from '../../vocabulary.ts'
import { quantity, term } from '../../values.ts'

/** How the disease model was made (metadata model E3; DICOM TID 8182). */
export const ModelInduction = closed(
  {
    modelType: oneOf(
      [
        'cell-line graft',
        'PDX',
        'GEMM onset',
        'chemical',
        'infection',
        'surgical',
        'dietary',
        'irradiation',
        'spontaneous',
        'other',
      ],
      { title: 'Kind of model', 'x-level': 'record', 'x-facet': 'Kind of model', 'x-term': 'viv:modelType' },
    ),
    disease: Type.Optional(
      term('diseases', {
        title: 'Disease',
        'x-level': 'publish',
        'x-facet': 'Disease',
        'x-search': 2,
        'x-term': 'schema:about',
      }),
    ),
    cellLine: Type.Optional(
      term('cellLines', { title: 'Cell line', 'x-facet': 'Cell line', 'x-search': 2, 'x-term': 'viv:cellLine' }),
    ),
    amount: Type.Optional(
      quantity(['{cells}', '10*6.{cells}', 'mm3', '[PFU]'], {
        title: 'Amount',
        exclusiveMinimum: 0,
        'x-term': 'viv:amount',
      }),
    ),
    route: Type.Optional(term('routes', { title: 'Route', 'x-term': 'schema:administrationRoute' })),
    placement: Type.Optional(
      oneOf(['orthotopic', 'heterotopic', 'subcutaneous', 'systemic'], {
        title: 'Placement',
        'x-term': 'viv:placement',
      }),
    ),
    site: Type.Optional(term('anatomy', { title: 'Site', 'x-term': 'viv:administrationSite' })),
    vehicle: Type.Optional(line({ title: 'Vehicle', 'x-term': 'viv:vehicle' })),
  },
  { 'x-type': 'ModelInduction', title: 'Model induction', 'x-term': 'viv:modelInduction' },
)

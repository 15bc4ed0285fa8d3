import { Type, closed, line, oneOf, text, type Static } from '../../vocabulary.ts'
import { quantity, term } from '../../values.ts'
import { lateralities } from './agentAdministration.ts'

const millimetres = (title: string, term: string) =>
  Type.Optional(Type.Number({ minimum: -200, maximum: 200, title: `${title} (mm)`, 'x-term': term }))

const Stereotactic = closed(
  {
    reference: oneOf(['bregma', 'lambda'], { title: 'Counted from', 'x-dicom': '127451 DCM' }),
    ap: millimetres('Anterior', 'viv:anteroposterior'),
    ml: millimetres('Lateral', 'viv:mediolateral'),
    dv: millimetres('Ventral', 'viv:dorsoventral'),
  },
  { 'x-type': 'Stereotactic', title: 'Stereotactic coordinates' },
)

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
      {
        title: 'Kind of model',
        'x-level': 'record',
        'x-facet': 'Kind of model',
        'x-term': 'viv:modelType',
        'x-dicom': 'TID 8182',
        'x-profiles': { arrive: '9a', prism: 'model', sup187: 'TID 8182' },
      },
    ),
    disease: Type.Optional(
      term('diseases', {
        title: 'Disease',
        'x-level': 'publish',
        'x-facet': 'Disease',
        'x-search': 2,
        'x-term': 'schema:about',
        'x-bids': 'pathology',
        'x-profiles': { prism: 'model', rembi: 'Biosample' },
      }),
    ),
    cellLine: Type.Optional(
      term('cellLines', {
        title: 'Cell line',
        'x-facet': 'Cell line',
        'x-search': 2,
        'x-term': 'viv:cellLine',
        'x-dicom': '111529 DCM',
      }),
    ),
    pdxId: Type.Optional(
      line({ title: 'PDX', maxLength: 100, 'x-search': 2, 'x-term': 'viv:pdxId', 'x-dicom': '111529 DCM' }),
    ),
    donorSpecies: Type.Optional(
      term('species', { title: 'Species of the donor', 'x-term': 'viv:donorSpecies', 'x-dicom': '127402 DCM' }),
    ),
    tissueOfOrigin: Type.Optional(
      term('anatomy', { title: 'Tissue of origin', 'x-term': 'viv:tissueOfOrigin', 'x-dicom': '127401 DCM' }),
    ),
    graftGenetics: Type.Optional(
      line({ title: 'Genetic modification of the graft', 'x-term': 'viv:graftGenetics', 'x-dicom': '127414 DCM' }),
    ),
    reporter: Type.Optional(
      line({ title: 'Reporter', 'x-search': 1, 'x-term': 'viv:reporter', examples: ['firefly luciferase'] }),
    ),
    passage: Type.Optional(Type.Integer({ minimum: 0, maximum: 10000, title: 'Passage', 'x-term': 'viv:passage' })),
    viability: Type.Optional(
      quantity(['%'], { title: 'Viability', minimum: 0, maximum: 100, 'x-term': 'viv:viability' }),
    ),
    substance: Type.Optional(
      line({
        title: 'Substance',
        description: 'What induced the model: toxin, virus, diet.',
        'x-term': 'viv:substance',
        examples: ['6-OHDA'],
      }),
    ),
    amount: Type.Optional(
      quantity(['{cells}', '10*6.{cells}', 'mm3', '[PFU]', '[CFU]', 'mg/kg', 'mg', 'ug', 'Gy'], {
        title: 'Amount',
        exclusiveMinimum: 0,
        'x-term': 'viv:amount',
        'x-dicom': 'TID 8182',
        'x-profiles': { arrive: '9a' },
      }),
    ),
    vehicle: Type.Optional(line({ title: 'Vehicle', 'x-term': 'viv:vehicle' })),
    matrigel: Type.Optional(Type.Boolean({ title: 'In Matrigel', 'x-term': 'viv:matrigel' })),
    route: Type.Optional(
      term('routes', {
        title: 'Route',
        'x-term': 'schema:administrationRoute',
        'x-dicom': '410675002 SCT',
        'x-profiles': { arrive: '9a', sup187: 'TID 8182' },
      }),
    ),
    placement: Type.Optional(
      oneOf(['orthotopic', 'heterotopic', 'subcutaneous', 'systemic'], {
        title: 'Placement',
        'x-term': 'viv:placement',
        'x-profiles': { prism: 'model' },
      }),
    ),
    site: Type.Optional(
      term('anatomy', {
        title: 'Site',
        'x-term': 'viv:administrationSite',
        'x-dicom': '272737002 SCT',
        'x-profiles': { arrive: '9c', sup187: 'TID 8182' },
      }),
    ),
    laterality: Type.Optional(
      oneOf(lateralities, { title: 'Side', 'x-term': 'viv:laterality', 'x-dicom': '272741003 SCT' }),
    ),
    coordinates: Type.Optional(
      Type.Unsafe<Static<typeof Stereotactic>>({
        ...Stereotactic,
        'x-term': 'viv:stereotacticCoordinates',
        'x-dicom': '127450 DCM',
      }),
    ),
    diagnosis: Type.Optional(line({ title: 'Diagnosis of the donor', 'x-term': 'viv:diagnosis' })),
    grade: Type.Optional(line({ title: 'Grade', maxLength: 60, 'x-term': 'viv:grade' })),
    stage: Type.Optional(line({ title: 'Stage', maxLength: 60, 'x-term': 'viv:stage' })),
    markers: Type.Optional(text({ title: 'Markers', 'x-term': 'viv:markers' })),
    treatmentNaive: Type.Optional(Type.Boolean({ title: 'Donor not treated before', 'x-term': 'viv:treatmentNaive' })),
    donorSex: Type.Optional(oneOf(['M', 'F', 'unknown'], { title: 'Sex of the donor', 'x-term': 'viv:donorSex' })),
    donorAgeBand: Type.Optional(
      oneOf(['0-17', '18-39', '40-59', '60-79', '80+'], {
        title: 'Age of the donor',
        description: 'In years, as a band: a donor must not be recognised.',
        'x-term': 'viv:donorAgeBand',
      }),
    ),
  },
  { 'x-type': 'ModelInduction', title: 'Model induction', 'x-term': 'viv:modelInduction' },
)

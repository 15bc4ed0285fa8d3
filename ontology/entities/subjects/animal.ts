import { quantity, term } from '../../values.ts'
import { Type, closed, date, line, oneOf, type Static } from '../../vocabulary.ts'

const Allele = closed(
  {
    symbol: line({ title: 'Symbol', 'x-term': 'schema:name', examples: ['Tg(APPSwFlLon,PSEN1*M146L*L286V)6799Vas'] }),
    zygosity: Type.Optional(
      oneOf(['homozygous', 'heterozygous', 'hemizygous', 'wild type'], {
        title: 'Zygosity',
        'x-term': 'viv:zygosity',
      }),
    ),
    pid: Type.Optional(
      line({ title: 'Identifier', maxLength: 60, 'x-term': 'schema:identifier', examples: ['MGI:3693208'] }),
    ),
  },
  { 'x-type': 'Allele', title: 'Allele', 'x-term': 'bioschemas:Gene' },
)

/** What is known of an animal (metadata model 6.4). */
export const Animal = closed(
  {
    sex: oneOf(['M', 'F', 'other', 'unknown'], {
      title: 'Sex',
      'x-level': 'record',
      'x-facet': 'Sex',
      'x-term': 'schema:gender',
      'x-dicom': '(0010,0040)',
      'x-bids': 'sex',
      'x-profiles': { arrive: '8a', prism: 'subject' },
    }),
    strain: Type.Optional(
      term('strains', {
        title: 'Strain',
        'x-level': 'publish',
        'x-facet': 'Strain',
        'x-search': 2,
        'x-term': 'viv:strain',
        'x-dicom': '(0010,0219); (0010,0212); (0010,0213)',
        'x-bids': 'strain; strain_rrid',
        'x-profiles': { arrive: '8a', prism: 'subject', rembi: 'Biosample' },
      }),
    ),
    geneticStatus: Type.Optional(
      oneOf(['wild type', 'transgenic', 'knock-out', 'knock-in', 'conditional', 'mutant', 'hybrid', 'unknown'], {
        title: 'Genetic status',
        'x-level': 'publish',
        'x-facet': 'Genetic status',
        'x-term': 'viv:geneticStatus',
        'x-bids': 'genotype',
        'x-profiles': { arrive: '8b', prism: 'subject' },
      }),
    ),
    neutered: Type.Optional(Type.Boolean({ title: 'Neutered', 'x-term': 'viv:neutered', 'x-dicom': '(0010,2203)' })),
    background: Type.Optional(
      line({ title: 'Background', 'x-search': 1, 'x-term': 'viv:background', 'x-dicom': '(0010,0218)' }),
    ),
    genotype: Type.Optional(
      line({
        title: 'Genotype',
        'x-search': 1,
        'x-term': 'viv:genotype',
        'x-dicom': '(0010,0221)',
        'x-bids': 'genotype',
      }),
    ),
    alleles: Type.Optional(
      Type.Array(Type.Unsafe<Static<typeof Allele>>(Allele), {
        maxItems: 20,
        title: 'Alleles',
        'x-term': 'viv:allele',
        'x-dicom': '(0010,0221)',
        'x-bids': 'genotype',
      }),
    ),
    reporters: Type.Optional(
      Type.Array(line({ maxLength: 100 }), {
        maxItems: 10,
        title: 'Reporters',
        'x-search': 1,
        'x-term': 'viv:reporter',
        examples: [['firefly luciferase']],
      }),
    ),
    humanisation: Type.Optional(
      oneOf(['none', 'immune', 'hepatic', 'other'], { title: 'Humanised', 'x-term': 'viv:humanisation' }),
    ),
    birthDate: Type.Optional(
      date({
        title: 'Born',
        'x-level': 'publish',
        'x-term': 'schema:birthDate',
        'x-dicom': '(0010,0030)',
        'x-bids': 'age',
        'x-profiles': { arrive: '8a', prism: 'subject' },
      }),
    ),
    supplier: Type.Optional(
      line({
        title: 'Supplier',
        'x-level': 'publish',
        'x-term': 'schema:provider',
        'x-dicom': '(0010,0217)',
        'x-profiles': { arrive: '8b', prism: 'subject' },
      }),
    ),
    stockNumber: Type.Optional(line({ title: 'Stock number', 'x-term': 'schema:sku', 'x-dicom': '(0010,0214)' })),
    lot: Type.Optional(line({ title: 'Lot', maxLength: 100, 'x-term': 'viv:lot' })),
    arrivalDate: Type.Optional(date({ title: 'Arrived', 'x-term': 'viv:arrivalDate' })),
    ageAtArrival: Type.Optional(
      quantity(['wk', 'd'], { title: 'Age at arrival', minimum: 0, 'x-term': 'viv:ageAtArrival', 'x-bids': 'age' }),
    ),
    acclimatisation: Type.Optional(
      quantity(['d', 'wk'], { title: 'Acclimatisation', minimum: 0, 'x-term': 'viv:acclimatisation' }),
    ),
    litter: Type.Optional(line({ title: 'Litter', maxLength: 100, 'x-search': 1, 'x-term': 'viv:litter' })),
    healthStatus: Type.Optional(
      oneOf(['SPF', 'conventional', 'gnotobiotic', 'other'], {
        title: 'Health status',
        'x-term': 'schema:healthCondition',
        'x-profiles': { arrive: '8b', prism: 'subject' },
      }),
    ),
    treatmentNaive: Type.Optional(
      Type.Boolean({
        title: 'Not used before',
        description: 'No procedures or treatments before this work.',
        'x-term': 'viv:treatmentNaive',
        'x-profiles': { arrive: '8b' },
      }),
    ),
    deathDate: Type.Optional(date({ title: 'Died', 'x-term': 'schema:deathDate' })),
    deathCause: Type.Optional(
      oneOf(['euthanised at the endpoint', 'humane endpoint', 'under anaesthesia', 'found dead', 'repurposed'], {
        title: 'How it ended',
        'x-term': 'viv:deathCause',
      }),
    ),
    euthanasiaMethod: Type.Optional(
      oneOf(
        [
          'CO2',
          'anaesthetic overdose',
          'cervical dislocation',
          'decapitation',
          'exsanguination under anaesthesia',
          'perfusion under anaesthesia',
          'other',
        ],
        { title: 'Euthanasia', 'x-term': 'viv:euthanasiaMethod' },
      ),
    ),
  },
  { 'x-type': 'Animal', title: 'Animal', 'x-when': { kind: 'animal' }, 'x-term': 'viv:animal' },
)

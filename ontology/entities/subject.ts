import { entity } from '../entity.ts'
import { Type, closed, date, line, links, oneOf, ref, text, type Static } from '../vocabulary.ts'
import { quantity, term, when } from '../values.ts'

export const subjectKinds = ['animal', 'cellCulture', 'specimen', 'phantom'] as const

const OtherId = closed(
  {
    type: oneOf(['eartag', 'toe', 'tattoo', 'RFID', 'cage-mark', 'LIMS', 'other'], { title: 'Kind' }),
    value: line({ title: 'Number', maxLength: 100 }),
  },
  { 'x-type': 'OtherId', title: 'Other identifier' },
)

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

/** What is known of an animal (metadata model 6.4). */
const Animal = closed(
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

const CellCulture = closed(
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

const Specimen = closed(
  {
    organ: Type.Optional(
      term('anatomy', {
        title: 'Organ',
        'x-level': 'publish',
        'x-facet': 'Organ',
        'x-search': 2,
        'x-term': 'viv:organ',
      }),
    ),
    preservation: Type.Optional(
      oneOf(['fresh', 'fixed', 'frozen', 'cleared'], {
        title: 'Preservation',
        'x-level': 'publish',
        'x-term': 'viv:preservation',
        'x-bids': 'SampleEnvironment',
      }),
    ),
    fixative: Type.Optional(line({ title: 'Fixative', 'x-term': 'viv:fixative', 'x-bids': 'SampleFixation' })),
    embedding: Type.Optional(line({ title: 'Embedding', 'x-term': 'viv:embedding', 'x-bids': 'SampleEmbedding' })),
    staining: Type.Optional(line({ title: 'Staining', 'x-term': 'viv:staining', 'x-bids': 'SampleStaining' })),
    orientation: Type.Optional(line({ title: 'Orientation', 'x-term': 'viv:specimenOrientation' })),
    containerId: Type.Optional(
      line({ title: 'Container', maxLength: 64, 'x-term': 'viv:container', 'x-dicom': '(0040,0512)' }),
    ),
    collectedOn: Type.Optional(date({ title: 'Collected', 'x-term': 'schema:dateCreated' })),
  },
  { 'x-type': 'Specimen', title: 'Specimen', 'x-when': { kind: 'specimen' }, 'x-term': 'viv:specimen' },
)

const Phantom = closed(
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

/** What is imaged: an animal, a cell culture, a specimen or a phantom; it may belong to several projects and studies. */
export const Subject = entity(
  {
    name: 'Subject',
    plural: 'subjects',
    title: 'Subject',
    description: 'What is imaged: an animal, a cell culture, a specimen or a phantom.',
    term: 'bioschemas:BioSample',
    label: 'localId',
    scope: 'project',
  },
  {
    kind: oneOf(subjectKinds, {
      title: 'Kind',
      default: 'animal',
      'x-level': 'record',
      'x-column': true,
      'x-facet': 'Kind of subject',
      'x-term': 'schema:additionalType',
      'x-bids': 'sample_type',
    }),
    localId: line({
      title: 'Name in the laboratory',
      description: 'Ear tag, cage mark or number, as written in the notebook.',
      maxLength: 120,
      'x-level': 'record',
      'x-column': true,
      'x-search': 3,
      'x-sort': true,
      'x-term': 'schema:name',
      'x-dicom': '(0010,0020); (0010,0010)',
      'x-bids': 'participant_id; local_id',
      examples: ['M-0412'],
    }),
    projectIds: links('Project', 'project_subjects', {
      title: 'Projects',
      'x-level': 'record',
      'x-private': true,
      'x-term': 'schema:isPartOf',
    }),
    species: Type.Optional(
      term('species', {
        title: 'Species',
        'x-level': 'publish',
        'x-facet': 'Species',
        'x-search': 2,
        'x-term': 'bioschemas:taxonomicRange',
        'x-dicom': '(0010,2202); (0010,2201)',
        'x-bids': 'species',
        'x-profiles': { arrive: '8a', prism: 'subject', rembi: 'Biosample', sup187: 'Patient' },
      }),
    ),
    parentSubjectId: Type.Optional(
      ref('Subject', {
        title: 'Taken from',
        description: 'The animal or culture that this one was taken from; the donor of a PDX.',
        'x-dicom': '(0040,0560)',
        'x-bids': 'derived_from',
        'x-private': true,
        'x-term': 'schema:isBasedOn',
      }),
    ),
    sireId: Type.Optional(
      ref('Subject', {
        title: 'Sire',
        'x-when': { kind: 'animal' },
        'x-private': true,
        'x-term': 'schema:parent',
      }),
    ),
    damId: Type.Optional(
      ref('Subject', { title: 'Dam', 'x-when': { kind: 'animal' }, 'x-private': true, 'x-term': 'schema:parent' }),
    ),
    otherIds: Type.Optional(
      Type.Array(Type.Unsafe<Static<typeof OtherId>>(OtherId), {
        maxItems: 20,
        title: 'Other identifiers',
        'x-term': 'viv:otherId',
        'x-dicom': '(0010,1002)',
      }),
    ),
    animal: Type.Optional(Type.Unsafe<Static<typeof Animal>>(Animal)),
    cellCulture: Type.Optional(Type.Unsafe<Static<typeof CellCulture>>(CellCulture)),
    specimen: Type.Optional(Type.Unsafe<Static<typeof Specimen>>(Specimen)),
    phantom: Type.Optional(Type.Unsafe<Static<typeof Phantom>>(Phantom)),
    notes: Type.Optional(text({ title: 'Notes', 'x-private': true, 'x-dicom': '(0010,4000)' })),
  },
)
export type Subject = Static<typeof Subject.record>

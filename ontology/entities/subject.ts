import { entity } from '../entity.ts'
import { Type, closed, date, line, links, oneOf, ref, text, type Static } from '../vocabulary.ts'
import { quantity, term } from '../values.ts'

export const subjectKinds = ['animal', 'cellCulture', 'specimen', 'phantom'] as const

const OtherId = closed(
  {
    type: oneOf(['eartag', 'toe', 'tattoo', 'RFID', 'cage-mark', 'LIMS', 'other'], { title: 'Kind' }),
    value: line({ title: 'Number', maxLength: 100 }),
  },
  { 'x-type': 'OtherId', title: 'Other identifier' },
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
    }),
    strain: Type.Optional(
      term('strains', {
        title: 'Strain',
        'x-level': 'publish',
        'x-facet': 'Strain',
        'x-search': 2,
        'x-term': 'viv:strain',
        'x-dicom': '(0010,0219)',
        'x-bids': 'strain',
      }),
    ),
    geneticStatus: Type.Optional(
      oneOf(['wild type', 'transgenic', 'knock-out', 'knock-in', 'conditional', 'mutant', 'hybrid', 'unknown'], {
        title: 'Genetic status',
        'x-level': 'publish',
        'x-facet': 'Genetic status',
        'x-term': 'viv:geneticStatus',
        'x-bids': 'genotype',
      }),
    ),
    genotype: Type.Optional(
      line({ title: 'Genotype', 'x-search': 1, 'x-term': 'viv:genotype', 'x-dicom': '(0010,0221)' }),
    ),
    birthDate: Type.Optional(
      date({ title: 'Born', 'x-level': 'publish', 'x-term': 'schema:birthDate', 'x-dicom': '(0010,0030)' }),
    ),
    supplier: Type.Optional(
      line({ title: 'Supplier', 'x-level': 'publish', 'x-term': 'schema:provider', 'x-dicom': '(0010,0217)' }),
    ),
    stockNumber: Type.Optional(line({ title: 'Stock number', 'x-term': 'schema:sku', 'x-dicom': '(0010,0214)' })),
    deathDate: Type.Optional(date({ title: 'Died', 'x-term': 'schema:deathDate' })),
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
    medium: Type.Optional(line({ title: 'Medium', 'x-term': 'viv:medium' })),
    vessel: Type.Optional(line({ title: 'Vessel and well', 'x-term': 'viv:vessel', examples: ['96-well plate, B3'] })),
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
      'x-dicom': '(0010,0020)',
      'x-bids': 'participant_id',
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
        'x-dicom': '(0010,2202)',
        'x-bids': 'species',
      }),
    ),
    parentSubjectId: Type.Optional(
      ref('Subject', {
        title: 'Taken from',
        description: 'The animal or culture that this one was taken from.',
        'x-private': true,
        'x-term': 'schema:isBasedOn',
      }),
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

import { entity } from '../entity.ts'
import { term } from '../values.ts'
import { Type, closed, line, links, oneOf, ref, text, type Static } from '../vocabulary.ts'
import { Animal } from './subjects/animal.ts'
import { CellCulture } from './subjects/cellCulture.ts'
import { Phantom } from './subjects/phantom.ts'
import { Specimen } from './subjects/specimen.ts'

export const subjectKinds = ['animal', 'cellCulture', 'specimen', 'phantom'] as const

const OtherId = closed(
  {
    type: oneOf(['eartag', 'toe', 'tattoo', 'RFID', 'cage-mark', 'LIMS', 'other'], { title: 'Kind' }),
    value: line({ title: 'Number', maxLength: 100 }),
  },
  { 'x-type': 'OtherId', title: 'Other identifier' },
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

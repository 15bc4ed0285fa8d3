import { entity } from '../entity.ts'
import { Type, closed, id, line, oneOf, ref, text, type Static } from '../vocabulary.ts'
import { quantity, when } from '../values.ts'

/** Where and how a subject lay in the bed. */
export const Placement = closed(
  {
    subjectId: id({ title: 'Subject', 'x-ref': 'Subject' }),
    posture: Type.Optional(oneOf(['prone', 'supine', 'left', 'right'], { title: 'Posture', 'x-dicom': '(0018,5100)' })),
    entry: Type.Optional(oneOf(['head first', 'feet first'], { title: 'Entry', 'x-dicom': '(0018,5100)' })),
    position: Type.Optional(
      Type.Array(Type.Integer({ minimum: 1, maximum: 100 }), {
        minItems: 3,
        maxItems: 3,
        title: 'Column, row, depth',
        description: 'From the left, from the top, from the outside, each starting at 1, as the image shows them.',
        'x-term': 'viv:relativePosition',
        'x-dicom': '(0010,0028)',
      }),
    ),
    holder: Type.Optional(
      line({ title: 'Place in the bed', examples: ['upper left'], maxLength: 60, 'x-dicom': '(0010,0028)' }),
    ),
  },
  { 'x-type': 'Placement', title: 'Placement' },
)

/** One visit to a scanner (metadata model E8; DICOM Study; BIDS session). */
export const ImagingSession = entity(
  {
    name: 'ImagingSession',
    plural: 'sessions',
    title: 'Imaging session',
    description: 'One visit to a scanner: its time, instrument and what lay in the bed.',
    term: 'schema:Action',
    label: 'label',
    scope: 'project',
  },
  {
    studyId: ref('Study', { title: 'Study', 'x-level': 'record', 'x-term': 'schema:isPartOf' }),
    projectId: ref('Project', { title: 'Project', 'x-system': true, 'x-private': true }),
    label: line({
      title: 'Label',
      'x-level': 'record',
      'x-column': true,
      'x-sort': true,
      'x-search': 2,
      'x-term': 'schema:name',
      'x-dicom': '(0020,0010)',
      'x-bids': 'session_id',
      examples: ['Day 7'],
    }),
    start: Type.Optional(
      when({
        title: 'Start',
        'x-level': 'publish',
        'x-term': 'schema:startTime',
        'x-dicom': '(0008,0020)',
        'x-bids': 'acq_time',
      }),
    ),
    end: Type.Optional(when({ title: 'End', 'x-term': 'schema:endTime' })),
    instrumentId: Type.Optional(
      ref('Instrument', {
        title: 'Instrument',
        'x-profiles': { rembi: 'Image acquisition', prism: 'imaging', arrive: '9a', bidsPet: 'Manufacturer' },
        'x-level': 'publish',
        'x-term': 'schema:instrument',
        'x-dicom': '(0008,1090)',
        'x-bids': 'ManufacturersModelName',
      }),
    ),
    operatorId: Type.Optional(
      ref('Person', { title: 'Operator', 'x-private': true, 'x-term': 'schema:agent', 'x-dicom': '(0008,1070)' }),
    ),
    inVivo: Type.Optional(
      oneOf(['in vivo', 'post mortem', 'ex vivo', 'in vitro'], {
        title: 'State of the subject',
        'x-profiles': { rembi: 'Specimen', prism: 'imaging' },
        'x-level': 'publish',
        'x-facet': 'In vivo',
        'x-term': 'viv:inVivo',
        'x-bids': 'SampleEnvironment',
      }),
    ),
    placements: Type.Optional(
      Type.Array(Type.Unsafe<Static<typeof Placement>>(Placement), {
        maxItems: 32,
        title: 'Who lay where',
        'x-term': 'viv:placement',
        'x-dicom': '(0010,0027)',
      }),
    ),
    timepoint: Type.Optional(
      line({
        title: 'Time point',
        description: 'Name of one of the time points of the study.',
        maxLength: 60,
        'x-facet': 'Time point',
        'x-term': 'viv:timepoint',
        'x-dicom': '(0012,0050); (0012,0051)',
        'x-bids': 'timepoint',
      }),
    ),
    viewedFrom: Type.Optional(
      oneOf(['in front of the scanner', 'behind the scanner'], {
        title: 'Places seen from',
        'x-term': 'viv:viewedFrom',
      }),
    ),
    excluded: Type.Optional(Type.Boolean({ title: 'Excluded', 'x-term': 'viv:excluded' })),
    exclusionReason: Type.Optional(line({ title: 'Why it is excluded', 'x-term': 'viv:exclusionReason' })),
    ethicsApproval: Type.Optional(
      line({
        title: 'Ethics approval',
        description: 'Number of the approval, as in the project.',
        maxLength: 100,
        'x-term': 'viv:ethicsApproval',
        'x-dicom': '(0012,0082)',
      }),
    ),
    roomTemperature: Type.Optional(
      quantity(['Cel'], { title: 'Room temperature', 'x-term': 'viv:roomTemperature', 'x-dicom': 'C90380 NCIt' }),
    ),
    dicomStudyUid: Type.Optional(
      line({
        title: 'DICOM study UID',
        maxLength: 64,
        pattern: '^[0-9.]+$',
        'x-dicom': '(0020,000D)',
        'x-term': 'viv:dicomStudyUid',
      }),
    ),
    notes: Type.Optional(text({ title: 'Notes', 'x-private': true })),
  },
)
export type ImagingSession = Static<typeof ImagingSession.record>

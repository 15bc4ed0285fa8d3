import { entity } from '../entity.ts'
import { Type, closed, date, line, links, oneOf, ref, text, type Static } from '../vocabulary.ts'
import { quantity, terms } from '../values.ts'

export const groupRoles = ['control-negative', 'control-positive', 'sham', 'treatment', 'observational'] as const

const yesNoUnknown = (title: string) => Type.Optional(oneOf(['yes', 'no', 'unknown'], { title }))

const Randomisation = closed(
  {
    used: oneOf(['yes', 'no', 'unknown'], { title: 'Randomised' }),
    method: Type.Optional(line({ title: 'Method', examples: ['block randomisation by body weight'] })),
  },
  { 'x-type': 'Randomisation', title: 'Randomisation' },
)

const Blinding = closed(
  {
    allocation: yesNoUnknown('At allocation'),
    conduct: yesNoUnknown('During the experiment'),
    assessment: yesNoUnknown('At the assessment of outcomes'),
    analysis: yesNoUnknown('At the analysis'),
  },
  { 'x-type': 'Blinding', title: 'Blinding' },
)

const Outcome = closed(
  {
    name: line({ title: 'Measure', 'x-term': 'schema:name', examples: ['tumour SUVmax'] }),
    primary: Type.Boolean({ title: 'Primary', default: false, 'x-term': 'viv:primaryOutcome' }),
    unit: Type.Optional(line({ title: 'Unit', maxLength: 30, 'x-term': 'schema:unitText' })),
  },
  { 'x-type': 'Outcome', title: 'Outcome', 'x-term': 'schema:PropertyValue' },
)

const Timepoint = closed(
  {
    label: line({ title: 'Name', maxLength: 60, 'x-dicom': '(0012,0050); (0012,0051)', 'x-bids': 'session_id' }),
    offset: quantity(['d', 'h', 'wk', 'min'], { title: 'After day 0', 'x-dicom': '(0012,0052)' }),
    tolerance: Type.Optional(quantity(['d', 'h', 'wk', 'min'], { title: 'Give or take', minimum: 0 })),
  },
  { 'x-type': 'Timepoint', title: 'Time point' },
)

const StudyGroup = closed(
  {
    name: line({ title: 'Name', 'x-term': 'schema:name', 'x-bids': 'group', 'x-profiles': { arrive: '1a' } }),
    role: oneOf(groupRoles, { title: 'Role', 'x-term': 'viv:groupRole', 'x-profiles': { arrive: '1a' } }),
    description: Type.Optional(Type.String({ maxLength: 2000, title: 'Description', 'x-term': 'schema:description' })),
    plannedN: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 100000,
        title: 'Planned number',
        'x-term': 'viv:plannedN',
        'x-profiles': { arrive: '2a' },
      }),
    ),
  },
  { 'x-type': 'StudyGroup', title: 'Group' },
)

/** One experiment of a project with its design (metadata model 6.3). */
export const Study = entity(
  {
    name: 'Study',
    plural: 'studies',
    title: 'Study',
    description: 'One experiment of a project: its question, its groups, its subjects and imaging sessions.',
    term: 'schema:Dataset',
    label: 'title',
    scope: 'project',
  },
  {
    projectId: ref('Project', { title: 'Project', 'x-level': 'record', 'x-term': 'schema:isPartOf' }),
    title: line({
      title: 'Title',
      'x-level': 'record',
      'x-column': true,
      'x-term': 'schema:name',
      'x-search': 3,
      'x-sort': true,
      'x-dicom': '(0012,0021)',
      'x-bids': 'Name',
      examples: ['U87 xenografts, day 7 to 21'],
    }),
    localId: Type.Optional(
      line({ title: 'Short name', 'x-term': 'schema:alternateName', 'x-search': 2, 'x-dicom': '(0012,0020)' }),
    ),
    description: Type.Optional(
      text({
        title: 'Description',
        'x-profiles': { rembi: 'Study' },
        'x-level': 'publish',
        'x-term': 'schema:description',
        'x-search': 1,
      }),
    ),
    hypothesis: Type.Optional(
      text({ title: 'Hypothesis', 'x-search': 1, 'x-term': 'viv:hypothesis', 'x-profiles': { arrive: '13' } }),
    ),
    studyType: Type.Optional(
      oneOf(['exploratory', 'confirmatory', 'method', 'quality control'], {
        title: 'Kind of study',
        'x-facet': 'Kind of study',
        'x-term': 'schema:additionalType',
      }),
    ),
    disease: Type.Optional(
      terms('diseases', {
        title: 'Disease',
        'x-facet': 'Disease',
        'x-search': 2,
        'x-term': 'schema:about',
        'x-dicom': '(0008,1080)',
        'x-bids': 'pathology',
      }),
    ),
    organs: Type.Optional(
      terms('anatomy', {
        title: 'Organs',
        'x-facet': 'Organ',
        'x-search': 1,
        'x-term': 'viv:organ',
        'x-dicom': '(0018,0015)',
        'x-bids': 'BodyPart',
      }),
    ),
    groups: Type.Optional(
      Type.Array(Type.Unsafe<Static<typeof StudyGroup>>(StudyGroup), {
        maxItems: 50,
        title: 'Groups',
        'x-term': 'viv:group',
        'x-bids': 'group',
        'x-profiles': { arrive: '1a', prism: 'study' },
      }),
    ),
    noControlRationale: Type.Optional(text({ title: 'Why there is no control', 'x-term': 'viv:noControlRationale' })),
    experimentalUnit: Type.Optional(
      oneOf(['animal', 'litter', 'cage', 'region', 'other'], {
        title: 'Experimental unit',
        'x-term': 'viv:experimentalUnit',
        'x-profiles': { arrive: '1b' },
      }),
    ),
    sampleSizeJustification: Type.Optional(
      text({
        title: 'How the sample size was decided',
        'x-term': 'viv:sampleSizeJustification',
        'x-profiles': { arrive: '2b' },
      }),
    ),
    inclusionCriteria: Type.Optional(
      text({ title: 'Inclusion criteria', 'x-term': 'viv:inclusionCriteria', 'x-profiles': { arrive: '3a' } }),
    ),
    exclusionCriteria: Type.Optional(
      text({ title: 'Exclusion criteria', 'x-term': 'viv:exclusionCriteria', 'x-profiles': { arrive: '3a' } }),
    ),
    criteriaSetAPriori: Type.Optional(
      Type.Boolean({
        title: 'Criteria set before the experiment',
        'x-term': 'viv:criteriaSetAPriori',
        'x-profiles': { arrive: '3a' },
      }),
    ),
    randomisation: Type.Optional(
      Type.Unsafe<Static<typeof Randomisation>>({
        ...Randomisation,
        'x-term': 'viv:randomisation',
        'x-profiles': { arrive: '4a' },
      }),
    ),
    confounderControl: Type.Optional(
      text({
        title: 'How confounders were minimised',
        'x-term': 'viv:confounderControl',
        'x-profiles': { arrive: '4b' },
      }),
    ),
    blinding: Type.Optional(
      Type.Unsafe<Static<typeof Blinding>>({ ...Blinding, 'x-term': 'viv:blinding', 'x-profiles': { arrive: '5' } }),
    ),
    outcomes: Type.Optional(
      Type.Array(Type.Unsafe<Static<typeof Outcome>>(Outcome), {
        maxItems: 50,
        title: 'Outcome measures',
        'x-term': 'schema:variableMeasured',
        'x-profiles': { arrive: '6a' },
      }),
    ),
    statistics: Type.Optional(
      text({ title: 'Statistical methods', 'x-term': 'viv:statistics', 'x-profiles': { arrive: '7a' } }),
    ),
    dayZero: Type.Optional(
      oneOf(['modelInduction', 'agentAdministration', 'therapy', 'birth', 'start of the study'], {
        title: 'Day 0 is',
        'x-term': 'viv:dayZero',
        'x-dicom': '(0012,0053)',
      }),
    ),
    timepoints: Type.Optional(
      Type.Array(Type.Unsafe<Static<typeof Timepoint>>(Timepoint), {
        maxItems: 100,
        title: 'Time points',
        'x-term': 'viv:timepoint',
        'x-dicom': '(0012,0050); (0012,0051); (0012,0052)',
      }),
    ),
    humaneEndpoints: Type.Optional(
      text({ title: 'Humane endpoints', 'x-term': 'viv:humaneEndpoints', 'x-profiles': { arrive: '16' } }),
    ),
    monitoringFrequency: Type.Optional(
      line({
        title: 'How often animals are checked',
        'x-term': 'viv:monitoringFrequency',
        'x-profiles': { arrive: '16' },
      }),
    ),
    preregistration: Type.Optional(
      Type.String({
        format: 'uri',
        maxLength: 500,
        title: 'Registered at',
        'x-term': 'viv:preregistration',
        'x-profiles': { arrive: '19' },
      }),
    ),
    protocolDois: Type.Optional(
      Type.Array(
        Type.String({ pattern: '^10\\.\\d{4,9}/\\S+$', maxLength: 300, examples: ['10.17504/protocols.io.bqrzmv76'] }),
        { maxItems: 50, uniqueItems: true, title: 'Protocols (DOI)', 'x-term': 'bioschemas:usesLabProtocol' },
      ),
    ),
    ethicsApproval: Type.Optional(
      line({
        title: 'Ethics approval',
        description: 'Number of the approval that the experiment was done under, as in the project.',
        maxLength: 100,
        'x-term': 'viv:ethicsApproval',
        'x-dicom': '(0012,0082)',
        'x-profiles': { arrive: '14' },
      }),
    ),
    startDate: Type.Optional(date({ title: 'Start', 'x-term': 'schema:startDate' })),
    contactId: Type.Optional(ref('Person', { title: 'Contact', 'x-term': 'schema:contactPoint', 'x-bids': 'Authors' })),
    subjectIds: Type.Optional(links('Subject', 'study_subjects', { title: 'Subjects', 'x-term': 'schema:mentions' })),
  },
)
export type Study = Static<typeof Study.record>

import { entity } from '../entity.ts'
import { Type, closed, date, line, links, oneOf, ref, text, type Static } from '../vocabulary.ts'
import { terms } from '../values.ts'

const StudyGroup = closed(
  {
    name: line({ title: 'Name', 'x-bids': 'group' }),
    role: oneOf(['control-negative', 'control-positive', 'sham', 'treatment', 'observational'], { title: 'Role' }),
    description: Type.Optional(Type.String({ maxLength: 2000, title: 'Description' })),
    plannedN: Type.Optional(Type.Integer({ minimum: 1, maximum: 100000, title: 'Planned number' })),
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
      text({ title: 'Description', 'x-level': 'publish', 'x-term': 'schema:description', 'x-search': 1 }),
    ),
    hypothesis: Type.Optional(text({ title: 'Hypothesis', 'x-search': 1, 'x-term': 'viv:hypothesis' })),
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
      }),
    ),
    startDate: Type.Optional(date({ title: 'Start', 'x-term': 'schema:startDate' })),
    contactId: Type.Optional(ref('Person', { title: 'Contact', 'x-term': 'schema:contactPoint' })),
    subjectIds: Type.Optional(links('Subject', 'study_subjects', { title: 'Subjects', 'x-term': 'schema:mentions' })),
  },
)
export type Study = Static<typeof Study.record>

import { entity } from '../entity.ts'
import { Type, date, line, oneOf, ref, text, type Static } from '../vocabulary.ts'

/** A subject in a study: its group, its number there, and whether it was excluded (metadata model 6.3). */
export const Enrolment = entity(
  {
    name: 'Enrolment',
    plural: 'enrolments',
    title: 'Enrolment',
    description: 'A subject in a study: its group, its number there, and whether it was excluded.',
    term: 'viv:Enrolment',
    label: 'subjectNumber',
    scope: 'project',
  },
  {
    studyId: ref('Study', { title: 'Study', 'x-level': 'record', 'x-term': 'schema:isPartOf' }),
    projectId: ref('Project', { title: 'Project', 'x-system': true, 'x-private': true }),
    subjectId: ref('Subject', { title: 'Subject', 'x-level': 'record', 'x-term': 'schema:object' }),
    subjectNumber: Type.Optional(
      line({
        title: 'Number in the study',
        maxLength: 60,
        'x-column': true,
        'x-sort': true,
        'x-term': 'schema:identifier',
        'x-dicom': '(0012,0040)',
      }),
    ),
    group: Type.Optional(
      line({
        title: 'Group',
        description: 'Name of one of the groups of the study.',
        maxLength: 120,
        'x-column': true,
        'x-facet': 'Group',
        'x-term': 'viv:group',
        'x-bids': 'group',
        'x-profiles': { arrive: '1a', prism: 'study' },
      }),
    ),
    enrolledAt: Type.Optional(date({ title: 'Enrolled', 'x-term': 'schema:startDate' })),
    allocationConcealed: Type.Optional(
      oneOf(['yes', 'no', 'unknown'], {
        title: 'Allocation concealed',
        'x-term': 'viv:allocationConcealed',
        'x-profiles': { arrive: '4a' },
      }),
    ),
    excluded: Type.Optional(Type.Boolean({ title: 'Excluded', 'x-term': 'viv:excluded' })),
    exclusionReason: Type.Optional(line({ title: 'Why it is excluded', 'x-term': 'viv:exclusionReason' })),
    notes: Type.Optional(text({ title: 'Notes', 'x-private': true })),
  },
)
export type Enrolment = Static<typeof Enrolment.record>

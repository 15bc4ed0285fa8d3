import { entity } from '../entity.ts'
import { Type, line, oneOf, ref, type Static } from '../vocabulary.ts'

/** A person who did, leads or answers for work; shared catalogue (metadata model 6.9). */
export const Person = entity(
  {
    name: 'Person',
    plural: 'people',
    title: 'Person',
    description: 'Somebody who did the work, leads it or answers for it.',
    term: 'schema:Person',
    label: 'familyName',
    scope: 'catalogue',
  },
  {
    givenName: line({
      title: 'Given name',
      maxLength: 120,
      'x-level': 'record',
      'x-search': 2,
      'x-term': 'schema:givenName',
    }),
    familyName: line({
      title: 'Family name',
      maxLength: 120,
      'x-level': 'record',
      'x-column': true,
      'x-sort': true,
      'x-search': 3,
      'x-term': 'schema:familyName',
    }),
    orcid: Type.Optional(
      Type.String({
        pattern: '^\\d{4}-\\d{4}-\\d{4}-\\d{3}[\\dX]$',
        title: 'ORCID',
        'x-level': 'publish',
        'x-term': 'schema:identifier',
        'x-bids': 'Authors',
        examples: ['0000-0002-1825-0097'],
      }),
    ),
    roles: Type.Optional(
      Type.Array(
        oneOf([
          'Conceptualization',
          'Data curation',
          'Formal analysis',
          'Funding acquisition',
          'Investigation',
          'Methodology',
          'Project administration',
          'Resources',
          'Software',
          'Supervision',
          'Validation',
          'Visualization',
          'Writing',
        ]),
        { maxItems: 13, uniqueItems: true, title: 'Roles (CRediT)', 'x-term': 'schema:roleName' },
      ),
    ),
    email: Type.Optional(Type.String({ format: 'email', maxLength: 254, title: 'E-mail', 'x-private': true })),
    affiliationId: Type.Optional(ref('Organization', { title: 'Affiliation', 'x-term': 'schema:affiliation' })),
  },
)
export type Person = Static<typeof Person.record>

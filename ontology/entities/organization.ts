import { entity } from '../entity.ts'
import { Type, line, type Static } from '../vocabulary.ts'

/** An institution, laboratory or company; shared catalogue (metadata model 6.9). */
export const Organization = entity(
  {
    name: 'Organization',
    plural: 'organizations',
    title: 'Organization',
    description: 'An institution, laboratory or company.',
    term: 'schema:Organization',
    label: 'name',
    scope: 'catalogue',
  },
  {
    name: line({
      title: 'Name',
      'x-level': 'record',
      'x-column': true,
      'x-sort': true,
      'x-search': 3,
      'x-term': 'schema:name',
      'x-dicom': '(0008,0080)',
      'x-bids': 'InstitutionName',
    }),
    ror: Type.Optional(
      Type.String({
        pattern: '^https://ror\\.org/0[a-hj-km-np-tv-z0-9]{6}[0-9]{2}$',
        title: 'ROR',
        'x-term': 'schema:identifier',
      }),
    ),
    country: Type.Optional(
      Type.String({
        pattern: '^[A-Z]{2}$',
        title: 'Country (ISO 3166)',
        examples: ['DE'],
        'x-term': 'schema:addressCountry',
      }),
    ),
  },
)
export type Organization = Static<typeof Organization.record>

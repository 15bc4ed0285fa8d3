import { entity } from '../entity.ts'
import { Type, closed, date, line, oneOf, ref, text, type Static } from '../vocabulary.ts'
import { terms } from '../values.ts'

/** Licences offered for public datasets, SPDX identifiers. */
export const licences = ['CC0-1.0', 'CC-BY-4.0', 'CC-BY-SA-4.0', 'CC-BY-NC-4.0', 'PDDL-1.0', 'ODC-By-1.0'] as const

const Funding = closed(
  {
    funder: line({ title: 'Funder', 'x-term': 'schema:funder' }),
    grantNumber: Type.Optional(line({ title: 'Grant number', 'x-term': 'schema:identifier' })),
  },
  { 'x-type': 'Funding', title: 'Funding', 'x-term': 'schema:MonetaryGrant' },
)

const EthicsApproval = closed(
  {
    committee: line({ title: 'Committee', 'x-dicom': '(0012,0081)' }),
    approvalNumber: line({ title: 'Approval number', 'x-dicom': '(0012,0082)' }),
    validUntil: Type.Optional(date({ title: 'Valid until' })),
  },
  { 'x-type': 'EthicsApproval', title: 'Ethics approval', 'x-term': 'schema:Permit' },
)

/** A line of research with its people, money and permissions (metadata model 6.2). */
export const Project = entity(
  {
    name: 'Project',
    plural: 'projects',
    title: 'Project',
    description: 'A line of research: its people, funding, approvals and studies.',
    term: 'schema:ResearchProject',
    label: 'title',
    scope: 'project',
  },
  {
    title: line({
      title: 'Title',
      'x-level': 'record',
      'x-column': true,
      'x-term': 'schema:name',
      'x-search': 3,
      'x-sort': true,
      'x-dicom': '(0012,0010)',
      examples: ['FDG uptake in orthotopic glioma'],
    }),
    localId: Type.Optional(
      line({
        title: 'Short name',
        description: 'What the laboratory calls it.',
        'x-term': 'schema:alternateName',
        'x-search': 2,
        examples: ['GLI-24'],
      }),
    ),
    description: Type.Optional(
      text({ title: 'Description', 'x-level': 'publish', 'x-term': 'schema:description', 'x-search': 1 }),
    ),
    keywords: Type.Optional(
      terms('keywords', {
        title: 'Keywords',
        'x-level': 'publish',
        'x-term': 'schema:keywords',
        'x-facet': 'Keyword',
        'x-search': 2,
        'x-bids': 'Keywords',
      }),
    ),
    startDate: Type.Optional(date({ title: 'Start', 'x-term': 'schema:foundingDate' })),
    endDate: Type.Optional(date({ title: 'End', 'x-term': 'schema:dissolutionDate' })),
    principalInvestigatorId: Type.Optional(
      ref('Person', {
        title: 'Principal investigator',
        'x-level': 'publish',
        'x-term': 'schema:founder',
        'x-bids': 'Authors',
      }),
    ),
    organizationId: Type.Optional(
      ref('Organization', { title: 'Organization', 'x-term': 'schema:parentOrganization', 'x-dicom': '(0008,0080)' }),
    ),
    funding: Type.Optional(
      Type.Array(Type.Unsafe<Static<typeof Funding>>(Funding), {
        maxItems: 50,
        title: 'Funding',
        'x-term': 'schema:funding',
        'x-bids': 'Funding',
      }),
    ),
    ethics: Type.Optional(
      Type.Array(Type.Unsafe<Static<typeof EthicsApproval>>(EthicsApproval), {
        maxItems: 50,
        title: 'Ethics approvals',
        'x-term': 'viv:ethicsApproval',
        'x-bids': 'EthicsApprovals',
      }),
    ),
    licence: Type.Optional(
      oneOf(licences, {
        title: 'Licence',
        description: 'Under which its public datasets may be used (SPDX).',
        'x-level': 'publish',
        'x-term': 'schema:license',
        'x-facet': 'Licence',
        'x-bids': 'License',
      }),
    ),
  },
)
export type Project = Static<typeof Project.record>

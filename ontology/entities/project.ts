import { entity } from '../entity.ts'
import { Type, closed, date, line, oneOf, ref, text, type Static } from '../vocabulary.ts'
import { terms } from '../values.ts'

/** Licences offered for public datasets, SPDX identifiers. */
export const licences = ['CC0-1.0', 'CC-BY-4.0', 'CC-BY-SA-4.0', 'CC-BY-NC-4.0', 'PDDL-1.0', 'ODC-By-1.0'] as const

const Funding = closed(
  {
    funder: line({ title: 'Funder', 'x-term': 'schema:funder' }),
    funderId: Type.Optional(
      Type.String({
        format: 'uri',
        maxLength: 200,
        title: 'ROR or funder id',
        examples: ['https://ror.org/018mejw64'],
        'x-term': 'viv:funderId',
      }),
    ),
    grantNumber: Type.Optional(line({ title: 'Grant number', 'x-term': 'schema:identifier' })),
    title: Type.Optional(line({ title: 'Title of the grant', 'x-term': 'schema:name' })),
    url: Type.Optional(Type.String({ format: 'uri', maxLength: 500, title: 'Address', 'x-term': 'schema:url' })),
  },
  { 'x-type': 'Funding', title: 'Funding', 'x-term': 'schema:MonetaryGrant' },
)

const EthicsApproval = closed(
  {
    committee: line({ title: 'Committee', 'x-term': 'schema:issuedBy', 'x-dicom': '(0012,0081)' }),
    approvalNumber: line({
      title: 'Approval number',
      maxLength: 100,
      'x-term': 'schema:identifier',
      'x-dicom': '(0012,0082)',
      'x-bids': 'EthicsApprovals',
    }),
    title: Type.Optional(line({ title: 'Title', 'x-term': 'schema:name' })),
    jurisdiction: Type.Optional(line({ title: 'Jurisdiction', maxLength: 100, 'x-term': 'schema:validIn' })),
    validFrom: Type.Optional(date({ title: 'Valid from', 'x-term': 'schema:validFrom', 'x-dicom': '(0012,0086)' })),
    validUntil: Type.Optional(date({ title: 'Valid until', 'x-term': 'schema:validUntil', 'x-dicom': '(0012,0087)' })),
    severity: Type.Optional(
      oneOf(['non-recovery', 'mild', 'moderate', 'severe'], {
        title: 'Severity approved',
        'x-term': 'viv:procedureSeverity',
      }),
    ),
    species: Type.Optional(line({ title: 'Species approved', maxLength: 100, 'x-term': 'viv:speciesApproved' })),
    animalsApproved: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 1_000_000, title: 'Animals approved', 'x-term': 'viv:animalsApproved' }),
    ),
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
        'x-profiles': { arrive: '21' },
        'x-term': 'schema:funding',
        'x-bids': 'Funding',
      }),
    ),
    ethics: Type.Optional(
      Type.Array(Type.Unsafe<Static<typeof EthicsApproval>>(EthicsApproval), {
        maxItems: 50,
        title: 'Ethics approvals',
        'x-dicom': '(0012,0081); (0012,0082)',
        'x-profiles': { arrive: '14', prism: 'study' },
        'x-term': 'viv:ethicsApproval',
        'x-bids': 'EthicsApprovals',
      }),
    ),
    researchArea: Type.Optional(terms('keywords', { title: 'Research area', 'x-term': 'schema:about', 'x-search': 1 })),
    publications: Type.Optional(
      Type.Array(
        Type.String({ pattern: '^10\\.\\d{4,9}/\\S+$', maxLength: 300, examples: ['10.1371/journal.pbio.3000410'] }),
        {
          maxItems: 100,
          uniqueItems: true,
          title: 'Publications (DOI)',
          'x-term': 'schema:citation',
          'x-bids': 'ReferencesAndLinks',
        },
      ),
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

/** The laboratories of the demo facility, their people, scanners and projects. All of them are invented. */
import { coded } from './types.ts'
import type { PersonKey, ProjectKey } from './types.ts'

export const organizations = {
  northlake: { name: 'Northlake Institute for Biomedical Imaging', country: 'DE' },
  harbour: { name: 'Harbour Cancer Centre, Preclinical Imaging', country: 'NL' },
} as const
export type OrganizationKey = keyof typeof organizations

/** ORCIDs have valid check characters, but come from a block that is given to nobody. */
export const people: Record<
  PersonKey,
  { givenName: string; familyName: string; orcid?: string; organization: OrganizationKey }
> = {
  lindqvist: { givenName: 'Marta', familyName: 'Lindqvist', orcid: orcid(100010001), organization: 'northlake' },
  okafor: { givenName: 'Samuel', familyName: 'Okafor', orcid: orcid(100020004), organization: 'northlake' },
  watanabe: { givenName: 'Aiko', familyName: 'Watanabe', orcid: orcid(100030007), organization: 'northlake' },
  brandt: { givenName: 'Jonas', familyName: 'Brandt', organization: 'northlake' },
  rossi: { givenName: 'Elena', familyName: 'Rossi', orcid: orcid(100040000), organization: 'harbour' },
  ferreira: { givenName: 'Tomás', familyName: 'Ferreira', orcid: orcid(100050002), organization: 'harbour' },
  nair: { givenName: 'Priya', familyName: 'Nair', orcid: orcid(100060005), organization: 'harbour' },
  dubois: { givenName: 'Claire', familyName: 'Dubois', organization: 'harbour' },
}

/** The ORCID of a number, with its check character (ISO 7064 mod 11-2). */
function orcid(number: number): string {
  const digits = String(number).padStart(15, '0')
  let total = 0
  for (const digit of digits) total = (total + Number(digit)) * 2
  const check = (12 - (total % 11)) % 11
  return `${digits}${check === 10 ? 'X' : check}`.replaceAll(/(.{4})(?=.)/g, '$1-')
}

interface DemoInstrument {
  name: string
  manufacturer: string
  model: string
  modalities: string[]
  serialNumber?: string
  softwareVersion?: string
  location: string
  organization: OrganizationKey
}

export const instruments: DemoInstrument[] = [
  {
    name: 'Inveon PET/CT',
    manufacturer: 'Siemens',
    model: 'Inveon',
    modalities: ['PT', 'CT'],
    serialNumber: 'NL-2071',
    softwareVersion: 'IAW 2.0.2',
    location: 'Room B1.07',
    organization: 'northlake',
  },
  {
    name: 'BioSpec 7 T',
    manufacturer: 'Bruker',
    model: 'BioSpec 70/20',
    modalities: ['MR'],
    serialNumber: 'NL-0457',
    softwareVersion: 'ParaVision 6.0.1',
    location: 'Room B1.02',
    organization: 'northlake',
  },
  {
    name: 'Vevo ultrasound',
    manufacturer: 'VisualSonics',
    model: 'Vevo 3100',
    modalities: ['US'],
    softwareVersion: '3.2.7',
    location: 'Room B1.11',
    organization: 'northlake',
  },
  {
    name: 'IVIS',
    manufacturer: 'PerkinElmer',
    model: 'IVIS Spectrum',
    modalities: ['OI'],
    softwareVersion: 'Living Image 4.7.4',
    location: 'Room B1.12',
    organization: 'northlake',
  },
  {
    name: 'Culture microscope',
    manufacturer: 'Leica',
    model: 'DMi8',
    modalities: ['SM'],
    location: 'Cell laboratory 3',
    organization: 'northlake',
  },
  {
    name: 'nanoScan PET/CT',
    manufacturer: 'Mediso',
    model: 'nanoScan PET/CT',
    modalities: ['PT', 'CT'],
    serialNumber: 'HC-1180',
    softwareVersion: 'Nucline 3.04',
    location: 'Isotope wing, 0.14',
    organization: 'harbour',
  },
]

export const projects: Record<
  ProjectKey,
  { body: Record<string, unknown>; investigator: PersonKey; organization: OrganizationKey }
> = {
  GLX: {
    body: {
      title: 'Glucose metabolism and growth of human glioma xenografts',
      localId: 'GLX',
      description:
        'Follows U-87 MG tumours in mice from implantation to three weeks with FDG PET/CT, bioluminescence and microscopy of the cultures they come from, to learn how early glucose uptake tells growth.',
      keywords: ['glucose metabolism', 'tumour growth', 'xenograft', 'longitudinal study'].map((k) =>
        coded('keywords', k),
      ),
      startDate: '2024-01-08',
      funding: [{ funder: 'Northlake Research Fund', grantNumber: 'NRF-2023-114' }],
      ethics: [
        { committee: 'Animal Experiments Board Northlake', approvalNumber: 'AEB-23-0418', validUntil: '2026-12-31' },
      ],
      licence: 'CC-BY-4.0',
    },
    investigator: 'lindqvist',
    organization: 'northlake',
  },
  PSMA: {
    body: {
      title: 'PSMA-targeted imaging of prostate cancer',
      localId: 'PSMA',
      description:
        'Uptake and specificity of gallium-68 and fluorine-18 tracers in LNCaP xenografts, and how many animals one scan can hold without losing accuracy.',
      keywords: ['biodistribution', 'theranostics', 'reproducibility'].map((k) => coded('keywords', k)),
      startDate: '2024-05-02',
      funding: [{ funder: 'Harbour Cancer Foundation', grantNumber: 'HCF 2024/07' }],
      ethics: [{ committee: 'Central Authority for Animal Studies', approvalNumber: 'CAS-2024-0093' }],
      licence: 'CC-BY-4.0',
    },
    investigator: 'rossi',
    organization: 'harbour',
  },
  PHENO: {
    body: {
      title: 'Phenotyping service and quality control',
      localId: 'PHENO',
      description:
        'Scans that the core facility makes for its users: hearts, ageing mice, kidneys, and the phantoms that prove the scanners.',
      keywords: ['cardiac function', 'ageing', 'quality control'].map((k) => coded('keywords', k)),
      startDate: '2024-02-01',
      licence: 'CC0-1.0',
    },
    investigator: 'watanabe',
    organization: 'northlake',
  },
}

/** Accounts of the demo facility and their roles in its projects. */
export const accounts = [
  { email: 'admin@demo.test', name: 'Ada Administrator', siteRole: 'admin', roles: {} },
  { email: 'curator@demo.test', name: 'Cora Curator', siteRole: 'curator', roles: {} },
  {
    email: 'editor@demo.test',
    name: 'Samuel Okafor',
    siteRole: 'user',
    roles: { GLX: 'owner', PHENO: 'owner', PSMA: 'editor' },
  },
  { email: 'viewer@demo.test', name: 'Vera Viewer', siteRole: 'user', roles: { GLX: 'viewer' } },
  { email: 'stranger@demo.test', name: 'Stan Stranger', siteRole: 'user', roles: {} },
] as const satisfies readonly {
  email: string
  name: string
  siteRole: 'admin' | 'curator' | 'user'
  roles: Partial<Record<ProjectKey, 'owner' | 'editor' | 'viewer'>>
}[]

import { entity } from '../entity.ts'
import { Coding } from '../values.ts'
import { Type, line, oneOf, text, type Static } from '../vocabulary.ts'

/** Something that is given to subjects; shared catalogue (metadata model 6.8). */
export const Agent = entity(
  {
    name: 'Agent',
    plural: 'agents',
    title: 'Agent',
    description: 'A contrast agent, tracer, substrate, drug, anaesthetic or vehicle.',
    term: 'schema:ChemicalSubstance',
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
      'x-facet': 'Agent',
      'x-dicom': '(0018,0031)',
      'x-bids': 'TracerName',
      examples: ['[18F]FDG'],
    }),
    synonyms: Type.Optional(
      Type.Array(line(), { maxItems: 50, title: 'Also called', 'x-search': 3, 'x-term': 'schema:alternateName' }),
    ),
    category: oneOf(
      [
        'contrast',
        'radiotracer',
        'optical substrate',
        'dye',
        'microbubble',
        'nanoparticle',
        'drug',
        'anaesthetic',
        'antibody',
        'vehicle',
        'gas',
      ],
      {
        title: 'Kind',
        'x-level': 'record',
        'x-column': true,
        'x-facet': 'Kind of agent',
        'x-term': 'schema:additionalType',
      },
    ),
    codings: Type.Optional(
      Type.Array(Type.Unsafe<Static<typeof Coding>>(Coding), {
        maxItems: 20,
        title: 'Codes',
        'x-term': 'schema:sameAs',
      }),
    ),
    radionuclide: Type.Optional(
      oneOf(
        [
          'F-18',
          'C-11',
          'N-13',
          'O-15',
          'Ga-68',
          'Cu-64',
          'Zr-89',
          'Tc-99m',
          'In-111',
          'I-123',
          'I-124',
          'I-125',
          'I-131',
          'Lu-177',
        ],
        {
          title: 'Radionuclide',
          'x-facet': 'Radionuclide',
          'x-term': 'viv:radionuclide',
          'x-dicom': '(0054,0300)',
          'x-bids': 'TracerRadionuclide',
        },
      ),
    ),
    halfLifeSeconds: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        title: 'Half-life (s)',
        'x-dicom': '(0018,1075)',
        'x-term': 'viv:halfLifeSeconds',
      }),
    ),
    molarMassGramPerMole: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        title: 'Molar mass (g/mol)',
        'x-bids': 'TracerMolecularWeight',
        'x-term': 'viv:molarMass',
      }),
    ),
    manufacturer: Type.Optional(line({ title: 'Manufacturer', 'x-term': 'schema:manufacturer' })),
    description: Type.Optional(text({ title: 'Description', 'x-term': 'schema:description' })),
  },
)
export type Agent = Static<typeof Agent.record>

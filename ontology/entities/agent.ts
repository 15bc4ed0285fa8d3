import radionuclides from '../terms/radionuclides.json' with { type: 'json' }
import { entity } from '../entity.ts'
import { Coding, quantity } from '../values.ts'
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
        radionuclides.terms.map(({ label }) => label),
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
    positronFraction: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 1,
        title: 'Positron fraction',
        'x-dicom': '(0018,1076)',
        'x-term': 'viv:positronFraction',
      }),
    ),
    manufacturer: Type.Optional(line({ title: 'Manufacturer', 'x-term': 'schema:manufacturer' })),
    productNumber: Type.Optional(
      line({ title: 'Product number', maxLength: 100, 'x-term': 'schema:sku', 'x-dicom': '113510 DCM' }),
    ),
    inHouse: Type.Optional(
      Type.Boolean({ title: 'Made in house', description: 'It needs no outside code then.', 'x-term': 'viv:inHouse' }),
    ),
    target: Type.Optional(
      line({ title: 'Target', 'x-search': 1, 'x-term': 'viv:target', examples: ['PSMA (UniProt Q04609)'] }),
    ),
    ingredient: Type.Optional(
      oneOf(['gadolinium', 'iodine', 'iron', 'barium', 'xenon', 'manganese', 'none'], {
        title: 'Active ingredient',
        'x-term': 'viv:activeIngredient',
        'x-dicom': '(0018,1048)',
        'x-bids': 'ContrastBolusIngredient',
      }),
    ),
    concentrationSupplied: Type.Optional(
      quantity(['mg/mL', 'mmol/L', 'mol/L', 'ug/mL'], {
        title: 'Concentration as supplied',
        exclusiveMinimum: 0,
        'x-term': 'viv:concentrationSupplied',
      }),
    ),
    t1Relaxivity: Type.Optional(
      quantity(['L/mmol/s'], {
        title: 'T1 relaxivity',
        exclusiveMinimum: 0,
        'x-term': 'viv:t1Relaxivity',
        'x-dicom': '(0018,0013)',
      }),
    ),
    t2Relaxivity: Type.Optional(
      quantity(['L/mmol/s'], { title: 'T2 relaxivity', exclusiveMinimum: 0, 'x-term': 'viv:t2Relaxivity' }),
    ),
    relaxivityField: Type.Optional(
      quantity(['T'], { title: 'Relaxivities measured at', exclusiveMinimum: 0, 'x-term': 'viv:relaxivityField' }),
    ),
    excitation: Type.Optional(
      quantity(['nm'], { title: 'Excitation', exclusiveMinimum: 0, 'x-term': 'viv:excitationWavelength' }),
    ),
    emission: Type.Optional(
      quantity(['nm'], { title: 'Emission', exclusiveMinimum: 0, 'x-term': 'viv:emissionWavelength' }),
    ),
    description: Type.Optional(text({ title: 'Description', 'x-term': 'schema:description' })),
  },
)
export type Agent = Static<typeof Agent.record>

import { entity } from '../entity.ts'
import { vocabularies } from '../terms.ts'
import { Coding } from '../values.ts'
import { Type, line, oneOf, type Static } from '../vocabulary.ts'

/** A term that a curator has added to one of the lists; offered and found like those that ship (ontology/terms). */
export const Concept = entity(
  {
    name: 'Concept',
    plural: 'concepts',
    title: 'Term',
    description: 'A term that a curator has added to one of the term lists.',
    term: 'schema:DefinedTerm',
    label: 'label',
    scope: 'catalogue',
  },
  {
    vocabulary: oneOf(
      [...vocabularies.keys()].filter((name) => name !== 'units' && name !== 'radionuclides'),
      {
        title: 'List',
        'x-level': 'record',
        'x-column': true,
        'x-sort': true,
        'x-term': 'schema:inDefinedTermSet',
      },
    ),
    label: line({
      title: 'Term',
      maxLength: 200,
      'x-level': 'record',
      'x-column': true,
      'x-sort': true,
      'x-term': 'schema:name',
      examples: ['B6;129-Tg(Example)1Lab/J'],
    }),
    synonyms: Type.Optional(
      Type.Array(line({ maxLength: 200 }), { maxItems: 50, title: 'Also called', 'x-term': 'schema:alternateName' }),
    ),
    codings: Type.Optional(
      Type.Array(Type.Unsafe<Static<typeof Coding>>(Coding), {
        maxItems: 10,
        title: 'Codes',
        'x-term': 'schema:termCode',
      }),
    ),
    species: Type.Optional(
      line({ title: 'Species', description: 'Of a strain or cell line.', 'x-term': 'viv:species' }),
    ),
    warning: Type.Optional(
      line({
        title: 'Warning',
        description: 'What a person who chooses it should be told.',
        'x-term': 'schema:abstract',
      }),
    ),
  },
)
export type Concept = Static<typeof Concept.record>

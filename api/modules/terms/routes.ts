/** The term lists, for the inputs of coded fields. */
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { notFound } from '#api/errors.ts'
import { recordModel } from '#api/db/recordModels.ts'
import type { Concept } from '#ontology/entities/concept.ts'
import { findTerms, vocabularies, type Term } from '#ontology/terms.ts'
import { CodedTerm } from '#ontology/values.ts'
import { closed } from '#ontology/vocabulary.ts'

const SuggestedTerm = closed({
  ...CodedTerm.properties,
  synonyms: Type.Optional(Type.Array(Type.String())),
  species: Type.Optional(Type.String({ description: 'Species of a strain or cell line.' })),
  disease: Type.Optional(Type.String({ description: 'Disease that a cell line stands for.' })),
  warning: Type.Optional(Type.String({ description: 'What a person who chooses it should be told.' })),
  bodyMassGrams: Type.Optional(
    Type.Array(Type.Number(), { minItems: 2, maxItems: 2, description: 'Lightest and heaviest plausible animal.' }),
  ),
})

/** What the answer has fields for; lists may know more of their terms. */
const shown = (term: Term): Term => {
  const known = new Set(Object.keys(SuggestedTerm.properties))
  return Object.fromEntries(
    Object.entries(term).filter(([key, value]) => known.has(key) && value !== undefined),
  ) as never
}

/** Terms that curators have added to a list. They are few; the ranking is that of the list. */
async function added(vocabulary: string): Promise<Term[]> {
  const rows = await recordModel({ name: 'Concept' }).findAll({ where: { vocabulary, deletedAt: null } as never })
  return rows.map((row) => {
    const { synonyms, codings, species, warning } = row.body as unknown as Concept
    return {
      label: row.get('label' as never) as string,
      ...(synonyms && { synonyms }),
      ...(codings && { codings }),
      ...(species && { species }),
      ...(warning && { warning }),
    }
  })
}

export async function termRoutes(app: FastifyInstance): Promise<void> {
  app.get<{ Params: { vocabulary: string }; Querystring: { q: string; limit: number } }>(
    '/api/v1/terms/:vocabulary',
    {
      config: { access: 'public' },
      schema: {
        tags: ['Terms'],
        summary: 'Terms of a vocabulary',
        description:
          'By label, synonym or part of one, the most likely first. Other terms than these may be entered too.',
        params: closed({ vocabulary: Type.String({ maxLength: 60, examples: [...vocabularies.keys()] }) }),
        querystring: closed({
          q: Type.Optional(Type.String({ maxLength: 200, default: '', examples: ['black 6'] })),
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20 })),
        }),
        response: {
          200: closed({
            title: Type.String(),
            version: Type.String(),
            source: Type.String(),
            licence: Type.String(),
            items: Type.Array(SuggestedTerm),
          }),
        },
      },
    },
    async (request) => {
      const { vocabulary } = request.params
      const list = vocabularies.get(vocabulary)
      if (!list) throw notFound(`vocabulary “${vocabulary}”`)
      const { title, version, source, licence } = list
      const items = findTerms(vocabulary, request.query.q, request.query.limit, await added(vocabulary))
      return { title, version, source, licence, items: items.map(shown) }
    },
  )
}

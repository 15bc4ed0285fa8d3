/** The term lists, for the inputs of coded fields. */
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { notFound } from '#api/errors.ts'
import { findTerms, vocabularies } from '#ontology/terms.ts'
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
      return { title, version, source, licence, items: findTerms(vocabulary, request.query.q, request.query.limit) }
    },
  )
}

/** Search over the registry and over what the caller may see. */
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { Context } from '#api/context.ts'
import { callerOf } from '#api/plugins/signIn.ts'
import { closed, id, oneOf } from '#ontology/vocabulary.ts'
import { datasetStates } from '#ontology/entities/dataset.ts'
import { ranges } from '#search/ranges.ts'
import { search, searchFacet, type Asked } from './service.ts'

/** Orders; those of numbers put what has none last. */
const sorts = [
  'relevance',
  ...['date', 'label', 'byteCount', ...ranges.map(({ name }) => name)].flatMap((name) => [name, `-${name}`]),
]
const types = ['series', 'dataset', 'study', 'subject', 'project'] as const
const facetPrefix = 'facet.'
const rangePrefix = 'range.'
/** `5..10`, `5..` or `..10` */
const rangePattern = '^(-?\\d{1,15}(\\.\\d{1,15})?)?\\.\\.(-?\\d{1,15}(\\.\\d{1,15})?)?$'

/** Beginning of a date: as far as it is known. */
const day = (description: string) =>
  Type.Optional(Type.String({ pattern: '^\\d{4}(-\\d{2}(-\\d{2})?)?$', description, examples: ['2025-01-01'] }))

export const conditions = {
  q: Type.Optional(
    Type.String({
      maxLength: 1000,
      description:
        'Words, "a phrase", -without, field:value (species:mouse, cell-line:u87), ranges (date:2024..2025). Never an error.',
      examples: ['FDG glioma species:mouse'],
    }),
  ),
  scope: Type.Optional(
    oneOf(['public', 'mine'], {
      default: 'public',
      description: 'The public registry, or all that the caller may see.',
    }),
  ),
  type: Type.Optional(Type.Array(oneOf(types), { description: 'Kinds of things; may be repeated.' })),
  from: day('Not before this day.'),
  to: day('Not after this day.'),
}

/** `facet.<Name>=value` and `range.<Name>=min..max` parameters beside the known ones. */
export const withFacets = (properties: Parameters<typeof closed>[0]) => ({
  ...closed(properties),
  patternProperties: {
    '^facet\\..{1,100}$': { type: 'array', maxItems: 50, items: { type: 'string', maxLength: 300 } },
    '^range\\..{1,100}$': { type: 'string', pattern: rangePattern },
  },
})

export type SearchAddress = Omit<Asked, 'facets' | 'ranges'> & Record<string, unknown>

/** What is asked for by the parameters of an address. */
export function askedOf(query: SearchAddress): Asked {
  const facets = Object.create(null) as Asked['facets']
  const asked = Object.create(null) as Asked['ranges']
  const rest: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(query)) {
    if (name.startsWith(facetPrefix)) facets[name.slice(facetPrefix.length)] = value as string[]
    else if (name.startsWith(rangePrefix)) asked[name.slice(rangePrefix.length)] = boundsOf(value as string)
    else rest[name] = value
  }
  return { ...(rest as unknown as Asked), facets, ranges: asked }
}

function boundsOf(text: string): { min?: number; max?: number } {
  const [min = '', max = ''] = text.split(/(?<!^)\.\.|^\.\./)
  return { ...(min !== '' && { min: Number(min) }), ...(max !== '' && { max: Number(max) }) }
}

const FacetValue = closed({ value: Type.String(), count: Type.Integer() })
const Segments = Type.Array(closed({ text: Type.String(), hit: Type.Boolean() }), {
  description: 'The text in pieces of plain text; `hit` marks what was searched.',
})

const SearchPage = closed({
  items: Type.Array(
    closed({
      type: oneOf(types),
      id: id(),
      url: Type.String({ description: 'Page of the portal.' }),
      title: Type.String(),
      subtitle: Type.String(),
      description: Type.String(),
      highlights: Type.Array(closed({ field: oneOf(['title', 'subtitle', 'description']), segments: Segments })),
      modalities: Type.Array(Type.String(), { description: 'DICOM modality codes.' }),
      date: Type.Union([Type.String(), Type.Null()]),
      thumbnail: Type.Union([Type.String(), Type.Null()]),
      animation: Type.Union([Type.String(), Type.Null()], { description: 'Null: the picture is a single one.' }),
      datasetId: Type.Optional(id()),
      projectId: Type.Optional(id()),
      state: oneOf(datasetStates, { description: 'State in the registry.' }),
    }),
  ),
  facets: Type.Array(
    closed({
      name: Type.String(),
      values: Type.Array(FacetValue),
      size: Type.Integer({ description: 'Number of all values, also of those that are not listed.' }),
    }),
  ),
  ranges: Type.Array(closed({ name: Type.String(), title: Type.String(), unit: Type.String() }), {
    description: 'Numbers that image series can be narrowed by.',
  }),
  total: Type.Integer(),
  next: Type.Union([Type.String(), Type.Null()], { description: 'Cursor of the next page; null on the last one.' }),
  suggestion: Type.Union([Type.String(), Type.Null()], {
    description: 'The query with words that exist, when the typed ones found nothing; the hits are those of it.',
  }),
})

export async function searchRoutes(app: FastifyInstance, ctx: Context): Promise<void> {
  const config = { access: 'public' as const }
  const tags = ['Search']
  const facetsAbout =
    'Narrowed by facets with `facet.<Name>=value`, which may be repeated: values of one facet are alternatives, facets add up; by numbers with `range.<Name>=min..max`, one bound may be left out. The answer lists the names.'
  app.get<{ Querystring: SearchAddress }>(
    '/api/v1/search',
    {
      config,
      schema: {
        tags,
        summary: 'Search',
        description: facetsAbout,
        querystring: withFacets({
          ...conditions,
          sort: Type.Optional(oneOf(sorts)),
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 25 })),
          cursor: Type.Optional(Type.String({ maxLength: 2000 })),
        }),
        response: { 200: SearchPage },
      },
    },
    async (request) => search(ctx, callerOf(request), askedOf(request.query)),
  )
  app.get<{ Querystring: SearchAddress & { start: string }; Params: { facet: string } }>(
    '/api/v1/search/facets/:facet',
    {
      config,
      schema: {
        tags,
        summary: 'Values of one facet',
        description: `For facets with many values. ${facetsAbout}`,
        params: closed({ facet: Type.String({ maxLength: 100 }) }),
        querystring: withFacets({
          ...conditions,
          start: Type.Optional(
            Type.String({ maxLength: 200, default: '', description: 'Beginning of a word of the value.' }),
          ),
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
        }),
        response: { 200: closed({ items: Type.Array(FacetValue) }) },
      },
    },
    async (request) => {
      const { start, ...query } = request.query
      const asked = askedOf(query)
      return { items: await searchFacet(ctx, callerOf(request), asked, request.params.facet, start) }
    },
  )
}

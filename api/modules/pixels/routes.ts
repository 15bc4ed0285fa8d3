/** Pixels over HTTP: the header of a series, its planes one by one or in chunks, its thumbnail, its header entries. */
import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { closed, id as idSchema } from '#ontology/vocabulary.ts'
import type { Context } from '#api/context.ts'
import { callerOf } from '#api/plugins/signIn.ts'
import { sendBytes } from '#api/modules/content/sendBytes.ts'
import { isKnown } from '#api/modules/content/range.ts'
import { idParams } from '#api/records/routes.ts'
import { box, chunk, coarse, pixelHeader, plane, tags, thumbnail } from './service.ts'
import type { BoxQuery } from './box.ts'
import type { PlaneAddress } from './service.ts'
import { openShelf } from './shelf.ts'

const series = '/api/v1/series/:id'

const boxParams = closed({
  id: idSchema(),
  revision: Type.String({ pattern: '^[0-9a-f]{16}$', description: '`revision` of the header.' }),
})
const planeParams = closed({
  ...boxParams.properties,
  number: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
})

const interval = (axis: string) =>
  Type.Optional(
    Type.String({
      pattern: '^[0-9]{1,9}:[0-9]{1,9}$',
      description: `Voxels along ${axis}, FROM:TO from 0 without the last; absent: all.`,
      examples: ['40:41'],
    }),
  )
const whole = (what: string) => Type.Optional(Type.Integer({ minimum: 0, maximum: 1e9, default: 0, description: what }))

const boxQuery = closed({
  x: interval('x'),
  y: interval('y'),
  z: interval('z'),
  t: whole('Time point.'),
  c: whole('Channel.'),
})

const PixelHeader = Type.Object(
  {
    seriesId: Type.String(),
    label: Type.String(),
    displayName: Type.String({ description: 'Subjects, session and series in one line.' }),
    revision: Type.String({ description: 'Names this state of the pixels; part of the address of planes and chunks.' }),
    planeBytes: Type.Integer(),
    planeCount: Type.Integer(),
    chunk: Type.Object({
      planes: Type.Integer({ description: 'Planes in each chunk; the last one may have fewer.' }),
      count: Type.Integer(),
    }),
    coarse: Type.Union(
      [
        closed({
          shape: Type.Record(Type.String(), Type.Integer()),
          factor: closed({ x: Type.Integer(), y: Type.Integer(), z: Type.Integer() }),
          bytes: Type.Integer({ description: 'Of one time point of one channel.' }),
        }),
        Type.Null(),
      ],
      {
        description:
          'The reduced image: each voxel is the mean of a block of `factor` voxels. Null: the image is small.',
      },
    ),
    range: Type.Object(
      { min: Type.Number(), max: Type.Number(), low: Type.Number(), high: Type.Number() },
      { description: 'Range of the values after slope and intercept; low and high are the 1st and 99th percentile.' },
    ),
  },
  {
    additionalProperties: true,
    description:
      'The image: shape, sampleType, samplesPerPixel, spacing, origin and direction (LPS, mm), slope and intercept, unit, frames, channels, window, warnings. Plane index = (channel * times + time) * slices + slice; planes are little-endian.',
  },
)

const Tags = closed({
  items: Type.Array(
    closed({
      file: Type.Union([Type.String(), Type.Null()]),
      key: Type.String(),
      name: Type.String(),
      value: Type.String(),
    }),
  ),
})

const octets = { content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } } }
const picture = { content: { 'image/png': { schema: { type: 'string', format: 'binary' } } } }

interface ById {
  Params: { id: string }
}
interface ByNumber {
  Params: PlaneAddress
}

const about = (summary: string, more: Record<string, unknown>) => ({ tags: ['Pixels'], summary, ...more })

export async function pixelRoutes(app: FastifyInstance, ctx: Context): Promise<void> {
  const shelf = openShelf(ctx)
  app.addHook('onClose', () => shelf.close())
  // What may be seen is decided per series: what is published is open to everybody.
  const route = { config: { access: 'public' as const, burst: true as const }, compress: false as const }

  app.get<ById>(
    `${series}/header`,
    { ...route, schema: about('Header of the image', { params: idParams, response: { 200: PixelHeader } }) },
    async (request, reply) => {
      const { document, access } = await pixelHeader(shelf, callerOf(request), request.params.id)
      const json = JSON.stringify(document)
      return sendJson(request, reply, json, `"${document.revision}-${digest(json)}"`, access)
    },
  )
  app.get<ByNumber>(
    `${series}/r/:revision/chunks/:number`,
    { ...route, schema: about('Planes of one chunk', { params: planeParams, response: { 200: octets, 206: octets } }) },
    async (request, reply) => sendBytes(request, reply, await chunk(shelf, callerOf(request), request.params)),
  )
  app.get<ByNumber>(
    `${series}/r/:revision/planes/:number`,
    { ...route, schema: about('One plane', { params: planeParams, response: { 200: octets, 206: octets } }) },
    async (request, reply) => sendBytes(request, reply, await plane(shelf, callerOf(request), request.params)),
  )
  app.get<ByNumber>(
    `${series}/r/:revision/coarse/:number`,
    {
      ...route,
      schema: about('One time point of the reduced image, for a first look', {
        description: 'Number = channel * times + time.',
        params: planeParams,
        response: { 200: octets, 206: octets },
      }),
    },
    async (request, reply) => sendBytes(request, reply, await coarse(shelf, callerOf(request), request.params)),
  )
  app.get<ByNumber & { Querystring: BoxQuery }>(
    `${series}/r/:revision/box`,
    {
      ...route,
      schema: about('A box of voxels, or a slab along any axis, of one time point', {
        description:
          'Little-endian samples, x fastest, then y, then z. A slab is a box that is bounded along one axis only.',
        params: boxParams,
        querystring: boxQuery,
        response: { 200: octets, 206: octets },
      }),
    },
    async (request, reply) =>
      sendBytes(request, reply, await box(shelf, callerOf(request), request.params, request.query)),
  )
  app.get<ById>(
    `${series}/thumbnail`,
    {
      ...route,
      schema: about('Preview, 256 pixels on its longer side', {
        params: idParams,
        querystring: closed({ size: Type.Optional(Type.Integer({ enum: [256], default: 256 })) }),
        response: { 200: picture, 206: picture },
      }),
    },
    async (request, reply) =>
      sendBytes(request, reply, await thumbnail(ctx, shelf, callerOf(request), request.params.id)),
  )
  app.get<ById>(
    `${series}/tags`,
    {
      ...route,
      schema: about('Header of the files in their own words', { params: idParams, response: { 200: Tags } }),
    },
    async (request, reply) => {
      const { json, etag, access } = await tags(ctx, shelf, callerOf(request), request.params.id)
      return sendJson(request, reply, json, etag, access)
    },
  )
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16)

/** Sends text that is JSON already; it may change, so caches ask again each time. */
function sendJson(request: FastifyRequest, reply: FastifyReply, json: string, etag: string, access: string) {
  reply.header('etag', etag).header('cache-control', `${access}, no-cache`)
  if (isKnown(request.headers['if-none-match'], etag)) return reply.code(304).send()
  return reply.type('application/json; charset=utf-8').serializer(String).send(json)
}

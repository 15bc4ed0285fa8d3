/** Pixels over HTTP: the header of a series, its planes one by one or in chunks, its thumbnail, its header entries, what is measured in it. */
import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { closed } from '#ontology/vocabulary.ts'
import type { Context } from '#api/context.ts'
import { callerOf } from '#api/plugins/signIn.ts'
import { bodyless, sendBytes } from '#api/modules/content/sendBytes.ts'
import { isKnown } from '#api/modules/content/range.ts'
import { sendZstd } from '#api/modules/content/zstdCoding.ts'
import { idParams } from '#api/records/routes.ts'
import { animation } from './animation.ts'
import { box, chunk, coarse, levelBox, pixelHeader, plane, tags, thumbnail } from './service.ts'
import type { BoxQuery } from './box.ts'
import { planeExpress } from './express.ts'
import type { BodySearch } from '#imaging/measure/bodies.ts'
import { bodies, curve, projection, statistics } from './measures.ts'
import type { Measure, ProjectionQuery, RegionQuery, StatisticsQuery } from './measures.ts'
import {
  bodiesQuery,
  boxParams,
  boxQuery,
  chunkQuery,
  curveQuery,
  FoundBodies,
  PixelHeader,
  planeParams,
  projectionQuery,
  RegionCurve,
  RegionStatistics,
  statisticsQuery,
  Tags,
} from './schemas.ts'
import type { PlaneAddress } from './service.ts'

const series = '/api/v1/series/:id'

const octets = { content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } } }
const picture = { content: { 'image/png': { schema: { type: 'string', format: 'binary' } } } }

const moving = { content: { 'image/apng': { schema: { type: 'string', format: 'binary' } } } }

const measured =
  'Values have the slope and intercept of their plane applied; channels are not weighed, so ask for one where they differ in meaning. Grey images only.'

interface ById {
  Params: { id: string }
}
interface ByNumber {
  Params: PlaneAddress
}

const about = (summary: string, more: Record<string, unknown>) => ({ tags: ['Pixels'], summary, ...more })

export async function pixelRoutes(app: FastifyInstance, ctx: Context): Promise<void> {
  const { shelf } = ctx
  const express = planeExpress(ctx, shelf)
  ctx.shortcuts.add(express.shortcut)
  app.addHook('preClose', async () => void ctx.shortcuts.delete(express.shortcut))
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
  app.get<ByNumber & { Querystring: { coding?: 'zstd' } }>(
    `${series}/r/:revision/chunks/:number`,
    {
      ...route,
      schema: about('Planes of one chunk', {
        params: planeParams,
        querystring: chunkQuery,
        response: { 200: octets, 206: octets },
      }),
    },
    async (request, reply) => {
      const send = request.query.coding === 'zstd' ? sendZstd : sendBytes
      return send(request, reply, await chunk(shelf, callerOf(request), request.params))
    },
  )
  app.get<ByNumber>(
    `${series}/r/:revision/planes/:number`,
    { ...route, schema: about('One plane', { params: planeParams, response: { 200: octets, 206: octets } }) },
    async (request, reply) => {
      const what = await plane(shelf, callerOf(request), request.params)
      await express.admit(request, reply, what)
      return sendBytes(request, reply, what)
    },
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
  app.get<ByNumber & { Querystring: BoxQuery }>(
    `${series}/r/:revision/levels/:number/box`,
    {
      ...route,
      schema: about('A box of voxels of a reduced level: a tile of a large plane', {
        description:
          'Number from 1, as in `levels` of the header; x and y count voxels of the level. Otherwise as the box.',
        params: planeParams,
        querystring: boxQuery,
        response: { 200: octets, 206: octets },
      }),
    },
    async (request, reply) =>
      sendBytes(request, reply, await levelBox(shelf, callerOf(request), request.params, request.query)),
  )
  // Measuring takes longer than asking who asks.
  const measuring = { config: { access: 'public' as const }, compress: false as const }
  app.get<ByNumber & { Querystring: StatisticsQuery }>(
    `${series}/r/:revision/statistics`,
    {
      ...measuring,
      schema: about('Statistics and histogram of a box of voxels', {
        description: `Of all values in the box, over its time points and channels. ${measured}`,
        params: boxParams,
        querystring: statisticsQuery,
        response: { 200: RegionStatistics },
      }),
    },
    async (request, reply) =>
      sendFigures(request, reply, await statistics(ctx, callerOf(request), request.params, request.query)),
  )
  app.get<ByNumber & { Querystring: RegionQuery }>(
    `${series}/r/:revision/curve`,
    {
      ...measuring,
      schema: about('Statistics of a box of voxels at each time point (time-activity curve)', {
        description: `Values are not corrected for decay, nor is a correction undone. ${measured}`,
        params: boxParams,
        querystring: curveQuery,
        response: { 200: RegionCurve },
      }),
    },
    async (request, reply) =>
      sendFigures(request, reply, await curve(ctx, callerOf(request), request.params, request.query)),
  )
  app.get<ByNumber & { Querystring: ProjectionQuery }>(
    `${series}/r/:revision/projection`,
    {
      ...measuring,
      schema: about('A box of voxels seen along one axis (MIP, MinIP, mean), at each time point', {
        description: `32-bit floats, little-endian: a picture for each time point, for each channel. Its columns and rows are the two other axes in the order x, y, z; NaN where no value along the line is a finite number. ${measured}`,
        params: boxParams,
        querystring: projectionQuery,
        response: { 200: octets },
      }),
    },
    async (request, reply) => {
      const found = await projection(ctx, callerOf(request), request.params, request.query)
      return sendMeasure(request, reply, 'application/octet-stream', found)
    },
  )
  app.get<ByNumber & { Querystring: BodySearch }>(
    `${series}/r/:revision/bodies`,
    {
      ...measuring,
      schema: about('Animals that lie apart in a scan, as boxes of voxels', {
        description: `Voxels above a threshold that hang together, small ones left out: a proposal for the split. ${measured}`,
        params: boxParams,
        querystring: bodiesQuery,
        response: { 200: FoundBodies },
      }),
    },
    async (request, reply) =>
      sendFigures(request, reply, await bodies(ctx, callerOf(request), request.params, request.query)),
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
    async (request, reply) => sendBytes(request, reply, await thumbnail(ctx, callerOf(request), request.params.id)),
  )
  app.get<ById>(
    `${series}/animation`,
    {
      ...measuring,
      schema: about('The series in motion, 192 pixels on its longer side', {
        description:
          'An animated PNG: a turning volume, or times or slices that follow each other (`animation` of the header). Made when it is first asked for.',
        params: idParams,
        response: { 200: moving, 206: moving },
      }),
    },
    async (request, reply) => sendBytes(request, reply, await animation(ctx, callerOf(request), request.params.id)),
  )
  app.get<ById>(
    `${series}/tags`,
    {
      ...route,
      schema: about('Header of the files in their own words', { params: idParams, response: { 200: Tags } }),
    },
    async (request, reply) => {
      const { json, etag, access } = await tags(ctx, callerOf(request), request.params.id)
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

function sendFigures(request: FastifyRequest, reply: FastifyReply, { run, ...found }: Measure<object>) {
  const json = async (signal: AbortSignal) => JSON.stringify(await run(signal))
  return sendMeasure(request, reply, 'application/json; charset=utf-8', { ...found, run: json })
}

/** Measures unless the client knows the answer, until it goes away; the answer never changes under its address. */
async function sendMeasure(
  request: FastifyRequest,
  reply: FastifyReply,
  mediaType: string,
  { etag, headers, run }: Measure<string | Buffer>,
) {
  reply.headers({ ...headers, etag })
  if (isKnown(request.headers['if-none-match'], etag)) return reply.code(304).send(bodyless(request))
  reply.type(mediaType)
  if (request.method === 'HEAD') return reply.send(bodyless(request))
  const leaving = new AbortController()
  const leave = () => leaving.abort()
  if (reply.raw.destroyed) leave()
  reply.raw.once('close', leave)
  try {
    const answer = await run(leaving.signal)
    return await (typeof answer === 'string' ? reply.serializer(String) : reply).send(answer)
  } catch (error) {
    for (const name of ['etag', 'content-type', ...Object.keys(headers)]) reply.removeHeader(name)
    throw error
  } finally {
    reply.raw.off('close', leave)
  }
}

/** What segmentations have beside their records: their label volumes. */
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { Context } from '#api/context.ts'
import { callerOf } from '#api/plugins/signIn.ts'
import { AppError } from '#api/errors.ts'
import { safeName } from '#api/modules/content/names.ts'
import { attachment, sendBytes } from '#api/modules/content/sendBytes.ts'
import { expectedVersion, idParams, ifMatchHeader, withTag } from '#api/records/routes.ts'
import { closed, oneOf } from '#ontology/vocabulary.ts'
import { segmentationFile, segmentationForms, type SegmentationForm } from './files.ts'
import { labelsOf, mostBytes, putLabels, versionsOf } from './labels.ts'

const base = '/api/v1/segmentations/:id'
const packed = { content: { 'application/gzip': { schema: { type: 'string', format: 'binary' } } } }
const forms = Object.keys(segmentationForms) as SegmentationForm[]
const layout =
  'Runs of labels, compressed with gzip: “VLB1”, four 32-bit little-endian numbers (labels along x, y, z, time), then for each run its label in one byte and its length in LEB128. x runs fastest; 0 is what belongs to no segment.'

interface ById {
  Params: { id: string }
}

export async function segmentationRoutes(app: FastifyInstance, ctx: Context): Promise<void> {
  const about = (summary: string, more: Record<string, unknown>) => ({ tags: ['Segmentation'], summary, ...more })
  // Answers 404 to those who may not see it: what is not visible does not exist.
  const reading = { config: { access: 'public' as const }, compress: false as const }
  app.addContentTypeParser(
    ['application/gzip', 'application/octet-stream'],
    { parseAs: 'buffer', bodyLimit: mostBytes },
    async (_request: unknown, bytes: Buffer) => bytes,
  )

  app.get<ById & { Querystring: { version?: number } }>(
    `${base}/labels`,
    {
      ...reading,
      schema: about('Label volume', {
        description: layout,
        params: idParams,
        querystring: closed({
          version: Type.Optional(
            Type.Integer({ minimum: 1, maximum: 2 ** 31 - 1, description: 'As it was in this version.' }),
          ),
        }),
        response: { 200: packed, 206: packed },
      }),
    },
    async (request, reply) =>
      sendBytes(request, reply, await labelsOf(ctx, callerOf(request), request.params.id, request.query.version)),
  )
  app.get<{ Params: { id: string; format: SegmentationForm }; Querystring: { t: number } }>(
    `${base}/as/:format`,
    {
      ...reading,
      schema: about('A segmentation as a file of another format', {
        description: forms.map((form) => `${form}: ${segmentationForms[form].title}`).join('; '),
        params: closed({ id: idParams.properties.id, format: oneOf(forms) }),
        querystring: closed({
          t: Type.Optional(Type.Integer({ minimum: 0, maximum: 1e6, default: 0, description: 'Time point, for dcm.' })),
        }),
        response: {
          200: {
            content: Object.fromEntries(
              forms.map((form) => [segmentationForms[form].mediaType, packed.content['application/gzip']]),
            ),
          },
        },
      }),
    },
    async (request, reply) => {
      const { id, format } = request.params
      const { name, bytes } = await segmentationFile(ctx, callerOf(request), id, format, request.query.t)
      return reply
        .type(segmentationForms[format].mediaType)
        .header('content-disposition', attachment(`${safeName(name)}.${format}`))
        .header('cache-control', 'private, no-cache')
        .send(bytes)
    },
  )
  app.get<ById>(
    `${base}/versions`,
    {
      config: { access: 'public' as const },
      schema: about('Versions of the label volume, newest first', {
        params: idParams,
        response: {
          200: closed({
            items: Type.Array(closed({ version: Type.Integer(), sha256: Type.String(), createdAt: Type.String() })),
          }),
        },
      }),
    },
    async (request) => ({ items: await versionsOf(callerOf(request), request.params.id) }),
  )
  app.put<ById & { Body: unknown }>(
    `${base}/labels`,
    {
      config: { access: 'signedIn' as const },
      bodyLimit: mostBytes,
      schema: about('Replace the label volume', {
        description: layout,
        params: idParams,
        headers: ifMatchHeader,
        consumes: ['application/gzip'],
        response: { 200: { $ref: 'Segmentation#' } },
      }),
    },
    async (request, reply) => {
      const { body } = request
      if (!Buffer.isBuffer(body))
        throw new AppError('invalid', 'Send the label volume as application/gzip; see the description of this route.')
      const expected = expectedVersion(request)
      return withTag(reply, await putLabels(ctx, callerOf(request), request.params.id, expected, body))
    },
  )
}

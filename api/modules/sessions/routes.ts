/** What a session gives besides its record: its acquisition context as DICOM. */
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { callerOf } from '#api/plugins/signIn.ts'
import { idParams } from '#api/records/routes.ts'
import { closed, id } from '#ontology/vocabulary.ts'
import { acquisitionContext } from './acquisitionContext.ts'

export async function sessionRoutes(app: FastifyInstance): Promise<void> {
  app.get<{ Params: { id: string }; Querystring: { subjectId?: string } }>(
    '/api/v1/sessions/:id/acquisition-context',
    {
      config: { access: 'signedIn' },
      schema: {
        tags: ['Imaging session'],
        summary: 'What was done to a subject around the session, as DICOM',
        description:
          'An Acquisition Context SR (DICOM Supplement 187, PS3.16 TID 8101), of the same DICOM study as the converted images.',
        params: idParams,
        querystring: closed({
          subjectId: Type.Optional(id({ description: 'Needed when several subjects were in the bed.' })),
        }),
        response: { 200: { content: { 'application/dicom': { schema: Type.String({ format: 'binary' }) } } } },
      },
    },
    async (request, reply) => {
      const bytes = await acquisitionContext(callerOf(request), request.params.id, request.query.subjectId)
      return reply
        .type('application/dicom')
        .header('content-disposition', 'attachment; filename="acquisition-context.dcm"')
        .send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
    },
  )
}

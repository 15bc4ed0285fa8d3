/** What is missing in a project, study, subject or series; ARRIVE sheet, methods paragraph and animals per licence. */
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { callerOf } from '#api/plugins/signIn.ts'
import { idParams } from '#api/records/routes.ts'
import { profiles, type ProfileKey } from '#ontology/profiles.ts'
import { closed, oneOf } from '#ontology/vocabulary.ts'
import { bidsZip } from './bids.ts'
import { reportOf } from './report.ts'
import { completeness, type Scope } from './service.ts'

const profile = oneOf(Object.keys(profiles) as ProfileKey[])
const record = closed({ id: Type.String(), label: Type.String() })

const completenessSchema = closed({
  series: Type.Integer({ description: 'Image series that were looked at.' }),
  partial: Type.Boolean({ description: 'There are more series than were looked at.' }),
  profiles: Type.Array(
    closed({
      key: profile,
      title: Type.String(),
      version: Type.String(),
      about: Type.String(),
      asked: Type.Integer(),
      met: Type.Integer(),
    }),
  ),
  fixes: Type.Array(
    closed({
      title: Type.String(),
      entity: Type.String(),
      field: Type.Optional(Type.String()),
      event: Type.Optional(Type.String({ description: 'Kind of the event that is missing.' })),
      records: Type.Array(record),
      profiles: Type.Array(closed({ profile, item: Type.String() })),
      series: Type.Integer({ description: 'Series that are more complete after it.' }),
      edits: Type.Integer({ description: 'Edits that it takes; one when the same value fits all.' }),
    }),
    { description: 'The cheapest edit that fixes most comes first.' },
  ),
})

const line = closed({ item: Type.String(), title: Type.String(), text: Type.String(), recorded: Type.Boolean() })
const reportSchema = closed({
  arrive: Type.Array(line, {
    description: 'ARRIVE 2.0, Essential 10 and what the record knows of the recommended set.',
  }),
  methods: Type.String({ description: 'A paragraph for a methods section.' }),
  licences: Type.Array(
    closed({
      approvalNumber: Type.String(),
      committee: Type.Optional(Type.String()),
      animalsApproved: Type.Optional(Type.Integer()),
      animalsUsed: Type.Integer(),
      warnings: Type.Array(Type.String()),
    }),
  ),
})

export async function completenessRoutes(app: FastifyInstance): Promise<void> {
  const config = { access: 'signedIn' as const }
  for (const scope of ['projects', 'studies', 'subjects', 'series'] as Scope[]) {
    app.get<{ Params: { id: string } }>(
      `/api/v1/${scope}/:id/completeness`,
      {
        config,
        schema: {
          tags: ['Completeness'],
          summary: 'What is missing, by profile',
          description: 'For publication and for advisory profiles; made from the records as they are now.',
          params: idParams,
          response: { 200: completenessSchema },
        },
      },
      (request) => completeness(callerOf(request), scope, request.params.id),
    )
  }
  for (const scope of ['projects', 'studies'] as const) {
    app.get<{ Params: { id: string } }>(
      `/api/v1/${scope}/:id/report`,
      {
        config,
        schema: {
          tags: ['Completeness'],
          summary: 'ARRIVE sheet, methods paragraph, animals per licence',
          params: idParams,
          response: { 200: reportSchema },
        },
      },
      (request) => reportOf(callerOf(request), scope, request.params.id),
    )
  }
  app.get<{ Params: { id: string } }>(
    '/api/v1/studies/:id/bids-tables',
    {
      config,
      schema: {
        tags: ['Completeness'],
        summary: 'The record of a study as BIDS',
        description:
          'dataset_description.json, participants, sessions and the timeline as phenotype/procedures: a zip without images.',
        params: idParams,
        response: { 200: { content: { 'application/zip': { schema: { type: 'string', format: 'binary' } } } } },
      },
    },
    async (request, reply) => {
      const bytes = await bidsZip(callerOf(request), request.params.id)
      return reply
        .type('application/zip')
        .header('content-disposition', 'attachment; filename="bids-tables.zip"')
        .send(bytes)
    },
  )
}

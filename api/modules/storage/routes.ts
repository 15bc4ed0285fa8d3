/** GET /storage, for administrators. */
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { closed, id } from '#ontology/vocabulary.ts'
import type { Context } from '#api/context.ts'
import { derivedKinds, spaceTaken } from './service.ts'

const bytes = (description: string) => Type.Integer({ minimum: 0, description })

const Storage = closed({
  originals: closed({ blobCount: Type.Integer(), byteCount: bytes('Of all originals; equal files are stored once.') }),
  derived: closed({
    byteCount: bytes('Of all files that are made of the originals, and can be made again.'),
    limitBytes: Type.Union([Type.Integer(), Type.Null()], {
      description: 'What they may take up (VIVARCHIVE_DERIVED_MAX_GB); null: no limit.',
    }),
    kinds: closed(Object.fromEntries(derivedKinds.map((kind) => [kind, bytes('Of this kind.')]))),
  }),
  projects: Type.Array(
    closed({
      id: id(),
      title: Type.String(),
      fileCount: Type.Integer(),
      originalBytes: bytes('Of its files; one that another project has too counts for both.'),
      derivedBytes: bytes('Of what is made of its series.'),
    }),
    { description: 'Those that take up most space come first; at most 200.' },
  ),
  projectCount: Type.Integer({ description: 'Of all projects.' }),
})

export async function storageRoutes(app: FastifyInstance, ctx: Context): Promise<void> {
  app.get(
    '/api/v1/storage',
    {
      config: { access: 'admin' },
      schema: {
        tags: ['Administration'],
        summary: 'Space that originals and derived files take up, in total and by project',
        response: { 200: Storage },
      },
    },
    () => spaceTaken(ctx),
  )
}

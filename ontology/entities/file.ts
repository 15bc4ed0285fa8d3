import { entity } from '../entity.ts'
import { Type, line, oneOf, ref, type Static } from '../vocabulary.ts'

/** One original file; its bytes are immutable (metadata model 6.6). */
export const File = entity(
  {
    name: 'File',
    plural: 'files',
    title: 'File',
    description: 'One original file, kept byte for byte.',
    term: 'schema:MediaObject',
    label: 'path',
    scope: 'project',
    serverWritten: true,
  },
  {
    seriesId: Type.Optional(
      ref('ImageSeries', { title: 'Image series', 'x-system': true, 'x-term': 'schema:isPartOf' }),
    ),
    sessionId: Type.Optional(ref('ImagingSession', { title: 'Imaging session', 'x-system': true, 'x-private': true })),
    studyId: ref('Study', { title: 'Study', 'x-system': true, 'x-private': true }),
    projectId: ref('Project', { title: 'Project', 'x-system': true, 'x-private': true }),
    path: line({
      title: 'Path',
      maxLength: 1000,
      'x-system': true,
      'x-column': true,
      'x-sort': true,
      'x-term': 'schema:name',
    }),
    byteCount: Type.Integer({
      minimum: 0,
      title: 'Size in bytes',
      'x-system': true,
      'x-column': true,
      'x-sort': true,
      'x-term': 'schema:contentSize',
    }),
    sha256: Type.String({
      pattern: '^[0-9a-f]{64}$',
      title: 'SHA-256',
      'x-system': true,
      'x-column': true,
      'x-term': 'schema:sha256',
    }),
    mediaType: Type.String({ title: 'Media type', 'x-system': true, 'x-term': 'schema:encodingFormat' }),
    role: oneOf(['image', 'raw', 'attachment'], {
      title: 'Role',
      description: 'Raw: what the scanner measured (k-space, list mode, projections) and images were made from.',
      'x-system': true,
      'x-column': true,
      'x-term': 'schema:additionalType',
    }),
  },
)
export type File = Static<typeof File.record>

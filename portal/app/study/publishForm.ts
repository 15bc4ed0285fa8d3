/** Schema of what is asked when series are sent to the registry; the same fields as of POST /datasets. */
import { licences } from '#ontology/entities/project.ts'
import { Type, closed, date, id, line, oneOf, text, type Node } from '#ontology/vocabulary.ts'

export const publishForm = closed({
  title: line({ title: 'Title', 'x-level': 'record' }),
  description: text({ title: 'Description', 'x-level': 'record', description: 'What a stranger must know to use it.' }),
  licence: oneOf(licences, { title: 'Licence', 'x-level': 'record', description: 'How others may use it (SPDX).' }),
  embargoUntil: Type.Optional(
    date({
      title: 'Files open on',
      description: 'Until that day everybody reads the description, and nobody gets the images. Empty: at once.',
    }),
  ),
  creators: Type.Array(id({ 'x-ref': 'Person' }), { title: 'Creators', 'x-level': 'record', maxItems: 100 }),
}) as Node

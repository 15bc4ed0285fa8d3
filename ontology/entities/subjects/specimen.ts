import { term } from '../../values.ts'
import { Type, closed, date, line, oneOf } from '../../vocabulary.ts'

export const Specimen = closed(
  {
    organ: Type.Optional(
      term('anatomy', {
        title: 'Organ',
        'x-level': 'publish',
        'x-facet': 'Organ',
        'x-search': 2,
        'x-term': 'viv:organ',
      }),
    ),
    preservation: Type.Optional(
      oneOf(['fresh', 'fixed', 'frozen', 'cleared'], {
        title: 'Preservation',
        'x-level': 'publish',
        'x-term': 'viv:preservation',
        'x-bids': 'SampleEnvironment',
      }),
    ),
    fixative: Type.Optional(line({ title: 'Fixative', 'x-term': 'viv:fixative', 'x-bids': 'SampleFixation' })),
    embedding: Type.Optional(line({ title: 'Embedding', 'x-term': 'viv:embedding', 'x-bids': 'SampleEmbedding' })),
    staining: Type.Optional(line({ title: 'Staining', 'x-term': 'viv:staining', 'x-bids': 'SampleStaining' })),
    orientation: Type.Optional(line({ title: 'Orientation', 'x-term': 'viv:specimenOrientation' })),
    containerId: Type.Optional(
      line({ title: 'Container', maxLength: 64, 'x-term': 'viv:container', 'x-dicom': '(0040,0512)' }),
    ),
    collectedOn: Type.Optional(date({ title: 'Collected', 'x-term': 'schema:dateCreated' })),
  },
  { 'x-type': 'Specimen', title: 'Specimen', 'x-when': { kind: 'specimen' }, 'x-term': 'viv:specimen' },
)

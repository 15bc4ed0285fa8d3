import { entity } from '../entity.ts'
import { Type, closed, line, oneOf, type Static } from '../vocabulary.ts'
import { term } from '../values.ts'
import { markupFields } from './annotation.ts'

/** Labels fit into one byte; 0 is what belongs to no segment. */
export const mostSegments = 255

const Segment = closed(
  {
    number: Type.Integer({ minimum: 1, maximum: mostSegments, title: 'Number', 'x-dicom': '(0062,0004)' }),
    label: line({ title: 'Label', 'x-search': 1, 'x-dicom': '(0062,0005)', examples: ['Tumour'] }),
    structure: Type.Optional(
      term('anatomy', { title: 'Structure', 'x-facet': 'Marked structure', 'x-search': 1, 'x-dicom': '(0062,000F)' }),
    ),
    colour: Type.String({ pattern: '^#[0-9a-f]{6}$', title: 'Colour', examples: ['#e8774f'] }),
  },
  { 'x-type': 'Segment', title: 'Segment' },
)
export type Segment = Static<typeof Segment>

const SegmentCount = closed(
  {
    number: Type.Integer({ title: 'Segment' }),
    time: Type.Integer({ title: 'Time point' }),
    voxels: Type.Integer({ title: 'Voxels' }),
    cubicMillimetres: Type.Optional(Type.Number({ title: 'Volume in mm3' })),
  },
  { 'x-type': 'SegmentCount', title: 'Size of a segment' },
)

const Labels = closed(
  {
    sha256: Type.String({ pattern: '^[0-9a-f]{64}$', title: 'SHA-256' }),
    byteCount: Type.Integer({ title: 'Size in bytes' }),
    shape: Type.Array(Type.Integer({ minimum: 1 }), { minItems: 4, maxItems: 4, title: 'Labels along x, y, z, time' }),
    counts: Type.Array(Type.Unsafe<Static<typeof SegmentCount>>(SegmentCount), { title: 'Sizes of the segments' }),
  },
  { 'x-type': 'SegmentationLabels', title: 'Label volume' },
)

/** Voxels of an image series given names. The label volume is kept apart, in every version. */
export const Segmentation = entity(
  {
    name: 'Segmentation',
    plural: 'segmentations',
    title: 'Segmentation',
    description: 'Voxels of an image series that belong to named segments.',
    term: 'schema:Dataset',
    label: 'label',
    scope: 'project',
  },
  {
    ...markupFields,
    label: line({
      title: 'Label',
      'x-level': 'record',
      'x-column': true,
      'x-sort': true,
      'x-search': 1,
      'x-term': 'schema:name',
      examples: ['Organs'],
    }),
    method: oneOf(['manual', 'semiautomatic', 'automatic'], {
      title: 'How it was made',
      default: 'manual',
      'x-term': 'schema:measurementTechnique',
      'x-dicom': '(0062,0008)',
    }),
    segments: Type.Array(Type.Unsafe<Segment>(Segment), {
      maxItems: mostSegments,
      title: 'Segments',
      'x-level': 'record',
      'x-term': 'viv:segment',
      'x-dicom': '(0062,0002)',
    }),
    labels: Type.Optional(
      Type.Unsafe<Static<typeof Labels>>({ ...Labels, 'x-system': true, 'x-term': 'viv:labelVolume' }),
    ),
  },
)
export type Segmentation = Static<typeof Segmentation.record>

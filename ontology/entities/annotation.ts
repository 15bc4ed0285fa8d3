import { entity } from '../entity.ts'
import { Type, closed, line, oneOf, ref, text, type Static } from '../vocabulary.ts'
import { term } from '../values.ts'

/** What can be drawn on an image, with the number of points that each needs. */
export const annotationTools = {
  length: { title: 'Length', points: [2, 2] },
  angle: { title: 'Angle', points: [3, 3] },
  bidirectional: { title: 'Two diameters', points: [4, 4] },
  ellipse: { title: 'Ellipse', points: [4, 4] },
  rectangle: { title: 'Rectangle', points: [4, 4] },
  polygon: { title: 'Polygon', points: [3, 5000] },
  freehand: { title: 'Outline', points: [3, 5000] },
  sphere: { title: 'Sphere', points: [2, 2] },
  probe: { title: 'Point', points: [1, 1] },
  arrow: { title: 'Arrow', points: [2, 2] },
} as const
export type AnnotationTool = keyof typeof annotationTools
const mostPoints = 5000

/** What is measured on an image, with the unit that each has when it is no voxel value. */
export const annotationQuantities = {
  length: 'mm',
  shortAxis: 'mm',
  angle: 'deg',
  area: 'mm2',
  volume: 'mm3',
  mean: null,
  standardDeviation: null,
  minimum: null,
  maximum: null,
  value: null,
  voxelCount: '1',
} as const
export type AnnotationQuantity = keyof typeof annotationQuantities

const Value = closed(
  {
    quantity: oneOf(Object.keys(annotationQuantities) as AnnotationQuantity[], { title: 'Quantity' }),
    value: Type.Number({ title: 'Value', 'x-term': 'schema:value' }),
    unit: Type.String({
      maxLength: 30,
      title: 'Unit',
      description: 'UCUM, or the usual name as in the header of the image (HU, Bq/mL, px); empty: not known.',
      'x-term': 'schema:unitCode',
    }),
    seriesId: Type.Optional(
      Type.String({
        pattern: '^[0-7][0-9A-HJKMNP-TV-Z]{25}$',
        title: 'Measured in',
        description: 'The image series whose voxels were measured, when it is one that was laid over this one.',
        'x-private': true,
      }),
    ),
  },
  { 'x-type': 'AnnotationValue', title: 'Measured value' },
)
export type AnnotationValue = Static<typeof Value>

/** Fields that annotations and segmentations have in common. */
export const markupFields = {
  seriesId: ref('ImageSeries', { title: 'Image series', 'x-level': 'record', 'x-term': 'schema:isPartOf' }),
  sessionId: ref('ImagingSession', { title: 'Imaging session', 'x-system': true, 'x-private': true }),
  studyId: ref('Study', { title: 'Study', 'x-system': true, 'x-private': true }),
  projectId: ref('Project', { title: 'Project', 'x-system': true, 'x-private': true }),
  audience: oneOf(['me', 'project', 'public'], {
    title: 'Who sees it',
    description:
      'me: the one who made it; project: the members of the project; public: members, and everybody once its series is published again.',
    default: 'project',
    'x-column': true,
    'x-private': true,
  }),
  author: Type.String({ title: 'Made by', 'x-system': true, 'x-private': true, 'x-dicom': '(0070,0084)' }),
  note: Type.Optional(text({ title: 'Note', 'x-search': 1, 'x-term': 'schema:description' })),
}

/** One thing that was drawn or measured on an image series. */
export const Annotation = entity(
  {
    name: 'Annotation',
    plural: 'annotations',
    title: 'Annotation',
    description: 'One thing that was drawn or measured on an image series.',
    term: 'schema:Observation',
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
      examples: ['Tumour, long axis'],
    }),
    tool: oneOf(Object.keys(annotationTools) as AnnotationTool[], {
      title: 'Kind',
      'x-level': 'record',
      'x-column': true,
      'x-term': 'schema:measurementTechnique',
    }),
    structure: Type.Optional(
      term('anatomy', {
        title: 'Structure',
        'x-facet': 'Marked structure',
        'x-search': 1,
        'x-term': 'viv:structure',
        'x-dicom': '(0062,000F)',
      }),
    ),
    space: oneOf(['patient', 'picture'], {
      title: 'Coordinates',
      description:
        'patient: LPS millimetres (DICOM PS3.3 C.7.6.2.1.1); picture: from the middle of the first pixel of the plane, along its rows and columns, in millimetres, or in pixels where the series has no spacing.',
      'x-level': 'record',
    }),
    points: Type.Array(Type.Array(Type.Number({ minimum: -1e9, maximum: 1e9 }), { minItems: 3, maxItems: 3 }), {
      minItems: 1,
      maxItems: mostPoints,
      title: 'Points',
      description:
        'length, arrow: from, to. angle: the vertex second. bidirectional: both ends of the long, then of the short diameter. ellipse: both ends of one axis, then of the other. rectangle: its corners in turn. polygon, freehand: the corners. sphere: its centre and a point on it. probe: the point.',
      'x-level': 'record',
      'x-term': 'viv:points',
    }),
    time: Type.Integer({ minimum: 0, maximum: 1e6, default: 0, title: 'Time point', description: 'From 0.' }),
    channel: Type.Integer({ minimum: 0, maximum: 1e6, default: 0, title: 'Channel', description: 'From 0.' }),
    plane: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 1e6,
        title: 'Plane',
        description: 'Of a series that is shown plane by plane; from 0.',
      }),
    ),
    axisDirections: Type.Optional(
      Type.String({
        pattern: '^[LRPASI]{3}$',
        title: 'Directions of the axes',
        description: 'Where the stored axes ran when it was drawn: people can state other directions later.',
      }),
    ),
    colour: Type.Optional(Type.String({ pattern: '^#[0-9a-f]{6}$', title: 'Colour', examples: ['#f2c878'] })),
    values: Type.Optional(
      Type.Array(Type.Unsafe<AnnotationValue>(Value), {
        maxItems: 60,
        title: 'Values',
        'x-term': 'schema:variableMeasured',
      }),
    ),
  },
)
export type Annotation = Static<typeof Annotation.record>

/** What pixel routes take and answer. */
import { Type } from 'typebox'
import type { TNumber } from 'typebox'
import { closed, id as idSchema, oneOf } from '#ontology/vocabulary.ts'
import { VoxelBox } from '#ontology/values.ts'
import { motions } from '#imaging/render/animation.ts'
import { projectionAxes, projectionKinds } from '#imaging/measure/projection.ts'

export const boxParams = closed({
  id: idSchema(),
  revision: Type.String({ pattern: '^[0-9a-f]{16}$', description: '`revision` of the header.' }),
})
export const planeParams = closed({
  ...boxParams.properties,
  number: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
})

export const chunkQuery = closed({
  coding: Type.Optional(
    Type.Literal('zstd', {
      description: 'Compressed for a slow connection, where Accept-Encoding has zstd; not in ranges.',
    }),
  ),
})

const interval = (what: string) =>
  Type.Optional(
    Type.String({
      pattern: '^[0-9]{1,9}:[0-9]{1,9}$',
      description: `${what}, FROM:TO from 0 without the last; absent: all.`,
      examples: ['40:41'],
    }),
  )
const whole = (what: string) => Type.Optional(Type.Integer({ minimum: 0, maximum: 1e9, default: 0, description: what }))

const spaceQuery = { x: interval('Voxels along x'), y: interval('Voxels along y'), z: interval('Voxels along z') }

export const boxQuery = closed({
  ...spaceQuery,
  t: whole('Time point.'),
  c: whole('Channel.'),
})

export const PixelHeader = Type.Object(
  {
    seriesId: Type.String(),
    label: Type.String(),
    displayName: Type.String({ description: 'Subjects, session and series in one line.' }),
    orientation: oneOf(['known', 'assumed', 'unknown', 'stated'], {
      description:
        'How far direction and origin can be trusted: said by the file; a convention that may not hold; not known; stated by a person (axisDirections of the series).',
    }),
    record: Type.Union(
      [closed({ version: Type.Integer(), mayEdit: Type.Boolean(), studyId: Type.String() }), Type.Null()],
      {
        description:
          'Version of the record of the series, for changing it, and its study; null for those who see what was published.',
      },
    ),
    placement: Type.Optional(
      Type.String({ description: 'How people moved the image over the others: placement of the series.' }),
    ),
    revision: Type.String({ description: 'Names this state of the pixels; part of the address of planes and chunks.' }),
    planeBytes: Type.Integer(),
    planeCount: Type.Integer(),
    chunk: Type.Object({
      planes: Type.Integer({ description: 'Planes in each chunk; the last one may have fewer.' }),
      count: Type.Integer(),
    }),
    coarse: Type.Union(
      [
        closed({
          shape: Type.Record(Type.String(), Type.Integer()),
          factor: closed({ x: Type.Integer(), y: Type.Integer(), z: Type.Integer() }),
          bytes: Type.Integer({ description: 'Of one time point of one channel.' }),
        }),
        Type.Null(),
      ],
      {
        description:
          'The reduced image: each voxel is the mean of a block of `factor` voxels. Null: the image is small.',
      },
    ),
    levels: Type.Array(
      closed({
        shape: Type.Record(Type.String(), Type.Integer()),
        factor: Type.Integer({ description: 'Voxels of the image for one voxel here, along x and y.' }),
        planeBytes: Type.Integer(),
      }),
      {
        description:
          'Reduced levels of planes with more than 2048 voxels along x or y, each half as wide and high as the one before; fetched in tiles from r/{revision}/levels/{number}/box, numbered from 1.',
      },
    ),
    animation: Type.Union([oneOf(motions), Type.Null()], {
      description:
        'What moves in the animation of the series: a volume is turned, its times or its slices follow each other. Null: it is a single picture and has none.',
    }),
    range: Type.Object(
      { min: Type.Number(), max: Type.Number(), low: Type.Number(), high: Type.Number() },
      { description: 'Range of the values after slope and intercept; low and high are the 1st and 99th percentile.' },
    ),
  },
  {
    additionalProperties: true,
    description:
      'The image: shape, sampleType, samplesPerPixel, spacing, origin and direction (LPS, mm), slope and intercept, unit, frames, channels, window, curve (how a DICOM VOI LUT wants the values shown: brightness at even steps from low to high), warnings. Plane index = (channel * times + time) * slices + slice; planes are little-endian.',
  },
)

export const Tags = closed({
  items: Type.Array(
    closed({
      file: Type.Union([Type.String(), Type.Null()]),
      key: Type.String(),
      name: Type.String(),
      value: Type.String(),
    }),
  ),
})

export const curveQuery = closed({ ...spaceQuery, t: interval('Time points'), c: interval('Channels') })

export const projectionQuery = closed({
  ...curveQuery.properties,
  along: Type.Optional(
    oneOf(projectionAxes, { default: 'z', description: 'Axis of the image along which one looks.' }),
  ),
  kind: Type.Optional(
    oneOf(projectionKinds, {
      default: 'maximum',
      description: 'Largest (MIP), smallest (MinIP) or mean value along each line of sight.',
    }),
  ),
})

export const bodiesQuery = closed({
  count: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 32, description: 'How many there are; absent: as many as are seen.' }),
  ),
  threshold: Type.Optional(
    Type.Number({ description: 'What counts as body is at least this, in the unit of the series; absent: chosen.' }),
  ),
})

export const FoundBodies = closed({
  boxes: Type.Array(VoxelBox, { description: 'Row by row of the picture, in each row from the left.' }),
  threshold: Type.Number({ description: 'What was used, in the unit of the series.' }),
})

/** Most bins of a histogram. */
const mostBins = 4096

export const statisticsQuery = closed({
  ...curveQuery.properties,
  bins: Type.Optional(
    Type.Integer({ minimum: 1, maximum: mostBins, default: 64, description: 'Bins of the histogram, equally wide.' }),
  ),
  range: Type.Optional(
    Type.String({
      pattern: '^[-+0-9.eE]{1,40}:[-+0-9.eE]{1,40}$',
      description: 'Ends of the histogram, LOW:HIGH in the unit of the series; absent: minimum and maximum.',
      examples: ['-1000:3000'],
    }),
  ),
})

const orNull = (schema: TNumber, description: string) => Type.Union([schema, Type.Null()], { description })

/** Values are those of the header: slope and intercept of each plane are applied. */
const moments = {
  count: Type.Integer({ description: 'Values that count: voxels, once for each time point and channel.' }),
  notFinite: Type.Integer({ description: 'Values that do not count: NaN and infinities.' }),
  mean: orNull(Type.Number(), 'In `unit`. Null: no finite value.'),
  standardDeviation: orNull(Type.Number(), 'In `unit`, of the sample (n - 1); 0 for a single value.'),
  minimum: orNull(Type.Number(), 'In `unit`.'),
  maximum: orNull(Type.Number(), 'In `unit`.'),
  sum: orNull(Type.Number(), 'In `unit`.'),
}

const region = {
  unit: Type.String({ description: 'UCUM code or usual name of the values (Bq/mL, HU); empty: not known.' }),
  volumeCubicMillimetres: orNull(
    Type.Number(),
    'Volume of the box in space, in mm3. Null: the spacing is not known, or the image is a single slice.',
  ),
}

export const RegionStatistics = closed({
  ...region,
  ...moments,
  histogram: Type.Union(
    [
      closed({
        low: Type.Number({ description: 'Lower end of the first bin, in `unit`.' }),
        high: Type.Number({ description: 'Upper end of the last bin, in `unit`; a value at it is in the last bin.' }),
        counts: Type.Array(Type.Integer(), { description: 'Values in each bin.' }),
        below: Type.Integer({ description: 'Values below `low`.' }),
        above: Type.Integer({ description: 'Values above `high`.' }),
      }),
      Type.Null(),
    ],
    { description: 'Null: no finite value and no `range`.' },
  ),
})

export const RegionCurve = closed({
  ...region,
  points: Type.Array(
    closed({
      t: Type.Integer({ description: 'Index of the time point.' }),
      startSeconds: orNull(Type.Number(), 'Start of the frame in s, as in `frames` of the header. Null: not known.'),
      durationSeconds: orNull(Type.Number(), 'Duration of the frame in s. Null: not known.'),
      ...moments,
    }),
  ),
})

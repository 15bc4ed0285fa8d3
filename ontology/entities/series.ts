import { entity } from '../entity.ts'
import { Type, closed, line, links, oneOf, ref, text, type Static } from '../vocabulary.ts'
import { SeriesComputed } from '../computed/shapes.ts'
import { modalities, type Modality } from '../modalities.ts'
import { term, VoxelBox, when } from '../values.ts'

/** What the pixels are, read from the file and never typed. */
const ImageDescription = closed(
  {
    shape: Type.Array(Type.Integer({ minimum: 1 }), {
      minItems: 5,
      maxItems: 5,
      title: 'Samples along x, y, z, time, channel',
      'x-term': 'viv:shape',
    }),
    sampleType: Type.String({ title: 'Sample type', 'x-term': 'viv:sampleType' }),
    samplesPerPixel: Type.Integer({ title: 'Samples per pixel' }),
    spacingMillimetres: Type.Optional(
      Type.Array(Type.Number(), {
        minItems: 3,
        maxItems: 3,
        title: 'Voxel size x, y, z in mm',
        'x-term': 'viv:voxelSize',
        'x-dicom': '(0028,0030)',
      }),
    ),
    orientation: oneOf(['known', 'assumed', 'unknown'], { title: 'Orientation' }),
    unit: Type.Optional(
      Type.String({
        title: 'Unit of the values',
        'x-term': 'schema:unitCode',
        'x-dicom': '(0054,1001)',
        'x-bids': 'Units',
      }),
    ),
    frameStartSeconds: Type.Optional(
      Type.Array(Type.Number(), {
        title: 'Frame starts in s',
        'x-term': 'viv:frameStart',
        'x-bids': 'FrameTimesStart',
      }),
    ),
    frameDurationSeconds: Type.Optional(
      Type.Array(Type.Number(), {
        title: 'Frame durations in s',
        'x-term': 'viv:frameDuration',
        'x-bids': 'FrameDuration',
      }),
    ),
  },
  { 'x-type': 'ImageDescription', title: 'Image' },
)

const Processing = closed(
  {
    software: line({ title: 'Software', 'x-term': 'schema:name', 'x-bids': 'GeneratedBy' }),
    version: Type.Optional(line({ title: 'Version', maxLength: 100, 'x-term': 'schema:softwareVersion' })),
    parameters: Type.Optional(
      Type.String({ maxLength: 5000, title: 'Parameters', 'x-term': 'viv:processingParameters' }),
    ),
  },
  { 'x-type': 'Processing', title: 'Processing', 'x-term': 'schema:SoftwareApplication' },
)

/** Each axis runs left or right, dorsal or ventral, to the head or to the tail, and each of these pairs is named once. */
const axisPattern = '^(?!.*[LR].*[LR])(?!.*[PA].*[PA])(?!.*[SI].*[SI])[LRPASI]{3}$'

/** Six decimal numbers of at most five digits before and after the point. */
const placementPattern = '^-?[0-9]{1,5}([.][0-9]{1,5})?( -?[0-9]{1,5}([.][0-9]{1,5})?){5}$'

/** A set of planes acquired or computed together, with its files (metadata model 6.6; DICOM Series). */
export const ImageSeries = entity(
  {
    name: 'ImageSeries',
    plural: 'series',
    title: 'Image series',
    description: 'A set of planes acquired or computed together, with its files.',
    term: 'schema:Dataset',
    label: 'label',
    scope: 'project',
  },
  {
    sessionId: ref('ImagingSession', { title: 'Imaging session', 'x-level': 'record', 'x-term': 'schema:isPartOf' }),
    studyId: ref('Study', { title: 'Study', 'x-system': true, 'x-private': true }),
    projectId: ref('Project', { title: 'Project', 'x-system': true, 'x-private': true }),
    label: line({
      title: 'Label',
      'x-level': 'record',
      'x-column': true,
      'x-sort': true,
      'x-search': 3,
      'x-term': 'schema:name',
      'x-dicom': '(0008,103E)',
      examples: ['FDG static 60 min p.i.'],
    }),
    number: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 2147483647,
        title: 'Number',
        'x-dicom': '(0020,0011)',
        'x-term': 'schema:position',
      }),
    ),
    modality: Type.Optional(
      oneOf(Object.keys(modalities) as Modality[], {
        title: 'Modality',
        'x-level': 'publish',
        'x-profiles': { rembi: 'Image acquisition', prism: 'imaging', arrive: '9a' },
        'x-column': true,
        'x-sort': true,
        'x-facet': 'Modality',
        'x-search': 2,
        'x-term': 'schema:measurementTechnique',
        'x-dicom': '(0008,0060)',
        'x-bids': 'datatype',
      }),
    ),
    role: oneOf(['raw', 'reconstructed', 'derived', 'segmentation', 'report', 'auxiliary'], {
      title: 'Role',
      default: 'reconstructed',
      'x-level': 'record',
      'x-facet': 'Role',
      'x-term': 'schema:additionalType',
      'x-dicom': '(0008,0008)',
    }),
    subjectIds: Type.Optional(
      links('Subject', 'series_subjects', { title: 'Subjects', 'x-level': 'publish', 'x-term': 'schema:about' }),
    ),
    acquiredAt: Type.Optional(
      when({
        title: 'Acquired',
        'x-profiles': { arrive: '9b', bidsPet: 'TimeZero' },
        'x-level': 'publish',
        'x-term': 'schema:dateCreated',
        'x-dicom': '(0008,002A)',
        'x-bids': 'acq_time',
      }),
    ),
    bodyPart: Type.Optional(
      term('anatomy', {
        title: 'Body part',
        'x-profiles': { rembi: 'Specimen', prism: 'imaging' },
        'x-facet': 'Body part',
        'x-search': 1,
        'x-term': 'viv:bodyPart',
        'x-dicom': '(0008,2218)',
        'x-bids': 'BodyPart',
      }),
    ),
    description: Type.Optional(text({ title: 'Description', 'x-search': 1, 'x-term': 'schema:description' })),
    protocol: Type.Optional(line({ title: 'Protocol', 'x-term': 'viv:protocol', 'x-dicom': '(0018,1030)' })),
    sourceSeriesIds: Type.Optional(
      links('ImageSeries', 'series_sources', {
        title: 'Made from',
        description: 'Series that this one was reconstructed or derived from.',
        'x-term': 'prov:wasDerivedFrom',
        'x-dicom': '(0008,2112)',
        'x-bids': 'GeneratedBy',
      }),
    ),
    sourceBox: Type.Optional(
      Type.Unsafe<VoxelBox>({
        ...VoxelBox,
        title: 'Part of its source',
        description:
          'Of one animal among several in a scan: the voxels of the source series that it lies in. The series has no files of its own.',
        'x-system': true,
        'x-term': 'viv:sourceBox',
        'x-dicom': '(0010,0026)',
      }),
    ),
    processing: Type.Optional(
      Type.Unsafe<Static<typeof Processing>>({
        ...Processing,
        'x-term': 'prov:wasGeneratedBy',
        'x-bids': 'GeneratedBy',
      }),
    ),
    decayCorrection: Type.Optional(
      oneOf(['none', 'scan start', 'injection'], {
        title: 'Corrected for decay to',
        description: 'The time that activity concentrations refer to; SUV and %ID/g need it.',
        'x-term': 'viv:decayCorrection',
        'x-dicom': '(0054,1102); (0018,9701)',
        'x-bids': 'ImageDecayCorrected; ImageDecayCorrectionTime',
      }),
    ),
    quality: Type.Optional(
      oneOf(['good', 'usable', 'excluded'], { title: 'Quality', 'x-facet': 'Quality', 'x-term': 'viv:quality' }),
    ),
    qualityNote: Type.Optional(line({ title: 'Quality note', 'x-term': 'viv:qualityNote' })),
    axisDirections: Type.Optional(
      Type.String({
        pattern: axisPattern,
        title: 'Directions of the axes',
        description:
          'Where the stored axes x, y and z run in the animal, when the file does not say or is wrong: one letter each, every pair once. L or R: left, right. P or A: dorsal, ventral. S or I: head, tail.',
        examples: ['LPS'],
        'x-term': 'viv:axisDirections',
        'x-dicom': '(0020,0037)',
      }),
    ),
    placement: Type.Optional(
      Type.String({
        pattern: placementPattern,
        title: 'Moved by hand',
        description:
          'How the image is moved to lie over the others of its study: millimetres to the left, dorsally and to the head, then degrees about these axes through its middle, in that order. Voxels stay as they are.',
        examples: ['1.5 0 -2 0 0 15'],
        'x-term': 'viv:placement',
      }),
    ),
    format: Type.String({
      title: 'File format',
      'x-system': true,
      'x-column': true,
      'x-facet': 'File format',
      'x-term': 'schema:encodingFormat',
    }),
    image: Type.Optional(
      Type.Unsafe<Static<typeof ImageDescription>>({ ...ImageDescription, 'x-system': true, 'x-term': 'viv:image' }),
    ),
    dicomSeriesUid: Type.Optional(
      line({
        title: 'DICOM series UID',
        maxLength: 64,
        'x-system': true,
        'x-dicom': '(0020,000E)',
        'x-term': 'viv:dicomSeriesUid',
      }),
    ),
    part: Type.Optional(
      Type.String({
        title: 'Part of the files',
        description: 'Which of several images in the same files this is, in the words of the reader.',
        'x-system': true,
        'x-private': true,
      }),
    ),
    fileCount: Type.Integer({ minimum: 0, title: 'Files', 'x-system': true, 'x-column': true }),
    byteCount: Type.Integer({
      minimum: 0,
      title: 'Size in bytes',
      'x-system': true,
      'x-column': true,
      'x-sort': true,
      'x-term': 'schema:contentSize',
    }),
    pixels: oneOf(['waiting', 'ready', 'failed', 'none'], {
      title: 'State of the pixels',
      'x-system': true,
      'x-column': true,
    }),
    computed: Type.Optional(SeriesComputed),
    problem: Type.Optional(
      Type.String({
        title: 'Problem',
        description: 'Why the pixels cannot be shown.',
        'x-system': true,
        'x-private': true,
      }),
    ),
  },
)
export type ImageSeries = Static<typeof ImageSeries.record>

/** What a series that is a part of another one has from it, and follows it in. */
export const inheritedFields = [
  'modality',
  'acquiredAt',
  'bodyPart',
  'protocol',
  'decayCorrection',
  'axisDirections',
  'placement',
] as const satisfies (keyof ImageSeries)[]

/** Value types shared by the entities: CodedTerm, Quantity, WhenStamp, null reasons and field sources. */
import { Type, closed, id, line, oneOf, type Annotations, type Static } from './vocabulary.ts'

/** A code of an outside vocabulary. */
export const Coding = closed(
  {
    scheme: line({ title: 'Scheme', examples: ['NCBITaxon', 'RRID', 'UBERON'], maxLength: 60 }),
    code: line({ title: 'Code', examples: ['10090'], maxLength: 120 }),
    iri: Type.Optional(Type.String({ format: 'uri', maxLength: 500, title: 'IRI' })),
  },
  { 'x-type': 'Coding', title: 'Code' },
)

/** A term by its label, with the codes that make it machine-readable (PS3.16 and metadata model 6.1). */
export const CodedTerm = closed(
  {
    label: line({ title: 'Term', 'x-term': 'schema:name' }),
    codings: Type.Optional(Type.Array(Type.Unsafe<Static<typeof Coding>>(Coding), { maxItems: 10, title: 'Codes' })),
  },
  { 'x-type': 'CodedTerm', title: 'Term', 'x-term': 'schema:DefinedTerm' },
)
export type CodedTerm = Static<typeof CodedTerm>

/** What somebody typed before it was converted: "0.22 mCi" where MBq are kept. */
const AsEntered = closed(
  {
    value: Type.Number({ title: 'Value' }),
    unit: Type.String({ title: 'Unit', minLength: 1, maxLength: 30, description: 'As typed; not always UCUM.' }),
  },
  { 'x-type': 'AsEntered', title: 'As entered' },
)

/** A number with its UCUM unit. Where it was converted from another unit, what was typed is kept beside it. */
export const Quantity = closed(
  {
    value: Type.Number({ title: 'Value', 'x-term': 'schema:value' }),
    unit: Type.String({ title: 'Unit', minLength: 1, maxLength: 30, 'x-term': 'schema:unitCode' }),
    uncertainty: Type.Optional(
      Type.Number({ minimum: 0, title: 'Uncertainty', description: 'One standard deviation, in the same unit.' }),
    ),
    asEntered: Type.Optional(Type.Unsafe<Static<typeof AsEntered>>(AsEntered)),
  },
  { 'x-type': 'Quantity', title: 'Quantity', 'x-term': 'schema:QuantitativeValue' },
)
export type Quantity = Static<typeof Quantity>

/**
 * A point in time with the precision that was really known. One that is given relative to an event ("30 min after the
 * injection") moves along when that event is corrected (api/records/relative.ts).
 */
export const WhenStamp = closed(
  {
    dateTime: Type.String({
      format: 'date-time',
      title: 'Time',
      'x-term': 'schema:startTime',
      examples: ['2025-03-14T10:30:00+01:00'],
    }),
    precision: oneOf(['second', 'minute', 'hour', 'day'], { title: 'Known to the' }),
    relativeTo: Type.Optional(
      id({ title: 'Relative to', description: 'The event that the time is counted from.', 'x-ref': 'Event' }),
    ),
    offset: Type.Optional(
      Type.Unsafe<{ value: number; unit: 's' | 'min' | 'h' | 'd' }>({
        ...closed(
          { value: Type.Number({ title: 'Value' }), unit: oneOf(['s', 'min', 'h', 'd'], { title: 'Unit' }) },
          { 'x-type': 'TimeOffset', title: 'Time after that event' },
        ),
      }),
    ),
  },
  { 'x-type': 'WhenStamp', title: 'Point in time' },
)
export type WhenStamp = Static<typeof WhenStamp>

/** Why a field is empty: "unknown" is a value with a reason. It satisfies the publish level. */
export const NullReason = closed(
  {
    field: line({ title: 'Field', maxLength: 120, examples: ['strain', 'animal.birthDate'] }),
    reason: oneOf(['unknown', 'notRecorded', 'notApplicable', 'withheld'], { title: 'Reason' }),
  },
  { 'x-type': 'NullReason', title: 'Reason why a field is empty' },
)

/** Where a value came from when it was not typed. */
export const FieldSource = closed(
  {
    field: line({ title: 'Field', maxLength: 120 }),
    source: oneOf(['header', 'folder', 'template', 'import', 'computed', 'instrument'], { title: 'Source' }),
    evidence: Type.Optional(Type.String({ maxLength: 500, title: 'Evidence' })),
  },
  { 'x-type': 'FieldSource', title: 'Source of a value' },
)

const interval = (axis: string) =>
  Type.Array(Type.Integer({ minimum: 0, maximum: 2147483647 }), {
    minItems: 2,
    maxItems: 2,
    title: `From and to along ${axis}`,
  })

/** Voxels of an image along its stored axes, counted from 0: from the first to before the second of each pair. */
export const VoxelBox = closed(
  { x: interval('x'), y: interval('y'), z: interval('z') },
  { 'x-type': 'VoxelBox', title: 'Box of voxels' },
)
export type VoxelBox = Static<typeof VoxelBox>

export const term = (vocabulary: string, options: Annotations = {}) =>
  Type.Unsafe<CodedTerm>({ ...CodedTerm, ...options, 'x-vocabulary': vocabulary })
export const terms = (vocabulary: string, options: Annotations = {}) =>
  Type.Array(Type.Unsafe<CodedTerm>(CodedTerm), { maxItems: 50, ...options, 'x-vocabulary': vocabulary })
/** A quantity that may be given in one of `units` (UCUM); the first is the preferred one. */
export const quantity = (
  units: readonly string[],
  options: Annotations & { minimum?: number; exclusiveMinimum?: number; maximum?: number } = {},
) => {
  const { minimum, exclusiveMinimum, maximum, ...rest } = options
  return Type.Unsafe<Quantity>({
    ...Quantity,
    properties: {
      value: {
        ...Quantity.properties.value,
        ...(minimum !== undefined && { minimum }),
        ...(exclusiveMinimum !== undefined && { exclusiveMinimum }),
        ...(maximum !== undefined && { maximum }),
      },
      unit: oneOf(units, { title: 'Unit' }),
      uncertainty: Quantity.properties.uncertainty,
      asEntered: Quantity.properties.asEntered,
    },
    ...rest,
    'x-unit': units,
  })
}
export const when = (options: Annotations = {}) => Type.Unsafe<WhenStamp>({ ...WhenStamp, ...options })

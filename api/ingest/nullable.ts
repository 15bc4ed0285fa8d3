import { Type, type Static, type TSchema } from 'typebox'

/**
 * A value or null, told by its type alone: a serialiser need not try the alternatives of a union one by one, which for
 * plans of a hundred thousand files makes the difference.
 */
export const nullable = <T extends TSchema>(schema: T) => {
  const { type, enum: values } = schema as { type?: string; enum?: unknown[] }
  if (type === undefined) throw new Error('only schemas with a type can be made nullable like this')
  return Type.Unsafe<Static<T> | null>({ ...schema, type: [type, 'null'], ...(values && { enum: [...values, null] }) })
}

/** JSON Schema validation with messages for people; one set of ajv options for the whole product. */
import { Ajv2020, type ErrorObject, type Options, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { createSchema, type Entity } from '#ontology/entity.ts'
import { asLine, keywords, linePattern, textPattern, type Node } from '#ontology/vocabulary.ts'
import { entities } from '#ontology/index.ts'
import { unitProblem } from '#ontology/units.ts'
import { AppError, pointerPart, type FieldError } from '#api/errors.ts'

/** An ajv that knows our annotations. `coerce` is for query, path and header values, which arrive as text. */
export function newAjv(coerce: boolean): Ajv2020 {
  const options: Options = {
    allErrors: true,
    strict: true,
    strictTypes: false,
    strictRequired: false,
    verbose: true,
    maxErrors: 50,
  } as Options
  const ajv = new Ajv2020({ ...options, coerceTypes: coerce ? 'array' : false, useDefaults: coerce })
  addFormats.default(ajv, { mode: 'full' })
  for (const name of ['date', 'date-time'] as const) {
    const known = addFormats.default.get(name, 'full') as { validate: (text: string) => boolean }
    ajv.addFormat(
      name,
      (text: string) => datePattern.test(text) && known.validate(text) && !Number.isNaN(Date.parse(text)),
    )
  }
  for (const keyword of keywords) ajv.addKeyword({ keyword })
  for (const entity of entities) ajv.addSchema(entity.record)
  return ajv
}

/**
 * Written as XML Schema and JavaScript read it too: a T between day and time, four digits for the year, no leap second.
 * No image is older than Röntgen's; a year before 1000 has no place in MariaDB's DATETIME.
 */
const datePattern = /^(?:1[89]|[2-9]\d)\d{2}-\d{2}-\d{2}(?:T|$)/

const ajv = newAjv(false)
const validators = new Map<string, ValidateFunction>()

/**
 * Checks what a client may set of a record.
 * @throws AppError invalid with a JSON pointer and a sentence for each wrong field
 */
export function validateRecord(entity: Entity, body: unknown): void {
  let validate = validators.get(entity.name)
  if (!validate) validators.set(entity.name, (validate = ajv.compile(createSchema(entity))))
  if (!validate(body)) throw invalidFields(validate.errors ?? [])
}

/** An `invalid` error from ajv's findings, one entry per field. */
export function invalidFields(errors: ErrorObject[], prefix = ''): AppError {
  const fields = new Map<string, FieldError>()
  for (const error of errors) {
    if (error.keyword === 'anyOf' || (error.keyword === 'type' && error.schemaPath.includes('/anyOf/1/'))) continue
    const extra = error.params.missingProperty ?? error.params.additionalProperty ?? error.params.unevaluatedProperty
    const pointer = prefix + error.instancePath + (extra === undefined ? '' : pointerPart(String(extra)))
    if (!fields.has(pointer)) fields.set(pointer, { pointer, message: sentence(error, pointer), ...given(error) })
  }
  const list = [...fields.values()]
  const first = list[0]
  const more = list.length > 1 ? ` (and ${list.length - 1} more)` : ''
  return new AppError('invalid', first ? `${first.message}${more}` : 'The request is not as it should be.', {
    fields: list,
  })
}

function given(error: ErrorObject): { value?: unknown } {
  if (error.keyword === 'required' || error.data === undefined || typeof error.data === 'object') return {}
  return { value: typeof error.data === 'string' ? error.data.slice(0, 200) : error.data }
}

const examples: Record<string, string> = {
  date: 'a date like 2025-03-14',
  'date-time': 'a point in time like 2025-03-14T10:30:00+01:00',
  email: 'an e-mail address like name@example.org',
  uri: 'an address like https://example.org/page',
}

function sentence(error: ErrorObject, pointer: string): string {
  const node = (error.parentSchema ?? {}) as Node
  const name = pointer === '' ? 'The request' : `“${pointer.slice(1).replaceAll('/', ' › ')}”`
  const value = brief(error.data)
  const example = node.examples?.[0] === undefined ? '' : ` Example: ${JSON.stringify(node.examples[0])}.`
  const explained = node.description ? ` ${node.description}` : ''
  switch (error.keyword) {
    case 'required':
      return `${name} is missing.`
    case 'additionalProperties':
      return `There is no field ${name} here. Known fields: ${Object.keys(node.properties ?? {})
        .slice(0, 40)
        .join(', ')}.`
    case 'enum':
      if (pointer.endsWith('/unit') && typeof error.data === 'string')
        return unitProblem(titleOf(pointer), error.data, error.params.allowedValues as string[])
      return `${name} must be one of: ${(error.params.allowedValues as unknown[]).join(', ')}; ${value} is none of them.`
    case 'format':
      return `${name} must be ${examples[String(error.schema)] ?? `a ${String(error.schema)}`}; ${value} is not one.`
    case 'type':
      return `${name} must be ${article(String(error.schema))}; ${value} is not.`
    case 'minLength':
    case 'minItems':
    case 'minProperties':
      return `${name} must not be empty.`
    case 'maxLength':
      return `${name} is longer than ${String(error.schema)} characters.`
    case 'minimum':
    case 'exclusiveMinimum':
      return `${name} must be ${error.keyword === 'minimum' ? 'at least' : 'more than'} ${String(error.schema)}; ${value} is not.`
    case 'maximum':
      return `${name} must be at most ${String(error.schema)}; ${value} is more.`
    case 'pattern':
      return `${name} ${misshapen(String(error.schema), error.data as string) ?? `does not have the right form; ${value} was given.${example}${explained}`}`
    default:
      return `${name} ${error.message ?? 'is not right'}.`
  }
}

/** The field that a unit belongs to, as its pointer names it. */
const titleOf = (pointer: string): string =>
  pointer
    .slice(1)
    .replaceAll('/', ' › ')
    .replace(/ › unit$/, '')

/** What is wrong with text that is not of our two common shapes, null for other patterns. */
function misshapen(pattern: string, given: string): string | null {
  if (pattern !== linePattern && pattern !== textPattern) return null
  if (pattern === linePattern && asLine(given).replaceAll(/[\s\p{Cf}]/gu, '') === '') return 'must not be blank.'
  return pattern === linePattern
    ? 'holds line breaks, control characters or characters that change the direction of writing. Remove them.'
    : 'holds control characters. Remove them.'
}

/** A value in a few words; what is nested may be nested without end and is only named. */
function brief(value: unknown): string {
  if (typeof value === 'string') return `“${value.slice(0, 80)}”`
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}

const article = (type: string): string => (/^[aeio]/.test(type) ? `an ${type}` : `a ${type}`)

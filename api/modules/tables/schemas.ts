/** Shapes of tables over HTTP. */
import { nullable } from '#api/ingest/nullable.ts'
import { Type, closed, id, instant, line, oneOf } from '#ontology/vocabulary.ts'
import { tableImportStates } from './model.ts'

const cell = Type.Unsafe<string | number | boolean | null>({ type: ['string', 'number', 'boolean', 'null'] })
const outcome = oneOf(['added', 'changed', 'untouched', 'refused'])
/** A problem or remark; the pointer is the key of a column, or empty for the whole row. */
const cellProblem = closed({ pointer: Type.String(), message: Type.String(), value: Type.Optional(Type.Unknown()) })

export const zoneField = Type.Optional(
  Type.String({ maxLength: 60, description: 'Time zone (IANA) of times without an offset; UTC when absent.' }),
)

export const tableRowsSchema = closed(
  {
    columns: Type.Array(
      closed({
        key: Type.String(),
        label: Type.String(),
        kind: Type.String(),
        level: Type.Optional(Type.String()),
        units: Type.Optional(Type.Array(Type.String())),
      }),
    ),
    items: Type.Array(
      closed({
        id: id(),
        version: Type.Integer(),
        cells: Type.Unsafe<Record<string, unknown>>({ type: 'object', additionalProperties: cell }),
      }),
    ),
    names: Type.Unsafe<Record<string, unknown>>({
      type: 'object',
      description: 'What the cells may name, by entity.',
      additionalProperties: Type.Array(closed({ id: id(), label: Type.String(), names: Type.Array(Type.String()) })),
    }),
    more: Type.Boolean({ description: 'Rows that are there but not shown.' }),
  },
  { $id: 'TableRows', title: 'Rows of a table' },
)

export const givenRows = closed(
  {
    zone: zoneField,
    plan: Type.Optional(Type.Boolean({ description: 'Say what would happen and write nothing.' })),
    rows: Type.Array(
      closed({
        id: Type.Optional(id({ description: 'Record to change; absent: a new one.' })),
        version: Type.Optional(
          Type.Integer({ minimum: 1, description: 'Version that was seen: a record that changed since is refused.' }),
        ),
        cells: Type.Unsafe<Record<string, string | number | boolean | null>>({
          type: 'object',
          additionalProperties: { type: ['string', 'number', 'boolean', 'null'], maxLength: 20_000 },
          maxProperties: 300,
        }),
      }),
      { minItems: 1, maxItems: 5000 },
    ),
  },
  { $id: 'TableRowsEntered', title: 'Rows to enter' },
)

export const rowsResult = closed(
  {
    saved: Type.Boolean({ description: 'False when a row was refused: then nothing was written.' }),
    rows: Type.Array(
      closed({
        outcome,
        id: Type.Optional(id()),
        version: Type.Optional(Type.Integer()),
        label: Type.String(),
        changes: Type.Array(
          closed({ key: Type.String(), before: Type.Optional(Type.Unknown()), after: Type.Optional(Type.Unknown()) }),
        ),
        problems: Type.Array(cellProblem),
        notes: Type.Array(closed({ key: Type.String(), message: Type.String() })),
      }),
    ),
  },
  { $id: 'TableRowsResult', title: 'What became of rows' },
)

export const meaning = closed({
  key: nullable(Type.String({ maxLength: 200 })),
  unit: Type.Optional(Type.String({ maxLength: 30 })),
  part: Type.Optional(oneOf(['unit'])),
})

const counts = closed({
  rows: Type.Integer(),
  added: Type.Integer(),
  changed: Type.Integer(),
  untouched: Type.Integer(),
  refused: Type.Integer(),
  kept: Type.Integer(),
})

export const tableImportSchema = closed(
  {
    id: id(),
    studyId: id(),
    projectId: id(),
    table: Type.String(),
    label: Type.String(),
    state: oneOf(tableImportStates),
    version: Type.Integer(),
    headers: Type.Array(Type.String()),
    meanings: Type.Array(meaning),
    zone: Type.String(),
    counts: nullable(counts),
    jobId: nullable(id()),
    problem: nullable(closed({ code: Type.String(), detail: Type.String() })),
    createdAt: instant(),
  },
  { $id: 'TableImport', title: 'Import of rows' },
)

export const importRows = closed(
  {
    items: Type.Array(
      closed({
        number: Type.Integer({ description: 'Row of the file, counted from 1.' }),
        outcome: oneOf(['added', 'changed', 'untouched', 'refused', 'kept']),
        label: Type.String(),
        recordId: nullable(id()),
        changes: Type.Array(
          closed({ key: Type.String(), label: Type.String(), before: Type.String(), after: Type.String() }),
        ),
        problems: Type.Array(
          closed({
            key: Type.String(),
            label: Type.String(),
            cell: Type.String(),
            message: Type.String(),
            note: Type.Boolean(),
          }),
        ),
        cells: Type.Array(Type.String()),
      }),
    ),
    next: nullable(Type.Integer({ description: '`after` of the next page.' })),
  },
  { $id: 'TableImportRows', title: 'Rows of an import' },
)

export const templateSchema = closed(
  {
    id: id(),
    projectId: id(),
    table: Type.String(),
    name: line({ maxLength: 200 }),
    cells: Type.Unsafe<Record<string, string>>({
      type: 'object',
      additionalProperties: { type: 'string', maxLength: 2000 },
    }),
    createdAt: instant(),
  },
  { $id: 'EntryTemplate', title: 'Template for entries' },
)
export const templateCreate = closed(
  { table: Type.String({ maxLength: 60 }), name: line({ maxLength: 200 }), cells: templateSchema.properties.cells },
  { $id: 'EntryTemplateCreate', title: 'New template for entries' },
)

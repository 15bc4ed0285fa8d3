/**
 * The named schemas that routes answer with; each becomes a component of the OpenAPI document. Modules add none of their
 * own: a scope that does gets Fastify's own validator, which drops unknown fields and knows none of our messages.
 */
import type { FastifyInstance } from 'fastify'
import { auditPage } from '#api/modules/audit/service.ts'
import { importSchema } from '#api/modules/imports/routes.ts'
import { jobSchema } from '#api/modules/jobs/routes.ts'
import { summarySchema } from '#api/modules/projects/routes.ts'
import { splitSchema } from '#api/modules/splits/schema.ts'
import {
  importRows,
  rowsResult,
  tableImportSchema,
  tableRowsSchema,
  templateSchema,
} from '#api/modules/tables/schemas.ts'
import { userSchema } from '#api/modules/users/service.ts'
import { Dataset, publicSchema, snapshotSchema } from '#ontology/entities/dataset.ts'
import { pageSchema } from '#ontology/entity.ts'
import { entities } from '#ontology/index.ts'
import { Type, closed } from '#ontology/vocabulary.ts'

/** A dataset as it is read alone: with the records of its newest version. */
export const datasetWithSnapshot = closed(
  { ...Dataset.properties, snapshot: Type.Ref('Snapshot') },
  { $id: 'DatasetWithSnapshot', title: 'Dataset with its records' },
)

export function components(app: FastifyInstance): void {
  for (const entity of entities) {
    app.addSchema(entity.record)
    app.addSchema(pageSchema(entity))
    app.addSchema(publicSchema(entity))
  }
  for (const schema of [
    snapshotSchema(),
    Dataset,
    datasetWithSnapshot,
    auditPage,
    userSchema,
    importSchema,
    tableRowsSchema,
    rowsResult,
    tableImportSchema,
    importRows,
    templateSchema,
    splitSchema,
    jobSchema,
    summarySchema,
  ])
    app.addSchema(schema)
}

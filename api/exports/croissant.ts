/**
 * Croissant 1.1 in full: all files, the tables of the records, and record sets that iterate over them, so that one line
 * of a machine-learning library loads the dataset (http://mlcommons.org/croissant/1.1).
 */
import { createHash } from 'node:crypto'
import { datasetJsonLd } from './jsonLd.ts'
import { addressesOf, type Published, type Site, type View } from './published.ts'
import { csvOf, tablesOf, type Column, type Table } from './tables.ts'

const dataTypes: Record<Column['type'], string> = {
  string: 'sc:Text',
  number: 'sc:Float',
  integer: 'sc:Integer',
  boolean: 'sc:Boolean',
  date: 'sc:Date',
  datetime: 'sc:DateTime',
}

export function croissant(dataset: Published, site: Site): View {
  const document = datasetJsonLd(dataset, site, { full: true })
  if (dataset.state !== 'published') return document
  const at = addressesOf(dataset, site)
  const tables = tablesOf(dataset, site)
  return {
    ...document,
    distribution: [
      ...tables.map((table) => {
        const bytes = Buffer.from(csvOf(table))
        return {
          '@type': 'cr:FileObject',
          '@id': `${table.name}.csv`,
          name: `${table.name}.csv`,
          description: `The table of all records of the kind “${table.title}”.`,
          contentUrl: `${at.api}/tables/${table.name}.csv`,
          contentSize: `${bytes.length} B`,
          encodingFormat: 'text/csv',
          sha256: createHash('sha256').update(bytes).digest('hex'),
        }
      }),
      ...((document.distribution as View[] | undefined) ?? []),
    ],
    recordSet: tables.map(recordSet),
  }
}

function recordSet(table: Table): View {
  return {
    '@type': 'cr:RecordSet',
    '@id': table.name,
    name: table.name,
    description: `One record for each ${table.title.toLowerCase()}.`,
    key: { '@id': `${table.name}/id` },
    field: table.columns.map((column) => {
      const reference = table.references.find((one) => one.column === column.name)
      return {
        '@type': 'cr:Field',
        '@id': `${table.name}/${column.name}`,
        name: column.name,
        description: column.description ?? column.title,
        dataType: dataTypes[column.type],
        source: { fileObject: { '@id': `${table.name}.csv` }, extract: { column: column.name } },
        ...(reference && { references: { field: { '@id': `${reference.table}/id` } } }),
      }
    }),
  }
}

import { formatById } from '#imaging/formats/index.ts'
import { table } from '#imaging/table.ts'

/** Media types of what is often kept beside images; everything else is opaque bytes. */
const byExtension = table<string>({
  csv: 'text/csv',
  gz: 'application/gzip',
  htm: 'text/html',
  html: 'text/html',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  json: 'application/json',
  md: 'text/markdown',
  pdf: 'application/pdf',
  png: 'image/png',
  tsv: 'text/tab-separated-values',
  txt: 'text/plain',
  xml: 'application/xml',
  zip: 'application/zip',
})

/** Media type of a file: that of its format when it belongs to a series, else by its name. */
export function mediaTypeOf(path: string, format?: string): string {
  const extension = /\.([a-z0-9]+)$/i.exec(path)?.[1]?.toLowerCase() ?? ''
  return (format && formatById(format)?.mediaType) || byExtension[extension] || 'application/octet-stream'
}

/** Uploads as a client of tus 1.0 makes them, through a person of a test site. */
import { createHash } from 'node:crypto'
import type { LightMyRequestResponse } from 'fastify'
import type { Person } from './app.ts'

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

export const metadata = (values: Record<string, string>): string =>
  Object.entries(values)
    .map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`)
    .join(',')

export const tusHeaders = { 'tus-resumable': '1.0.0' }
const bytesType = { 'content-type': 'application/offset+octet-stream' }

/** A file in one request: creation with all of its bytes. */
export const upload = (
  person: Person,
  importId: string,
  path: string,
  bytes: Uint8Array,
  more: Record<string, string> = {},
): Promise<LightMyRequestResponse> =>
  person.post('uploads', Buffer.from(bytes), {
    ...tusHeaders,
    ...bytesType,
    'upload-length': String(bytes.byteLength),
    'upload-metadata': metadata({ importId, path, ...more }),
  })

/** Announces a file; the address of the upload is in `location`. */
export const begin = (person: Person, size: number, values: Record<string, string>): Promise<LightMyRequestResponse> =>
  person.post('uploads', undefined, {
    ...tusHeaders,
    'upload-length': String(size),
    'upload-metadata': metadata(values),
  })

export const patchHeaders = (offset: number) => ({ ...tusHeaders, ...bytesType, 'upload-offset': String(offset) })

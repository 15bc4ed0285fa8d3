import type { Problem } from '../contract.ts'
import { pathWith, unexpected, type Sent } from '../http.ts'
import type { TableImport } from './contract.ts'

/** Sends a spreadsheet file; the server plans what it would change. */
export async function uploadTable(
  studyId: string,
  table: string,
  file: File,
  zone: string,
): Promise<Sent<TableImport>> {
  const address = pathWith(`/api/v1/studies/${studyId}/tables/${table}/imports`, { zone, name: file.name })
  const response = await fetch(address, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream', accept: 'application/json' },
    body: file,
  })
  const body: unknown = await response.json().catch(() => null)
  if (response.ok) return { ok: true, value: body as TableImport, etag: response.headers.get('etag'), link: null }
  return { ok: false, problem: (body as Problem | null) ?? unexpected(response.status) }
}

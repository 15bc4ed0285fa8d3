/** The stored files of an import as plain rows: there may be a hundred thousand. */
import type { Transaction } from 'sequelize'
import { ImportFile } from './model.ts'

export interface StoredImportFile {
  path: string
  byteCount: number
  sha256: string
}

/**
 * @returns the files by path, and a mark that changes when a file is added or replaced
 */
export async function storedFiles(
  importId: string,
  t?: Transaction,
): Promise<{ files: StoredImportFile[]; mark: string }> {
  const rows = (await ImportFile.findAll({
    attributes: ['path', 'byteCount', 'sha256', 'createdAt'],
    where: { importId, state: 'stored' },
    order: [['path', 'ASC']],
    raw: true,
    transaction: t ?? null,
  })) as unknown as { path: string; byteCount: number | string; sha256: string; createdAt: Date | string }[]
  let newest = 0
  const files = rows.map(({ path, byteCount, sha256, createdAt }) => {
    newest = Math.max(newest, new Date(createdAt).getTime())
    // Drivers read a BIGINT as text.
    return { path, byteCount: Number(byteCount), sha256 }
  })
  return { files, mark: `${files.length} ${newest}` }
}

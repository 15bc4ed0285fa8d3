/** A lock of the operating system on a file: it cannot be left behind, however the process ends. */
import { codeOf, Connection } from './connection.ts'

/** @returns a function that gives the lock back, or null when another process of the machine holds it */
export async function fileLock(file: string): Promise<(() => Promise<void>) | null> {
  const connection = await Connection.open(file)
  try {
    await connection.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE')
  } catch (error) {
    await connection.close()
    if (codeOf(error) === 'SQLITE_BUSY') return null
    throw error
  }
  return () => connection.close()
}

/** Larger files are hashed by the server alone. */
const digestUpTo = 32 * 2 ** 20

/** SHA-256 in hex; undefined for large files and where the browser offers no cryptography (plain HTTP). */
export async function digest(file: File): Promise<string | undefined> {
  if (file.size > digestUpTo || !globalThis.crypto?.subtle) return undefined
  const hash = await crypto.subtle.digest('SHA-256', await file.arrayBuffer())
  return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Documents in requests that stay below the limit of their body, 100 MB unless the server is told otherwise. */
const mostBytes = 16 * 2 ** 20

/** @returns bodies of newline-delimited JSON; one document that is larger alone has a body of its own */
export function* batchesOf(documents: readonly object[], most = mostBytes): Generator<string> {
  let lines: string[] = []
  let length = 0
  for (const document of documents) {
    const line = JSON.stringify(document)
    const bytes = Buffer.byteLength(line) + 1
    if (length + bytes > most && lines.length > 0) {
      yield lines.join('\n')
      lines = []
      length = 0
    }
    lines.push(line)
    length += bytes
  }
  if (lines.length > 0) yield lines.join('\n')
}

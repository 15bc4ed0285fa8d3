/**
 * Upload throughput beside `cp` + `sha256sum` on the same bytes and the same disk: `node test/bench/ingest.ts [mebibytes=1024]
 * [files=2000] [connections=5]`.
 * The upload hashes, syncs to disk and writes rows; cp does not sync. Prints MB/s and the ratio upload / (cp + sha256sum).
 */
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { startServer } from '../help/server.ts'
import { options } from './planes/options.ts'
import { metadata, patchHeaders, tusHeaders } from '../help/upload.ts'

const { mebibytes, files: fileCount, connections } = options({ mebibytes: 1024, files: 2000, connections: 5 })
const smallBytes = 64 * 1024
const chunkBytes = 64 * 2 ** 20
const bytesType = { 'content-type': 'application/offset+octet-stream' }
const admin = { email: 'admin@example.org', password: 'correct horse battery' }

const folder = await mkdtemp(path.join(tmpdir(), 'vivarchive-bench-'))
const agent = new Agent({ keepAlive: true })
const server = await startServer({
  VIVARCHIVE_DATA: path.join(folder, 'data'),
  VIVARCHIVE_ADMIN_EMAIL: admin.email,
  VIVARCHIVE_ADMIN_PASSWORD: admin.password,
})
let headers: Record<string, string> = {}

interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
}

/** One request by node:http, whose client costs less than fetch and so measures the server. */
function call(
  method: string,
  url: string,
  more: Record<string, string>,
  body?: Uint8Array | Readable,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const length = body instanceof Uint8Array ? { 'content-length': String(body.byteLength) } : {}
    const asked = request(
      server.url + url,
      { method, agent, headers: { ...headers, ...length, ...more } },
      (response) => {
        const parts: Buffer[] = []
        response.on('data', (part: Buffer) => parts.push(part))
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: Buffer.concat(parts).toString(),
          }),
        )
      },
    )
    asked.on('error', reject)
    if (body instanceof Readable) body.pipe(asked)
    else asked.end(body)
  })
}

async function make(url: string, body: unknown): Promise<Record<string, string>> {
  const answer = await call(
    'POST',
    `/api/v1/${url}`,
    { 'content-type': 'application/json' },
    Buffer.from(JSON.stringify(body)),
  )
  if (answer.status >= 300) throw new Error(`${url}: ${answer.status} ${answer.text}`)
  return JSON.parse(answer.text) as Record<string, string>
}

async function timed(work: () => unknown): Promise<number> {
  const start = performance.now()
  await work()
  return (performance.now() - start) / 1000
}

function show(what: string, bytes: number, ours: number, theirs: number): void {
  const speed = (seconds: number) =>
    `${(bytes / 1e6 / seconds).toFixed(0).padStart(6)} MB/s ${seconds.toFixed(2).padStart(7)} s`
  console.log(
    `${what.padEnd(34)} upload ${speed(ours)}   cp + sha256sum ${speed(theirs)}   ratio ${(theirs / ours).toFixed(2)}`,
  )
}

try {
  const signIn = await call(
    'POST',
    '/api/v1/sign-in',
    { 'content-type': 'application/json', origin: server.url },
    Buffer.from(JSON.stringify(admin)),
  )
  const cookie = String(signIn.headers['set-cookie']).split(';')[0] as string
  headers = { cookie, origin: server.url }
  const project = await make('projects', { title: 'Bench' })
  const study = await make('studies', { projectId: project.id, title: 'Bench' })
  const importId = (await make('imports', { studyId: study.id })).id as string
  const begin = (size: number, name: string, more: Record<string, string>, body?: Uint8Array) =>
    call(
      'POST',
      '/api/v1/uploads',
      { ...tusHeaders, ...more, 'upload-length': String(size), 'upload-metadata': metadata({ importId, path: name }) },
      body,
    )

  // One big file, sent in parts as the portal sends it.
  const big = path.join(folder, 'big')
  const file = await open(big, 'w')
  for (let i = 0; i < mebibytes; i++) await file.write(randomBytes(2 ** 20))
  await file.sync()
  await file.close()
  const cpBig = await timed(() => {
    execFileSync('cp', [big, `${big}.copy`])
    execFileSync('sha256sum', [`${big}.copy`])
  })
  await rm(`${big}.copy`)
  const size = mebibytes * 2 ** 20
  const uploadBig = await timed(async () => {
    const url = String((await begin(size, 'big', {})).headers.location)
    for (let offset = 0; offset < size; offset += chunkBytes) {
      const end = Math.min(offset + chunkBytes, size)
      const part = createReadStream(big, { start: offset, end: end - 1, highWaterMark: 2 ** 20 })
      const answer = await call('PATCH', url, { ...patchHeaders(offset), 'content-length': String(end - offset) }, part)
      if (answer.status !== 204) throw new Error(`PATCH: ${answer.status} ${answer.text}`)
    }
  })
  show(`1 file of ${mebibytes} MiB in 64 MiB parts`, size, uploadBig, cpBig)
  await rm(big)

  // Many small files, a few at a time, each in one request.
  const small = path.join(folder, 'small')
  await mkdir(small)
  const names = Array.from({ length: fileCount }, (_, i) => `IM${String(i).padStart(5, '0')}.dcm`)
  for (const name of names) await writeFile(path.join(small, name), randomBytes(smallBytes))
  execFileSync('sync')
  const cpSmall = await timed(() => {
    execFileSync('cp', ['-r', small, `${small}.copy`])
    execFileSync('sh', ['-c', `sha256sum ${small}.copy/* > /dev/null`])
  })
  const cpSynced = await timed(() => {
    execFileSync('sh', [
      '-c',
      `cp -r ${small} ${small}.synced && sync ${small}.synced/* && sha256sum ${small}.synced/* > /dev/null`,
    ])
  })
  const queue = [...names]
  const uploadSmall = await timed(() =>
    Promise.all(
      Array.from({ length: connections }, async () => {
        for (let name = queue.pop(); name; name = queue.pop()) {
          const answer = await begin(smallBytes, `small/${name}`, bytesType, await readFile(path.join(small, name)))
          if (answer.status !== 201) throw new Error(`POST: ${answer.status} ${answer.text}`)
        }
      }),
    ),
  )
  show(`${fileCount} files of 64 KiB`, fileCount * smallBytes, uploadSmall, cpSmall)
  show(`the same beside cp + sync`, fileCount * smallBytes, uploadSmall, cpSynced)
  console.log(`${(fileCount / uploadSmall).toFixed(0)} files/s with ${connections} connections`)
} finally {
  agent.destroy()
  await server.stop()
  await rm(folder, { recursive: true, force: true })
}

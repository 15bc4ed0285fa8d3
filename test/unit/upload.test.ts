import { describe, expect, it } from 'vitest'
import { UploadBatch, UploadStopped, type BatchState, type SendOptions } from '../../portal/app/upload/batch.ts'
import { droppedFiles, folderName, isLitter } from '../../portal/app/upload/folder.ts'
import { Throughput } from '../../portal/app/upload/throughput.ts'

const files = (...names: string[]) => names.map((path) => ({ path, file: new File(['x'.repeat(10)], path) }))

/** A batch whose sends are finished by the test. */
function manual() {
  const open = new Map<string, { options: SendOptions; done: () => void; fail: (error: Error) => void }>()
  const order: string[] = []
  const finished: BatchState[] = []
  const batch = new UploadBatch({
    now: () => 0,
    digest: async () => 'ab',
    onFinished: (state) => finished.push(state),
    send: (options) =>
      new Promise((resolve, reject) => {
        order.push(options.path)
        open.set(options.path, { options, done: resolve, fail: reject })
        options.signal.addEventListener('abort', () => reject(new Error('aborted')))
      }),
  })
  return { batch, open, order, finished }
}
const settle = () => new Promise((resolve) => setTimeout(resolve))

describe('a batch of uploads', () => {
  it('sends three at a time and all in the end', async () => {
    const { batch, open, order } = manual()
    batch.add(files('a', 'b', 'c', 'd', 'e'))
    await settle()
    expect(order).toEqual(['a', 'b', 'c'])
    for (const path of ['b', 'a', 'c', 'd', 'e']) {
      open.get(path)?.done()
      await settle()
    }
    expect(batch.state()).toMatchObject({ phase: 'finished', doneFiles: 5, doneBytes: 50, byteCount: 50, failed: [] })
  })
  it('goes on when one file fails and sends it again when asked', async () => {
    const { batch, open, order } = manual()
    batch.add(files('a', 'b'))
    await settle()
    open.get('a')?.fail(new Error('too large'))
    open.get('b')?.done()
    await settle()
    expect(batch.state()).toMatchObject({
      phase: 'finished',
      doneFiles: 1,
      failed: [{ path: 'a', problem: 'too large' }],
    })
    batch.retryFailed()
    await settle()
    open.get('a')?.done()
    await settle()
    expect(order).toEqual(['a', 'b', 'a'])
    expect(batch.state()).toMatchObject({ phase: 'finished', doneFiles: 2, failed: [], fileCount: 2 })
  })
  it('does not send what has arrived, unless the content differs', async () => {
    const { batch, open, order } = manual()
    batch.setStored([
      ['a', { byteCount: 10, sha256: 'ab' }],
      ['b', { byteCount: 10, sha256: 'cd' }],
      ['c', { byteCount: 9, sha256: null }],
    ])
    batch.add(files('a', 'b', 'c'))
    await settle()
    expect(order).toEqual(['b', 'c'])
    open.get('b')?.done()
    open.get('c')?.done()
    await settle()
    expect(batch.state()).toMatchObject({ phase: 'finished', skippedFiles: 1, doneFiles: 3 })
  })
  it('pauses what is under way and takes it up again', async () => {
    const { batch, open, order } = manual()
    batch.add(files('a', 'b', 'c', 'd'))
    await settle()
    open.get('a')?.options.onProgress(4)
    batch.pause()
    await settle()
    expect(batch.state()).toMatchObject({ phase: 'paused', sending: [], doneFiles: 0, doneBytes: 4 })
    batch.resume()
    await settle()
    expect(order).toHaveLength(6)
    for (const path of ['a', 'b', 'c', 'd', 'd']) {
      open.get(path)?.done()
      await settle()
    }
    expect(batch.state()).toMatchObject({ phase: 'finished', doneFiles: 4 })
  })
  it('pauses by itself when no file can succeed, and says why', async () => {
    const { batch, open } = manual()
    batch.add(files('a', 'b', 'c', 'd'))
    await settle()
    open.get('a')?.fail(new UploadStopped('Sign in again.'))
    await settle()
    expect(batch.state()).toMatchObject({ phase: 'paused', stopped: 'Sign in again.', failed: [] })
  })
  it('cancels for good', async () => {
    const { batch, order } = manual()
    batch.add(files('a', 'b', 'c', 'd'))
    await settle()
    batch.cancel()
    await settle()
    batch.resume()
    await settle()
    expect(order).toEqual(['a', 'b', 'c'])
    expect(batch.state().phase).toBe('cancelled')
  })
  it('counts a file once when the same folder is dropped twice', async () => {
    const { batch, order } = manual()
    batch.add(files('a'))
    batch.add(files('a'))
    await settle()
    expect(order).toEqual(['a'])
    expect(batch.state().fileCount).toBe(1)
  })
  it('is not finished while a folder is still being read', async () => {
    const { batch, open, finished } = manual()
    const { promise: gate, resolve: readOn } = Promise.withResolvers<void>()
    const fed = batch.feed(
      (async function* () {
        yield files('a')
        await gate
        yield files('b')
      })(),
    )
    await settle()
    open.get('a')?.done()
    await settle()
    expect(batch.state()).toMatchObject({ phase: 'running', reading: true, doneFiles: 1 })
    readOn()
    await fed
    await settle()
    open.get('b')?.done()
    await settle()
    expect(finished.map(({ phase, doneFiles, reading }) => ({ phase, doneFiles, reading }))).toEqual([
      { phase: 'finished', doneFiles: 2, reading: false },
    ])
  })
  it('tells its listeners and keeps a state until it changes', async () => {
    const { batch, open } = manual()
    let told = 0
    batch.subscribe(() => (told += 1))
    batch.add(files('a'))
    await settle()
    expect(batch.state()).toBe(batch.state())
    const before = told
    open.get('a')?.options.onProgress(4)
    expect(told).toBe(before + 1)
    expect(batch.state().sending).toEqual([{ path: 'a', sentBytes: 4, byteCount: 10 }])
  })
})

describe('throughput', () => {
  it('is the speed of the last seconds', () => {
    const speed = new Throughput()
    speed.add(0, 0)
    for (let second = 1; second <= 20; second += 1) speed.add(1000, second * 1000)
    expect(speed.bytesPerSecond(20_000)).toBeCloseTo(1000)
    for (let second = 21; second <= 40; second += 1) speed.add(3000, second * 1000)
    expect(speed.bytesPerSecond(40_000)).toBeCloseTo(3000)
  })
  it('falls while nothing arrives', () => {
    const speed = new Throughput()
    speed.add(0, 0)
    speed.add(1000, 1000)
    expect(speed.bytesPerSecond(10_000)).toBeCloseTo(100)
  })
})

interface Tree {
  [name: string]: Tree | string
}
/** Entries as browsers give them: folders are read in groups and the last group is empty. */
function entryOf(tree: Tree | string, fullPath: string): FileSystemEntry {
  if (typeof tree === 'string') {
    const file = (resolve: (file: File) => void) => resolve(new File([tree], fullPath.split('/').at(-1) ?? ''))
    return { isDirectory: false, isFile: true, fullPath, file } as unknown as FileSystemEntry
  }
  const createReader = () => {
    const rest = Object.entries(tree).map(([name, inner]) => entryOf(inner, `${fullPath}/${name}`))
    return { readEntries: (resolve: (entries: FileSystemEntry[]) => void) => resolve(rest.splice(0, 2)) }
  }
  return { isDirectory: true, isFile: false, fullPath, createReader } as unknown as FileSystemEntry
}

describe('dropped folders', () => {
  it('are walked to the bottom, with paths below what was dropped', async () => {
    const tree = {
      s1: { '1.dcm': 'a', '2.dcm': 'b', '3.dcm': 'c', pdata: { '2dseq': 'd' } },
      '.DS_Store': 'x',
      subject: 'e',
    }
    const paths: string[] = []
    for await (const group of droppedFiles([entryOf(tree, '/mouse'), entryOf('f', '/note.txt')])) {
      paths.push(...group.map(({ path }) => path))
    }
    expect(paths.toSorted()).toEqual([
      'mouse/s1/1.dcm',
      'mouse/s1/2.dcm',
      'mouse/s1/3.dcm',
      'mouse/s1/pdata/2dseq',
      'mouse/subject',
      'note.txt',
    ])
  })
  it('leave the litter of operating systems out, and nothing else', () => {
    expect(['a/.DS_Store', 'Thumbs.db', 'x/._scan.dcm', 'desktop.ini'].every(isLitter)).toBe(true)
    expect(['a/DS_Store', 'thumbs.dbx', '.hidden', 'a/_scan.dcm', 'x.ini'].some(isLitter)).toBe(false)
  })
  it('name the batch', () => {
    expect(folderName(['mouse/a', 'mouse/b/c'])).toBe('mouse')
    expect(folderName(['a', 'b'])).toBeUndefined()
  })
})

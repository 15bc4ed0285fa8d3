/**
 * How fast files are read: `node test/bench/reading.ts [files=20000] [times=10] [python=python3]`. Recognition with headers
 * of a folder of small DICOM files, beside dcmdump (dcmtk) and pydicom on the same ones; all planes of a 4D NIfTI.gz of
 * 512 x 512 x 94 x times, beside nibabel. Everything is in the page cache and one thread reads. Programs that are absent
 * are named. Where ours is slower, it does more: it checks, groups, and turns header entries into facts.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { cpus, loadavg, tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { FileEntry } from '#imaging/format.ts'
import { formatById } from '#imaging/formats/index.ts'
import { planeBytes, planeCount } from '#imaging/header.ts'
import { recognise } from '#imaging/recognise.ts'
import { writeDicom } from '#imaging/write/dicom.ts'
import { writeNifti } from '#imaging/write/nifti.ts'
import { fileSources } from '#api/imaging/fileSource.ts'
import { memory } from './planes/client.ts'
import { benchImage } from './planes/images.ts'
import { options } from './planes/options.ts'
import { provided } from './planes/rivals.ts'

const { files: fileCount, times, python } = options({ files: 20_000, times: 10, python: 'python3' })
const seriesFiles = 1000
/** UIDs of one length, so that one series is made from another by writing over its UID. */
const uidOf = (series: number): string => `2.25.7.${1000 + series}`

const folder = await mkdtemp(path.join(tmpdir(), 'vivarchive-bench-'))
try {
  console.log(`${cpus().length} cores, load ${loadavg()[0]!.toFixed(1)}`)
  await recognition()
  await packed()
} finally {
  await rm(folder, { recursive: true, force: true })
}

async function timed<T>(work: () => T | Promise<T>): Promise<[seconds: number, result: T]> {
  const started = performance.now()
  const result = await work()
  return [(performance.now() - started) / 1000, result]
}

/** Runs a Python program when its module is there; seconds, or null. */
async function timedPython(module: string, program: string, ...given: string[]): Promise<number | null> {
  if (spawnSync(python, ['-c', `import ${module}`], { stdio: 'ignore' }).status !== 0) return null
  // The start of the interpreter is not reading.
  const [start] = await timed(() => execFileSync(python, ['-c', `import ${module}`]))
  const [seconds] = await timed(() => execFileSync(python, ['-c', program, ...given], { stdio: 'inherit' }))
  return seconds - start
}

async function recognition(): Promise<void> {
  const dicom = path.join(folder, 'dicom')
  const entries = await smallFiles(dicom)
  const sources = fileSources(dicom)
  const scan = async (count: number) =>
    recognise(
      entries.slice(0, count).map(({ file, byteCount }): FileEntry => ({
        path: path.relative(dicom, file),
        source: sources.source({ path: file, blobPath: file, byteCount }),
      })),
    )
  await scan(seriesFiles)
  const before = memory(process.pid).now
  const [ours, found] = await timed(() => scan(fileCount))
  sources.close()
  const after = memory(process.pid).now
  const count = found.series.reduce((sum, series) => sum + series.files.length, 0)
  if (count !== fileCount) throw new Error(`${count} of ${fileCount} files were recognised`)
  const bytes = entries.reduce((sum, { byteCount }) => sum + byteCount, 0)
  console.log(
    `\n${fileCount} DICOM files of ${Math.round(bytes / fileCount / 1024)} KiB in ${found.series.length} series`,
  )
  const line = (name: string, seconds: number | null) =>
    console.log(
      seconds === null
        ? `  ${name.padEnd(46)} is not here`
        : `  ${name.padEnd(46)} ${(fileCount / seconds).toFixed(0).padStart(6)} files/s   ours ${(seconds / ours).toFixed(2)} times as fast`,
    )
  console.log(
    `  ${'ours: recognised, header read, facts, grouped'.padEnd(46)} ${(fileCount / ours).toFixed(0)} files/s`,
  )
  console.log(
    `  resident memory ${before.toFixed(0)} -> ${after.toFixed(0)} MiB, from ${seriesFiles} to ${fileCount} files`,
  )
  const dump = async () => {
    const command = `find ${dicom} -name '*.dcm' -print0 | xargs -0 dcmdump -q +P PatientID +P SeriesInstanceUID > /dev/null`
    return (await timed(() => execFileSync('sh', ['-c', command])))[0]
  }
  line('dcmdump, two entries printed', provided('dcmdump', ['dcmtk']) ? await dump() : null)
  const program = `
import glob, sys, pydicom
for name in glob.iglob(sys.argv[1] + '/**/*.dcm', recursive=True):
    pydicom.dcmread(name, stop_before_pixels=True).SeriesInstanceUID`
  line('pydicom, header read', await timedPython('pydicom', program, dicom))
}

/** MR images of 64 x 64, as a sequence of many slices leaves them. */
async function smallFiles(dicom: string): Promise<{ file: string; byteCount: number }[]> {
  const large = benchImage('int16', 1)
  const shape = { ...large.header.shape, x: 64, y: 64, z: Math.min(seriesFiles, fileCount) }
  const header = { ...large.header, shape }
  const plane = new Uint8Array(64 * 64 * 2)
  const image = { header, planes: () => Array.from({ length: shape.z }, () => plane).values() }
  const start = '2024-03-01T10:00:00'
  const written: Uint8Array[] = []
  for await (const { bytes } of writeDicom(image, {
    patient: { id: 'M-1' },
    study: { uid: '2.25.7', start },
    series: { uid: uidOf(0), number: 1, start },
  })) {
    written.push(bytes)
  }
  const files: { file: string; byteCount: number }[] = []
  for (let n = 0; n < fileCount; n++) {
    const series = Math.floor(n / written.length)
    if (n % written.length === 0) await mkdir(path.join(dicom, `S${series}`), { recursive: true })
    const bytes = Buffer.from(written[n % written.length]!)
    const [old, uid] = [Buffer.from(uidOf(0)), Buffer.from(uidOf(series))]
    for (let at = bytes.indexOf(old); at >= 0; at = bytes.indexOf(old, at + old.length)) uid.copy(bytes, at)
    const file = path.join(dicom, `S${series}`, `IM${String(n).padStart(5, '0')}.dcm`)
    await writeFile(file, bytes)
    files.push({ file, byteCount: bytes.length })
  }
  return files
}

async function packed(): Promise<void> {
  const file = path.join(folder, 'bench.nii.gz')
  const image = benchImage('int16', times)
  await pipeline(Readable.from(writeNifti(image, { gzip: true })), createWriteStream(file))
  const { size } = await stat(file)
  const bytes = planeBytes(image.header) * planeCount(image.header)
  const sources = fileSources(folder)
  const before = memory(process.pid).now
  const [ours] = await timed(async () => {
    const source = sources.source({ path: 'bench.nii.gz', blobPath: file, byteCount: size })
    const reader = await formatById('nifti')!.open([{ path: 'bench.nii.gz', source }])
    for (let k = 0; k < planeCount(reader.header); k++) await reader.plane(k)
  })
  sources.close()
  const after = memory(process.pid).now
  console.log(`\n4D NIfTI.gz, ${(bytes / 1e6).toFixed(0)} MB in ${(size / 1e6).toFixed(0)} MB`)
  console.log(
    `  ours, all planes ${(bytes / 1e6 / ours).toFixed(0)} MB/s; resident memory ${before.toFixed(0)} -> ${after.toFixed(0)} MiB`,
  )
  const program = 'import sys, numpy, nibabel; numpy.asanyarray(nibabel.load(sys.argv[1]).dataobj)'
  const theirs = await timedPython('nibabel', program, file)
  console.log(
    theirs === null
      ? '  nibabel is not here'
      : `  nibabel, whole array ${(bytes / 1e6 / theirs).toFixed(0)} MB/s   ours ${(theirs / ours).toFixed(2)} times as fast`,
  )
}

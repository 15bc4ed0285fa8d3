import { deflateSync, gunzipSync, gzipSync } from 'node:zlib'
import { isGzip } from '#imaging/gunzip.ts'
import { phantom } from '#imaging/phantoms/index.ts'
import { writeNifti } from '#imaging/write/nifti.ts'
import { writeNrrd } from '#imaging/write/nrrd.ts'
import { profiles } from '../conformance/formats/index.ts'
import { collect, sampleFacts, sampleFile } from '../conformance/formats/profile.ts'
import { packed } from '../unit/imaging/bzip2Files.ts'
import { joined, metaHeader } from '../unit/imaging/files.ts'
import type { Bytes } from './fuzzCase.ts'

/** Files that belong together and are damaged together. */
export interface FuzzTarget {
  name: string
  files(): Promise<Bytes[]>
}

/** Samples beyond this many bytes show nothing that smaller ones do not, and take the time of many cases. */
const largestSample = 300 * 1024

const read = async (
  entries: { path: string; source: { size: number; read(at: number, n: number): Promise<Uint8Array> } }[],
) =>
  Promise.all(
    entries.map(async ({ path, source }) => ({ path, bytes: Uint8Array.from(await source.read(0, source.size)) })),
  )

/** What each profile generates, so that a new format is among them without a new line, and other shapes of some formats. */
export const generatedTargets: readonly FuzzTarget[] = [
  ...profiles.map(({ format, generate }) => ({ name: format, files: async () => read(await generate()) })),
  {
    name: 'nifti gzip',
    async files() {
      const image = phantom('mouse-pet', { resolution: 0.15 })
      return [{ path: 'made/pet.nii.gz', bytes: await collect(writeNifti(image, { gzip: true })) }]
    },
  },
  {
    name: 'nrrd gzip',
    async files() {
      const image = phantom('mouse-pet-dynamic', { resolution: 0.15, frames: 2 })
      return [{ path: 'made/pet.nrrd', bytes: await collect(writeNrrd(image, { gzip: true })) }]
    },
  },
  {
    name: 'nrrd bzip2',
    async files() {
      const header = 'NRRD0004\ntype: uchar\ndimension: 3\nsizes: 100 50 50\nencoding: bz2\n\n'
      return [{ path: 'made/a.nrrd', bytes: joined(Buffer.from(header), packed) }]
    },
  },
  {
    name: 'nrrd in listed files of text',
    files: async () => [
      { path: 'made/a.nhdr', bytes: Buffer.from('NRRD0004\ntype: short\ndimension: 3\nsizes: 3 2 2\nencoding: ascii\ndata file: LIST\na.txt\nb.txt\n') }, // prettier-ignore
      { path: 'made/a.txt', bytes: Buffer.from('1 2 3 -4 5 6\n') },
      { path: 'made/b.txt', bytes: Buffer.from('7 8 9 10 11 12\n') },
    ],
  },
  {
    name: 'metaimage zlib',
    async files() {
      const { header, planes } = phantom('mouse-ct', { resolution: 0.2 })
      const text = metaHeader(header, { CompressedData: 'True', ElementDataFile: 'LOCAL' })
      return [{ path: 'made/ct.mha', bytes: joined(Buffer.from(text), deflateSync(joined(...planes()))) }]
    },
  },
  {
    name: 'nifti pair',
    async files() {
      const single = await collect(writeNifti(phantom('mouse-pet', { resolution: 0.15 })))
      const header = single.slice(0, 348)
      header[345] = 0x69 // ni1
      new DataView(header.buffer).setFloat32(108, 0, true)
      return [
        { path: 'made/pet.hdr', bytes: header },
        { path: 'made/pet.img', bytes: single.slice(352) },
      ]
    },
  },
]

/** Every sample file of every profile, also those that are not read; empty where there are no samples. */
export function sampleTargets(): FuzzTarget[] {
  const facts = sampleFacts()
  if (!facts) return []
  const targets: FuzzTarget[] = []
  for (const path of Object.keys(facts)) {
    const profile = profiles.find(({ folders }) => folders.some((folder) => path.startsWith(folder)))
    const parts = profile && path in profile.notRead ? [path] : profile?.parts(path)
    if (!parts) continue
    const entries = parts.map(sampleFile)
    if (entries.reduce((sum, { source }) => sum + source.size, 0) > largestSample) continue
    targets.push({ name: path, files: () => read(entries) })
  }
  return targets
}

/** Applies `change` to what is inside of a compressed file; other files stay as they are. */
export function insideGzip(bytes: Uint8Array, change: (inner: Uint8Array) => Uint8Array): Uint8Array {
  if (!isGzip(bytes)) return bytes
  return new Uint8Array(gzipSync(change(new Uint8Array(gunzipSync(bytes))), { level: 1 }))
}

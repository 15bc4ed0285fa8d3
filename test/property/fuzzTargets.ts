import { gunzipSync, gzipSync } from 'node:zlib'
import { isGzip } from '#imaging/gunzip.ts'
import { phantom } from '#imaging/phantoms/index.ts'
import { writeNifti } from '#imaging/write/nifti.ts'
import { profiles } from '../conformance/formats/index.ts'
import { collect, sampleFacts, sampleFile } from '../conformance/formats/profile.ts'
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

/** What each profile generates, so that a new format is among them without a new line, and NIfTI in its two other shapes. */
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

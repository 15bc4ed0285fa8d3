/** A series in other formats: values, geometry, times and what the record says survive, read by us and by others. */
import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { unzipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formatById } from '#imaging/formats/index.ts'
import { planeCount, type Header } from '#imaging/header.ts'
import { phantom } from '#imaging/phantoms/index.ts'
import { recognise } from '#imaging/recognise.ts'
import { samplesOf } from '#imaging/samples.ts'
import { memorySource } from '#imaging/source.ts'
import { writeNifti } from '#imaging/write/nifti.ts'
import type { Image } from '#imaging/write/planes.ts'
import { targets } from '#imaging/write/targets.ts'
import { openSite, type TestSite } from '../help/app.ts'
import { seriesFile } from '../help/seriesFile.ts'
import { complete, makeWorld, type World } from '../help/world.ts'

let site: TestSite
let world: World
const ids: Record<string, string> = {}
const images: Record<string, Image> = {
  CT: phantom('mouse-ct', { seed: 3, resolution: 0.4 }),
  PT: phantom('mouse-pet-dynamic', { seed: 3, resolution: 0.5 }),
}

beforeAll(async () => {
  site = await openSite()
  await site.ctx.jobs.start(site.ctx)
  world = await makeWorld(site)
  const { owner, p } = world
  for (const [modality, image] of Object.entries(images)) {
    const series = await owner.make('series', {
      sessionId: p.sessionId,
      label: `${modality} of a mouse`,
      subjectIds: [p.subjectId],
      ...complete.series,
      modality,
    })
    const place = { seriesId: series.id, sessionId: p.sessionId, studyId: p.studyId, projectId: p.projectId }
    await site.ctx.db.write((t) => setFormat(series.id, t))
    await seriesFile(site.ctx, place, 'image.nii', writeNifti(image))
    ids[modality] = series.id
  }
})
afterAll(() => site.close())

async function setFormat(seriesId: string, transaction: unknown): Promise<void> {
  await site.ctx.db.sequelize.query("UPDATE series SET format = 'nifti', pixels = 'waiting' WHERE id = ?", {
    replacements: [seriesId],
    transaction: transaction as never,
  })
}

const get = (modality: string, ending: string) => world.owner.get(`series/${ids[modality]}/as/${ending}`)

/** Values of all planes, with slope and intercept. */
async function valuesOf(
  header: Header,
  planes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<Float64Array[]> {
  const out: Float64Array[] = []
  for await (const plane of planes) {
    const k = out.length
    const slope = header.slope[k] ?? header.slope[0]!
    const intercept = header.intercept[k] ?? header.intercept[0]!
    out.push(Float64Array.from(samplesOf(header.sampleType, plane) as Float32Array, (v) => slope * v + intercept))
  }
  return out
}

/** What our readers make of a converted file. */
async function read(ending: string, bytes: Uint8Array): Promise<{ header: Header; values: Float64Array[] }> {
  const files = ending.endsWith('.zip')
    ? Object.entries(unzipSync(bytes)).map(([entry, held]) => ({ path: entry, source: memorySource(held) }))
    : [{ path: `image.${ending}`, source: memorySource(bytes) }]
  const { series } = await recognise(files)
  expect(series, ending).toHaveLength(1)
  const [found] = series
  const reader = await formatById(found!.format)!.open(files)
  async function* planes() {
    for (let k = 0; k < planeCount(reader.header); k++) yield await reader.plane(k)
  }
  return { header: reader.header, values: await valuesOf(reader.header, planes()) }
}

const endings = Object.keys(targets).filter((ending) => ending !== 'json')

describe.each(Object.keys(images))('%s', (modality) => {
  it.each(endings.filter((ending) => modality !== 'PT' || ending !== 'dcm'))(
    'as %s keeps values, geometry and frames',
    async (ending) => {
      const answer = await get(modality, ending)
      expect(answer.statusCode, answer.body.slice(0, 300)).toBe(200)
      expect(answer.headers['content-disposition']).toContain(`${modality} of a mouse.${ending}`)
      const { header, values } = await read(ending, answer.rawPayload)
      const image = images[modality]!
      const truth = await valuesOf(image.header, image.planes())
      expect(header.shape).toEqual(image.header.shape)
      // Formats with 16 bits are exact to 1/65535 of the largest value of a plane.
      for (const [k, plane] of truth.entries()) {
        const largest = plane.reduce((most, v) => Math.max(most, Math.abs(v)), 0)
        let worst = 0
        for (let i = 0; i < plane.length; i++) worst = Math.max(worst, Math.abs(plane[i]! - values[k]![i]!))
        // OME-TIFF and NRRD have no scale: what they hold are the samples.
        if (!['ome.tiff', 'nrrd'].includes(ending))
          expect(worst, `plane ${k}`).toBeLessThanOrEqual(largest / 60000 + 1e-9)
      }
      for (const [axis, spacing] of header.spacing!.entries())
        expect(spacing).toBeCloseTo(image.header.spacing![axis]!, 4)
      if (ending !== 'ome.tiff') {
        expect(header.direction!.map((v) => Math.round(v * 1e4) / 1e4 + 0)).toEqual(
          image.header.direction!.map((v) => Math.round(v * 1e4) / 1e4 + 0),
        )
        for (const [axis, at] of header.origin!.entries()) expect(at).toBeCloseTo(image.header.origin![axis]!, 3)
      }
      // What the stored file said: NIfTI has one duration for all frames.
      const { frames } = (await world.owner.get(`series/${ids[modality]}/header`)).json() as Header
      if (frames && ending.includes('dcm')) {
        for (const [i, at] of frames.startSeconds.entries()) {
          expect(header.frames!.startSeconds[i]).toBeCloseTo(at, 2)
          expect(header.frames!.durationSeconds[i]).toBeCloseTo(frames.durationSeconds[i]!, 2)
        }
      }
    },
  )

  it('as DICOM and as a sidecar says what the record says', async () => {
    const zip = unzipSync((await get(modality, 'dcm.zip')).rawPayload)
    const [name, bytes] = Object.entries(zip)[0]!
    const { series } = await recognise([{ path: name, source: memorySource(bytes) }])
    const facts = Object.fromEntries(series[0]!.facts.map(({ key, value }) => [key, value]))
    expect(facts).toMatchObject({
      'subject.localId': 'M-1 P quokka',
      'subject.sex': 'F',
      'subject.species': 'Mus musculus',
      'subject.strain': 'C57BL/6J',
      'instrument.manufacturer': 'Siemens',
      'series.label': `${modality} of a mouse`,
    })
    const sidecar = (await get(modality, 'json')).json()
    expect(sidecar).toMatchObject({ Modality: modality, Manufacturer: 'Siemens', ManufacturersModelName: 'Inveon' })
    if (modality === 'PT') {
      expect(sidecar).toMatchObject({
        TracerName: '[18F]FDG',
        InjectedRadioactivity: 8.2,
        InjectedRadioactivityUnits: 'MBq',
      })
      expect(facts['administration.activity']).toEqual({ value: 8.2, unit: 'MBq' })
    }
  })
})

describe('what cannot be converted', () => {
  it('is told before the first byte, with the reason', async () => {
    const { owner, p } = world
    const none = await owner.get(`series/${p.seriesId}/as/nii`)
    expect(none.statusCode).toBe(404)
    const tracer = await get('PT', 'dcm')
    expect([tracer.statusCode, tracer.json().detail]).toEqual([415, expect.stringContaining('half-life')])
    const unknown = await get('CT', 'jpg')
    expect(unknown.statusCode).toBe(422)
    expect((await site.anonymous.get(`series/${ids.CT}/as/nii`)).statusCode).toBe(404)
    const other = await world.stranger.get(`series/${ids.CT}/as/nii`)
    expect(other.statusCode).toBe(404)
  })
})

describe('programs of others', () => {
  let folder: string
  beforeAll(async () => void (folder = await mkdtemp(path.join(tmpdir(), 'vivarchive-convert-'))))
  afterAll(() => rm(folder, { recursive: true, force: true }))
  const python = (module: string) => {
    try {
      execFileSync('python3', ['-c', `import ${module}`], { stdio: 'ignore' })
      return true
    } catch {
      return false
    }
  }

  it('nibabel reads the NIfTI with the same values', async (t) => {
    if (!python('nibabel')) return t.skip('skipped: nibabel not installed')
    const file = path.join(folder, 'image.nii.gz')
    await writeFile(file, (await get('PT', 'nii.gz')).rawPayload)
    const script = 'import nibabel,sys; a=nibabel.load(sys.argv[1]).get_fdata(); print(*a.shape, repr(float(a.sum())))'
    const [x, y, z, frames, sum] = execFileSync('python3', ['-c', script, file], { encoding: 'utf8' })
      .trim()
      .split(' ')
      .map(Number)
    const { header, planes } = images.PT!
    expect([x, y, z, frames]).toEqual([header.shape.x, header.shape.y, header.shape.z, header.shape.t])
    const truth = (await valuesOf(header, planes())).reduce((total, plane) => plane.reduce((s, v) => s + v, total), 0)
    expect(sum! / truth).toBeCloseTo(1, 5)
  })

  it('pydicom reads the enhanced object', async (t) => {
    if (!python('pydicom')) return t.skip('skipped: pydicom not installed')
    const file = path.join(folder, 'image.dcm')
    await writeFile(file, (await get('CT', 'dcm')).rawPayload)
    const script = 'import pydicom,sys; d=pydicom.dcmread(sys.argv[1]); print(d.NumberOfFrames, d.PatientID)'
    const printed = execFileSync('python3', ['-c', script, file], { encoding: 'utf8' }).trim()
    expect(printed).toBe(`${planeCount(images.CT!.header)} M-1 P quokka`)
  })
})

/** The Acquisition Context SR of a session: read back by our own reader of attributes, dcmtk and dciodvfy where they are. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openSite, type TestSite } from '../help/app.ts'
import { makeWorld, type World } from '../help/world.ts'

interface Item {
  type: string
  concept: string
  /** Code, text, number or point in time. */
  value: string | undefined
  template: string | undefined
  items: Item[]
}

/** The parts of dcmjs that read; it has no types of its own. */
interface Dcmjs {
  DicomMessage: { readFile(bytes: ArrayBufferLike): { dict: unknown } }
  DicomMetaDictionary: { naturalizeDataset(dict: unknown): Record<string, unknown> }
}

let site: TestSite
let world: World
let folder: string

beforeAll(async () => {
  site = await openSite()
  world = await makeWorld(site)
  folder = await mkdtemp(path.join(tmpdir(), 'vivarchive-sr-'))
  const { owner, p } = world
  const enter = (kind: string, details: object, start = '2025-03-01T09:30:00+01:00', more: object = {}) =>
    owner.make('events', {
      kind,
      projectId: p.projectId,
      subjectId: p.subjectId,
      sessionId: p.sessionId,
      start: { dateTime: start, precision: 'minute' },
      [kind]: details,
      ...more,
    })
  const code = (scheme: string, value: string) => [{ scheme, code: value }]
  // The worked example of PS3.17: housing, imaging with heating, isoflurane in oxygen, ketamine, a graft of MDA-MB-468.
  await enter(
    'handling',
    {
      phase: 'home cage',
      animalsPerUnit: 5,
      bedding: 'corn cob',
      individuallyVentilated: true,
      lightCycleHours: 24,
      lightShare: { value: 50, unit: '%' },
      lightsOn: '06:00',
      feed: 'NIH31',
      feeding: 'ad libitum',
      water: 'tap',
    },
    '2025-02-20T08:00:00+01:00',
  )
  await enter('handling', {
    phase: 'imaging',
    heating: 'heated imaging device',
    heatingFeedback: true,
    heatingSensor: 'rectal',
    heatingSetPoint: { value: 37, unit: 'Cel' },
    fastedHours: 6,
  })
  await enter('anaesthesia', {
    applied: true,
    category: 'general',
    agent: { label: 'isoflurane', codings: code('SCT', '387368002') },
    concentration: { value: 2, unit: '%' },
    route: { label: 'inhalation', codings: code('SCT', '446406008') },
    carrierGas: 'oxygen',
    airway: 'nose cone',
    steps: [
      {
        phase: 'premedication',
        agent: { label: 'ketamine', codings: code('SCT', '373464007') },
        dose: { value: 60, unit: 'mg/kg' },
        route: { label: 'intraperitoneal', codings: code('SCT', '38239002') },
      },
    ],
  })
  await enter('monitoring', { channel: 'respiratory rate', mean: 62 })
  await enter(
    'modelInduction',
    {
      modelType: 'cell-line graft',
      disease: { label: 'infiltrating ductal carcinoma of breast', codings: code('SCT', '408643008') },
      cellLine: { label: 'MDA-MB-468' },
      amount: { value: 10, unit: '10*6.{cells}' },
      route: { label: 'subcutaneous', codings: code('SCT', '34206005') },
      site: { label: 'flank' },
      laterality: 'left',
      tissueOfOrigin: { label: 'mammary gland' },
      donorSpecies: { label: 'Homo sapiens', codings: code('SCT', '337915000') },
    },
    '2025-02-10T10:00:00+01:00',
  )
})
afterAll(async () => {
  await site.close()
  await rm(folder, { recursive: true, force: true })
})

const read = async () => {
  const answer = await world.owner.get(`sessions/${world.p.sessionId}/acquisition-context`)
  expect(answer.statusCode, answer.body.slice(0, 300)).toBe(200)
  const bytes = answer.rawPayload
  const { data } = (await import('dcmjs' as string)) as { data: Dcmjs }
  const { dict } = data.DicomMessage.readFile(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length))
  return { bytes, set: data.DicomMetaDictionary.naturalizeDataset(dict) }
}

type Set = Record<string, unknown>
const sets = (value: unknown): Set[] => [value ?? []].flat() as Set[]
const contentOf = (set: Set): Item[] => sets(set.ContentSequence).map(itemOf)

function itemOf(set: Set): Item {
  const value =
    sets(set.ConceptCodeSequence)[0]?.CodeValue ??
    sets(set.MeasuredValueSequence)[0]?.NumericValue ??
    set.TextValue ??
    set.DateTime
  return {
    type: String(set.ValueType),
    concept: String(sets(set.ConceptNameCodeSequence)[0]?.CodeValue),
    value: value === undefined ? undefined : String(value).trim(),
    template: sets(set.ContentTemplateSequence)[0]?.TemplateIdentifier as string | undefined,
    items: contentOf(set),
  }
}

/** All items with this concept, at any depth. */
const find = (items: Item[] | undefined, concept: string): Item[] =>
  (items ?? []).flatMap((item) => [...(item.concept === concept ? [item] : []), ...find(item.items, concept)])
const value = (item: Item | undefined) => item?.value
const number = (item: Item | undefined) => Number(item?.value)

it('holds what the record knows, in the rows of TID 8101 and its children', async () => {
  const { set } = await read()
  expect(set.SOPClassUID).toBe('1.2.840.10008.5.1.4.1.1.88.71')
  expect(set.Modality).toBe('SR')
  const items = contentOf(set)
  expect(find(items, '127006').map(value).toSorted()).toEqual(['127101', '363679005'])
  expect(number(find(items, '127143')[0])).toBe(5)
  expect(value(find(items, 'C90366')[0])).toBe('127232')
  expect(number(find(items, '127214')[0])).toBe(24)
  expect(value(find(items, 'C0018851')[0])).toBe('127251')
  expect(number(find(items, '250881009')[0])).toBe(37)
  expect(value(find(items, '127302')[0])).toBe('50697003')
  expect(value(find(items, '127312')[0])).toBe('127060')
  expect(value(find(items, '127313')[0])).toBe('not-recorded')
  const sets = find(items, '127320')
  expect(sets.map((each) => value(find(each.items, '128954007')[0]))).toEqual(['307153007', '307154001'])
  // Isoflurane in oxygen is one medication with two mixtures.
  const given = find(sets[1]?.items, '182833002')
  expect(given).toHaveLength(1)
  expect(find(given[0]?.items, '122083').map(value)).toContain('387368002')
  expect(find(given[0]?.items, '272163001')).toHaveLength(2)
  const graft = find(items, '127400')[0]
  expect(value(find(graft?.items, '111529')[0])).toBe('MDA-MB-468')
  expect(number(find(graft?.items, '408102007')[0])).toBe(10_000_000)
  expect(value(find(graft?.items, '272737002')[0])).toBe('58602004')
  expect(value(find(graft?.items, '127401')[0])).toBe('76752008')
  expect(value(find(graft?.items, '127402')[0])).toBe('337915000')
  expect(number(find(items, '113507')[0])).toBe(8.2)
  expect(number(find(items, '86290005')[0])).toBe(62)
  expect(value(find(find(items, '127301'), '398325003')[0])).toBe('20250301093000+0100')
  const all = (list: Item[]): Item[] => list.flatMap((item) => [item, ...all(item.items)])
  expect(all(items).filter((item) => item.type === 'CONTAINER' && item.items.length === 0)).toEqual([])
  const templates = new Map(all(items).map(({ template }) => [template, true]))
  expect([...templates.keys()].filter(Boolean).toSorted()).toEqual([
    '8121',
    '8122',
    '8130',
    '8131',
    '8140',
    '8150',
    '8170',
    '8182',
    '9002',
  ])
})

const has = (program: string) => spawnSync('which', [program]).status === 0
const [validator, dumper] = ['dciodvfy', 'dcmdump']

it.skipIf(!has(validator))('is a valid Acquisition Context SR to dciodvfy', async () => {
  const { bytes } = await read()
  const file = path.join(folder, 'context.dcm')
  await writeFile(file, bytes)
  const { stderr } = spawnSync(validator, [file], { encoding: 'utf8' })
  expect(stderr.split('\n').filter((line) => line.startsWith('Error'))).toEqual([])
  expect(stderr).toContain('AcquisitionContextSR')
})

it.skipIf(!has(dumper))('is read back by dcmtk', async () => {
  const { bytes } = await read()
  const file = path.join(folder, 'dump.dcm')
  await writeFile(file, bytes)
  const dump = execFileSync(dumper, ['+P', 'CodeValue', file], { encoding: 'utf8' })
  for (const code of ['127001', '127302', '387368002', '127460']) expect(dump).toContain(code)
})

it('asks which subject when several were in the bed, and does not exist for others', async () => {
  const { owner, p, stranger } = world
  expect((await stranger.get(`sessions/${p.sessionId}/acquisition-context`)).statusCode).toBe(404)
  const wrong = await owner.get(`sessions/${p.sessionId}/acquisition-context?subjectId=${world.sharedSubjectId}`)
  expect(wrong.json().errors[0]).toMatchObject({ pointer: '?subjectId', message: expect.stringContaining('M-1') })
})

/** Drawing and measuring in the viewer: numbers against plain loops over the files, kept with the series, undone, taken away. */
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { readFile } from 'node:fs/promises'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { formatById } from '../../imaging/formats/index.ts'
import { worldOf, type VolumeGeometry } from '../../portal/app/viewer/geometry.ts'
import { samplesOf } from '../../imaging/samples.ts'
import { memorySource } from '../../imaging/source.ts'
import type { Header } from '../../imaging/header.ts'
import { carry, openBrowser, widths } from '../help/browser.ts'
import { startDemoSite, type DemoSite } from '../help/site.ts'
import { clickOn, dragOn, painted, patience, view } from '../help/viewerPage.ts'

interface Series {
  id: string
  label: string
  modality?: string
  format: string
  pixels: string
  sessionId: string
  image?: { shape: number[] }
}
interface Kept {
  id: string
  label: string
  tool: string
  points: [number, number, number][]
  values: { quantity: string; value: number; unit: string }[]
  structure?: { label: string; codings?: { code: string }[] }
  version: number
}

let site: DemoSite
let browser: Browser
let context: BrowserContext
let cookie: string
let ct: Series
let cine: Series
let header: Header
/** Values of the file, slope applied, x fastest. */
let values: Float64Array

beforeAll(async () => {
  ;[site, browser] = await Promise.all([startDemoSite(), openBrowser()])
  cookie = await site.signIn('editor@demo.test')
  context = await browser.newContext({ viewport: widths.desk, acceptDownloads: true })
  await carry(context, site.address, cookie)
  const { items } = (await site.get('/series?limit=200', cookie)) as { items: Series[] }
  const ready = items.filter((series) => series.pixels === 'ready')
  const pet = ready.find((series) => series.modality === 'PT' && series.image!.shape[3]! > 1)!
  ct = ready.find((series) => series.modality === 'CT' && series.sessionId === pet.sessionId)!
  cine = ready.find((series) => series.modality === 'US')!
  const files = (await site.get(`/files?seriesId=${ct.id}&limit=200`, cookie)).items as { id: string; path: string }[]
  const entries = await Promise.all(
    files.map(async (file) => {
      const response = await fetch(`${site.address}/api/v1/files/${file.id}/content`, { headers: { cookie } })
      return { path: file.path, source: memorySource(new Uint8Array(await response.arrayBuffer())) }
    }),
  )
  const reader = await formatById(ct.format)!.open(entries)
  header = reader.header
  const { x, y, z } = header.shape
  values = new Float64Array(x * y * z)
  for (let k = 0; k < z; k++) {
    const plane = samplesOf(header.sampleType, (await reader.plane(k)).slice())
    plane.forEach((stored, n) => {
      values[k * x * y + n] =
        stored * (header.slope[k] ?? header.slope[0]!) + (header.intercept[k] ?? header.intercept[0]!)
    })
  }
})
afterAll(async () => {
  await browser?.close()
  await site?.stop()
})

const kept = async (seriesId = ct.id): Promise<Kept[]> =>
  (await site.get(`/annotations?seriesId=${seriesId}&limit=200`, cookie)).items

async function remove(seriesId: string): Promise<void> {
  for (const { id, version } of await kept(seriesId)) {
    await fetch(`${site.address}/api/v1/annotations/${id}`, {
      method: 'DELETE',
      headers: { cookie, origin: site.address, 'if-match': `"${version}"` },
    })
  }
}
beforeEach(async () => {
  await remove(ct.id)
  await remove(cine.id)
})

const open = (query: string, work: (page: Page) => Promise<void>, inContext = context) =>
  view(inContext, site.address, query, async (page) => {
    await painted(page)
    await work(page)
  })
const take = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
const saved = (page: Page) =>
  page.waitForFunction(
    () => document.querySelector('[data-kept]')?.textContent === 'Saved with the series.',
    null,
    patience,
  )
const axial = () => `series=${ct.id}&layout=single&plane=axial`
const rows = (page: Page) => page.locator('[data-annotation]')

/** Mean, spread and number of the voxels that a test of their positions holds, by two passes over the file. */
function truth(holds: (point: readonly [number, number, number]) => boolean) {
  const box = geometry()
  const found: number[] = []
  const { x, y, z } = header.shape
  for (let k = 0; k < z; k++)
    for (let j = 0; j < y; j++)
      for (let i = 0; i < x; i++) if (holds(worldOf(box, [i, j, k]))) found.push(values[(k * y + j) * x + i]!)
  const mean = found.reduce((sum, one) => sum + one, 0) / found.length
  const squares = found.reduce((sum, one) => sum + (one - mean) ** 2, 0)
  return {
    voxelCount: found.length,
    mean,
    standardDeviation: Math.sqrt(squares / (found.length - 1)),
    minimum: Math.min(...found),
    maximum: Math.max(...found),
  }
}

function geometry(): VolumeGeometry {
  const d = header.direction ?? [1, 0, 0, 0, 1, 0, 0, 0, 1]
  const axis = (n: number) => [d[n]!, d[n + 1]!, d[n + 2]!] as const
  const { x, y, z } = header.shape
  return {
    dimensions: [x, y, z],
    spacing: header.spacing!,
    origin: header.origin ?? [0, 0, 0],
    axes: [axis(0), axis(3), axis(6)],
    leftHanded: false,
  }
}
const valueOf = (one: Kept, quantity: string) => one.values.find((value) => value.quantity === quantity)!.value
const distance = (a: readonly number[], b: readonly number[]) => Math.hypot(...a.map((v, n) => v - b[n]!))

describe('a measurement', () => {
  it('of each kind is drawn, listed, kept with the series and there again after loading', async () => {
    await open(axial(), async (page) => {
      const draw: [string, () => Promise<void>][] = [
        [
          'Measure a length',
          () =>
            dragOn(page, [
              [0.4, 0.4],
              [0.55, 0.5],
            ]),
        ],
        [
          'Measure two diameters',
          () =>
            dragOn(page, [
              [0.45, 0.55],
              [0.55, 0.6],
            ]),
        ],
        [
          'Measure in an ellipse',
          () =>
            dragOn(page, [
              [0.44, 0.4],
              [0.56, 0.6],
            ]),
        ],
        [
          'Measure in a rectangle',
          () =>
            dragOn(page, [
              [0.3, 0.3],
              [0.38, 0.4],
            ]),
        ],
        [
          'Measure in an outline',
          () =>
            dragOn(page, [
              [0.6, 0.6],
              [0.68, 0.6],
              [0.66, 0.7],
              [0.6, 0.68],
            ]),
        ],
        [
          'Measure in a sphere',
          () =>
            dragOn(page, [
              [0.36, 0.6],
              [0.41, 0.64],
            ]),
        ],
        ['Measure a point', () => clickOn(page, [0.5, 0.3])],
        [
          'Arrow with words',
          () =>
            dragOn(page, [
              [0.7, 0.2],
              [0.62, 0.3],
            ]),
        ],
      ]
      for (const [n, [tool, hand]] of draw.entries()) {
        await take(page, tool)
        await hand()
        await rows(page).nth(n).waitFor()
      }
      await take(page, 'Measure an angle')
      for (const place of [
        [0.3, 0.75],
        [0.35, 0.85],
        [0.42, 0.8],
      ] as const)
        await clickOn(page, place)
      await rows(page).nth(8).waitFor()
      await take(page, 'Measure in a polygon')
      for (const place of [
        [0.55, 0.75],
        [0.63, 0.76],
        [0.62, 0.86],
        [0.56, 0.84],
      ] as const)
        await clickOn(page, place)
      await page.keyboard.press('Enter')
      await rows(page).nth(9).waitFor()
      await saved(page)
      const shots = process.env.VIVARCHIVE_SHOTS
      if (shots) {
        await mkdir(shots, { recursive: true })
        await page.screenshot({ path: path.join(shots, 'annotations.png') })
      }
      const records = await kept()
      expect(records.map((one) => one.tool).toSorted()).toEqual([
        'angle',
        'arrow',
        'bidirectional',
        'ellipse',
        'freehand',
        'length',
        'polygon',
        'probe',
        'rectangle',
        'sphere',
      ])
      const texts = await rows(page).allInnerTexts()
      await page.reload()
      await painted(page)
      await rows(page).nth(9).waitFor()
      expect((await rows(page).allInnerTexts()).toSorted()).toEqual(texts.map(withoutDetails).toSorted())
      expect(await page.locator('[data-drawing]').count()).toBe(10)
    })
    const by = (tool: string) => records.find((one) => one.tool === tool)!
    const records = await kept()
    // Lengths and angles from the points alone.
    const length = by('length')
    expect(valueOf(length, 'length')).toBeCloseTo(distance(length.points[0]!, length.points[1]!), 4)
    const [a, vertex, b] = by('angle').points
    const arms = [a!, b!].map((end) => end.map((v, n) => v - vertex![n]!))
    const cosine =
      arms[0]!.reduce((sum, v, n) => sum + v * arms[1]![n]!, 0) / (Math.hypot(...arms[0]!) * Math.hypot(...arms[1]!))
    expect(valueOf(by('angle'), 'angle')).toBeCloseTo((Math.acos(cosine) * 180) / Math.PI, 3)
    expect(valueOf(by('bidirectional'), 'shortAxis')).toBeCloseTo(valueOf(by('bidirectional'), 'length') / 2, 4)
    // Statistics from plain loops over the file.
    const sphere = by('sphere')
    const radius = distance(sphere.points[0]!, sphere.points[1]!)
    const inSphere = truth((point) => distance(point, sphere.points[0]!) <= radius)
    const onPlane = (point: readonly number[], at: readonly number[]) =>
      Math.abs(point[2]! - at[2]!) < header.spacing![2] / 2
    const corners = by('rectangle').points
    const [low, high] = [0, 1].map((end) =>
      [0, 1].map((n) => (end ? Math.max : Math.min)(...corners.map((point) => point[n]!))),
    )
    const inRectangle = truth(
      (point) => onPlane(point, corners[0]!) && [0, 1].every((n) => point[n]! >= low![n]! && point[n]! <= high![n]!),
    )
    const [bottom, top, left, right] = by('ellipse').points
    const centre = [0, 1].map((n) => (bottom![n]! + top![n]!) / 2)
    const [rx, ry] = [Math.abs(right![0] - left![0]) / 2, Math.abs(top![1] - bottom![1]) / 2]
    const inEllipse = truth(
      (point) =>
        onPlane(point, bottom!) && ((point[0] - centre[0]!) / rx) ** 2 + ((point[1] - centre[1]!) / ry) ** 2 <= 1,
    )
    for (const [record, expected] of [
      [sphere, inSphere],
      [by('rectangle'), inRectangle],
      [by('ellipse'), inEllipse],
    ] as const) {
      expect(expected.voxelCount, record.tool).toBeGreaterThan(20)
      for (const [quantity, value] of Object.entries(expected))
        expect(valueOf(record, quantity), `${record.tool} ${quantity}`).toBeCloseTo(value, 2)
    }
    expect(valueOf(sphere, 'volume')).toBeCloseTo((4 / 3) * Math.PI * radius ** 3, 3)
    expect(valueOf(by('ellipse'), 'area')).toBeCloseTo(Math.PI * rx * ry, 3)
  })

  it('is moved by its handle, undone and redone, and the record follows', async () => {
    await open(axial(), async (page) => {
      await take(page, 'Measure a length')
      await dragOn(page, [
        [0.4, 0.5],
        [0.6, 0.5],
      ])
      await saved(page)
      const first = valueOf((await kept())[0]!, 'length')
      await dragOn(page, [
        [0.6, 0.5],
        [0.7, 0.5],
      ])
      await saved(page)
      expect(valueOf((await kept())[0]!, 'length') / first).toBeCloseTo(1.5, 1)
      await page.keyboard.press('Control+z')
      await saved(page)
      expect(valueOf((await kept())[0]!, 'length')).toBeCloseTo(first, 5)
      await page.keyboard.press('Control+y')
      await saved(page)
      expect(valueOf((await kept())[0]!, 'length') / first).toBeCloseTo(1.5, 1)
      await page.keyboard.press('Delete')
      await rows(page).first().waitFor({ state: 'detached' })
      await expect.poll(() => kept(), patience).toHaveLength(0)
      await page.keyboard.press('Control+z')
      await rows(page).first().waitFor()
      await saved(page)
      expect((await kept())[0]).toMatchObject({ label: 'Length 1', tool: 'length' })
    })
  })

  it('is renamed and given a structure with its code, hidden, gone to, and taken away as CSV', async () => {
    await open(axial(), async (page) => {
      await take(page, 'Measure in an ellipse')
      await dragOn(page, [
        [0.44, 0.4],
        [0.56, 0.6],
      ])
      await page.getByLabel('Name').fill('Liver, right lobe')
      await page.getByRole('combobox', { name: 'Structure' }).fill('liver')
      await page
        .getByRole('option', { name: /^liver/ })
        .first()
        .click()
      await saved(page)
      expect((await kept())[0]).toMatchObject({
        label: 'Liver, right lobe',
        structure: { label: 'liver', codings: [{ scheme: 'UBERON', code: '0002107' }] },
      })
      const [download] = await Promise.all([page.waitForEvent('download'), take(page, 'CSV')])
      const csv = await readFile((await download.path())!, 'utf8')
      const lines = csv.trim().split('\r\n')
      expect(lines[0]).toMatch(/^series,series_id,/)
      expect(lines).toHaveLength(7)
      expect(csv).toContain('"Liver, right lobe",liver,UBERON:0002107,Ellipse')
      await take(page, 'Hide Liver, right lobe')
      await page.locator('[data-drawing]').waitFor({ state: 'detached' })
      await take(page, 'Show Liver, right lobe')
      await page.locator('[data-drawing]').waitFor()
      await page.locator('[data-pane]').focus()
      await page.keyboard.press('PageDown')
      await page.locator('[data-drawing]').waitFor({ state: 'detached' })
      await take(page, 'Go to Liver, right lobe')
      await page.locator('[data-drawing]').waitFor()
    })
  })

  it('on a cine belongs to its plane', async () => {
    await open(`series=${cine.id}`, async (page) => {
      await take(page, 'Measure in an ellipse')
      await dragOn(page, [
        [0.4, 0.4],
        [0.6, 0.6],
      ])
      await saved(page)
      await page.locator('[data-pane]').focus()
      await page.keyboard.press('ArrowRight')
      await page.locator('[data-drawing]').waitFor({ state: 'detached' })
      await page.keyboard.press('ArrowLeft')
      await page.locator('[data-drawing]').waitFor()
    })
    expect((await kept(cine.id))[0]).toMatchObject({ space: 'picture', plane: 0 })
  })
})

describe('who may keep what', () => {
  it('somebody who may only look keeps measurements alone, and others do not see them', async () => {
    const looking = await browser.newContext({ viewport: widths.desk })
    await carry(looking, site.address, await site.signIn('viewer@demo.test'))
    await open(
      axial(),
      async (page) => {
        await take(page, 'Measure a length')
        await dragOn(page, [
          [0.4, 0.5],
          [0.6, 0.5],
        ])
        await page.getByText('Saved with the series, for you alone.').waitFor()
        await page.reload()
        await painted(page)
        await rows(page).first().waitFor()
        await take(page, 'Remove Length 1')
        await rows(page).first().waitFor({ state: 'detached' })
        await page.waitForTimeout(1500)
      },
      looking,
    ).finally(() => looking.close())
    expect(await kept()).toEqual([])
  })

  it('a visitor measures on a public image, and is told that it is not kept', async () => {
    const { items } = await site.get('/datasets?state=published')
    const { snapshot } = await site.get(`/datasets/${items[0].id}`)
    const shown = (snapshot.series as Series[]).find((series) => series.modality === 'CT') ?? snapshot.series[0]
    const visitor = await browser.newContext({ viewport: widths.desk })
    await open(
      `series=${shown.id}`,
      async (page) => {
        await take(page, 'Measure a length')
        await dragOn(page, [
          [0.4, 0.5],
          [0.6, 0.5],
        ])
        await page.getByText('Kept until you leave this page.').waitFor()
      },
      visitor,
    ).finally(() => visitor.close())
  })
})

/** What a row says when it is not unfolded. */
const withoutDetails = (text: string): string => text.split('\nName\n')[0]!.split('\nWords\n')[0]!

/** Painting labels in the viewer: volumes against geometry, kept with the series in every version, undone. */
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { carry, openBrowser, widths } from '../help/browser.ts'
import { startDemoSite, type DemoSite } from '../help/site.ts'
import { clickOn, dragOn, painted, patience, view } from '../help/viewerPage.ts'

interface Series {
  id: string
  modality?: string
  pixels: string
  image?: { shape: number[]; spacingMillimetres?: number[] }
}
interface Kept {
  id: string
  version: number
  label: string
  segments: { number: number; label: string }[]
  labels?: { counts: { number: number; time: number; voxels: number; cubicMillimetres: number }[] }
}

let site: DemoSite
let browser: Browser
let context: BrowserContext
let cookie: string
let ct: Series

beforeAll(async () => {
  ;[site, browser] = await Promise.all([startDemoSite(), openBrowser()])
  cookie = await site.signIn('editor@demo.test')
  context = await browser.newContext({ viewport: widths.desk })
  await carry(context, site.address, cookie)
  const { items } = (await site.get('/series?limit=200&modality=CT', cookie)) as { items: Series[] }
  ct = items.find((series) => series.pixels === 'ready' && series.image!.shape[2]! > 20)!
})
afterAll(async () => {
  for (const { id, version } of await kept()) {
    const headers = { cookie, origin: site.address, 'if-match': `"${version}"` }
    await fetch(`${site.address}/api/v1/segmentations/${id}`, { method: 'DELETE', headers })
  }
  await browser?.close()
  await site?.stop()
})

const kept = async (): Promise<Kept[]> => (await site.get(`/segmentations?seriesId=${ct.id}`, cookie)).items
const take = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
/** Voxels of a segment as the panel tells them. */
async function size(page: Page, number = 1): Promise<number> {
  const told = page.locator(`[data-segment="${number}"] [data-size]`)
  return (await told.count()) === 0 ? 0 : Number(await told.getAttribute('data-size'))
}

it('labels are painted, erased, filled and undone, saved with the series and there again', async () => {
  await view(context, site.address, `series=${ct.id}&layout=single&plane=axial`, async (page) => {
    await painted(page)
    await page.keyboard.press('Shift+S')
    await take(page, 'New')
    const radius = 2.5
    await page.getByLabel('Radius in mm').fill(String(radius))
    await page.getByLabel('In 3D').check()
    await clickOn(page, [0.5, 0.5])
    const [dx, dy, dz] = ct.image!.spacingMillimetres as [number, number, number]
    const voxel = dx * dy * dz
    const ball = (4 / 3) * Math.PI * radius ** 3
    const first = await size(page)
    expect(Math.abs((first * voxel) / ball - 1)).toBeLessThan(0.12)

    await take(page, 'Eraser')
    await dragOn(page, [
      [0.5, 0.5],
      [0.52, 0.5],
    ])
    expect(await size(page)).toBeLessThan(first / 2)
    await page.keyboard.press('Control+z')
    expect(await size(page)).toBe(first)

    // Bone only: what the threshold brush takes lies in the range.
    await take(page, 'Add segment')
    await take(page, 'Threshold brush')
    await page.getByLabel(/^From/).fill('200')
    await page.getByLabel('To', { exact: true }).fill('4000')
    await dragOn(page, [
      [0.3, 0.5],
      [0.7, 0.5],
    ])
    const bone = await size(page, 2)
    expect(bone).toBeGreaterThan(20)
    const mean = await page.locator('[data-segment="2"]').innerText()
    expect(Number(/mean ([\d.]+)/.exec(mean)![1])).toBeGreaterThan(200)

    await page.getByLabel('Name of the segment', { exact: true }).fill('Bone')
    await page.getByLabel('Name of the segment', { exact: true }).press('Enter')
    await take(page, 'Save segmentation')
    await page.waitForFunction(
      () => document.querySelector('[data-segmentation-state]')?.textContent?.startsWith('Saved'),
      null,
      patience,
    )
    const [record] = await kept()
    expect(record!.segments.map((one) => one.label)).toEqual(['Segment 1', 'Bone'])
    const counts = record!.labels!.counts.map(({ number, voxels }) => [number, voxels])
    expect(counts).toEqual([
      [1, await size(page, 1)],
      [2, bone],
    ])
    expect(record!.labels!.counts[1]!.cubicMillimetres).toBeCloseTo(bone * voxel, 3)
    const shots = process.env.VIVARCHIVE_SHOTS
    if (shots) {
      await mkdir(shots, { recursive: true })
      await page.screenshot({ path: path.join(shots, 'segmentation.png') })
    }

    await page.reload()
    await painted(page)
    await page.keyboard.press('Shift+S')
    await page.getByRole('combobox', { name: 'Segmentation' }).click()
    await page.getByRole('option', { name: 'Segmentation 1' }).click()
    await page.locator('[data-segment="2"] [data-size]').waitFor()
    expect(await size(page, 2)).toBe(bone)
    expect(await page.locator('canvas[data-labels]').count()).toBe(1)
    await take(page, 'Remove Segmentation 1')
    await expect.poll(kept, patience).toEqual([])
  })
})

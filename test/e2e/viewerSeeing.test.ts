/** Layouts, layers, slabs, turned planes and bodies in space, with checks of colours and numbers. */
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { carry, openBrowser, widths } from '../help/browser.ts'
import { changed, colourAt, drawn, painted, patience } from '../help/pictures.ts'
import { startDemoSite, type DemoSite } from '../help/site.ts'

interface Series {
  id: string
  label: string
  sessionId: string
  studyId: string
  modality?: string
  pixels: string
  format: string
  image?: { shape: number[]; samplesPerPixel: number }
}

let site: DemoSite
let browser: Browser
let context: BrowserContext
let all: Series[]
let ct: Series
let pet: Series

beforeAll(async () => {
  ;[site, browser] = await Promise.all([startDemoSite(), openBrowser()])
  const cookie = await site.signIn('editor@demo.test')
  context = await browser.newContext({ viewport: widths.desk })
  await carry(context, site.address, cookie)
  all = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const page = await site.get(`/series?limit=200${cursor && `&cursor=${cursor}`}`, cookie)
    all.push(...(page.items as Series[]).filter((series) => series.pixels === 'ready'))
    cursor = page.next
  }
  pet = all.find((series) => series.modality === 'PT' && series.image!.shape[3]! > 1)!
  ct = all.find((series) => series.modality === 'CT' && series.sessionId === pet.sessionId)!
})
afterAll(async () => {
  await browser?.close()
  await site?.stop()
})

async function view(query: string, work: (page: Page) => Promise<void>, inContext = context): Promise<void> {
  const page = await inContext.newPage()
  page.setDefaultTimeout(patience.timeout)
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  try {
    await page.goto(`${site.address}/view?${query}`)
    await work(page)
    expect(complaints).toEqual([])
  } finally {
    await page.close()
  }
}

const keysOf = (page: Page) =>
  page.locator('[data-pane]').evaluateAll((panes) => panes.map((pane) => pane.getAttribute('aria-label')))

describe('hanging', () => {
  it('shows CT, PET and their fusion beside each other, and remembers another choice for such series of the study', async () => {
    const fresh = await browser.newContext({ viewport: widths.desk })
    await carry(fresh, site.address, await site.signIn('editor@demo.test'))
    try {
      await view(
        `series=${ct.id},${pet.id}`,
        async (page) => {
          await page.locator('[data-pane]').nth(2).waitFor()
          await painted(page)
          expect(
            await page.locator('[data-pane]').evaluateAll((panes) => panes.map((p) => p.getAttribute('data-pane'))),
          ).toEqual(['coronal', 'coronal', 'coronal'])
          const [ctAlone, petAlone, fused] = [await drawn(page, 0), await drawn(page, 1), await drawn(page, 2)]
          expect(ctAlone.coloured).toBe(0)
          expect(petAlone.coloured).toBeGreaterThan(500)
          expect(fused.coloured).toBeGreaterThan(500)
          expect(fused.bright - fused.coloured, 'grey where there is no signal').toBeGreaterThan(500)
          await page.getByRole('button', { name: 'Three planes', exact: true }).click()
          await page.getByRole('button', { name: 'Fusion', exact: true }).click()
          await page.waitForURL(/show=fusion/)
        },
        fresh,
      )
      await view(
        `series=${ct.id},${pet.id}`,
        async (page) => {
          await page.waitForURL(/layout=mpr&show=fusion/)
          await painted(page)
          expect(await keysOf(page)).toHaveLength(3)
        },
        fresh,
      )
    } finally {
      await fresh.close()
    }
  })

  it('shows the same plane of several animals side by side, with one crosshair or each with its own', async () => {
    const animals = all.filter((series) => series.modality === 'CT' && series.label === ct.label).slice(0, 3)
    expect(animals.length).toBe(3)
    await view(`series=${animals.map(({ id }) => id).join(',')}`, async (page) => {
      await page.locator('[data-pane]').nth(2).waitFor()
      await painted(page)
      expect(await page.locator('[data-pane]').count()).toBe(3)
      const before = await drawn(page, 1)
      await page.locator('[data-pane]').first().focus()
      await page.keyboard.press('PageDown')
      const moved = await changed(page, before, 1)
      await page.getByRole('button', { name: 'One crosshair for all series' }).click()
      await page.locator('[data-pane]').first().focus()
      const first = await drawn(page, 0)
      await page.keyboard.press('PageUp')
      await changed(page, first, 0)
      expect((await drawn(page, 1)).hash).toBe(moved.hash)
    })
  })
})

describe('layers', () => {
  const middle = [0.46, 0.44] as const

  it('are mixed by the stated opacity: the colour of each times its part', async () => {
    const query = (more: string) =>
      `series=${ct.id},${pet.id}&layout=single&plane=coronal&t=0,12&w=-1000:1000,0:600000&map=grey,viridis&smooth=0&${more}`
    let below: number[] = []
    let above: number[] = []
    await view(query('show=fusion&hide=,1'), async (page) => {
      await painted(page)
      below = await colourAt(page, middle)
    })
    await view(query('show=fusion&opacity=0.6,1&blend=signal,even'), async (page) => {
      await painted(page)
      above = await colourAt(page, middle)
      expect(Math.max(...above) - Math.min(...above), 'the upper layer hides the lower one').toBeGreaterThan(20)
    })
    for (const alpha of [0.25, 0.5, 0.8]) {
      await view(query(`show=fusion&opacity=0.6,${alpha}&blend=signal,even`), async (page) => {
        await painted(page)
        const apart = async () => {
          const mixed = await colourAt(page, middle)
          return Math.max(...mixed.map((value, c) => Math.abs(value - (alpha * above[c]! + (1 - alpha) * below[c]!))))
        }
        await expect.poll(apart, { message: `opacity ${alpha}`, timeout: 10_000 }).toBeLessThanOrEqual(2.5)
      })
    }
  })

  it('can be hidden and put in another order', async () => {
    await view(`series=${ct.id},${pet.id}&show=fusion&layout=single&plane=coronal&t=0,12`, async (page) => {
      await painted(page)
      const both = await drawn(page)
      await page.getByRole('button', { name: `Hide ${pet.label}` }).click()
      const alone = await changed(page, both)
      expect(alone.coloured).toBe(0)
      await page.getByRole('button', { name: `Show ${pet.label}` }).click()
      expect((await changed(page, alone)).hash).toBe(both.hash)
      await page.getByRole('button', { name: `Move ${ct.label} up` }).click()
      await page.waitForURL(/order=1,0/)
      await changed(page, both)
      expect(await page.locator('[data-layer]').first().getAttribute('data-layer')).toBe(ct.id)
    })
  })
})

describe('planes', () => {
  it('draw the greatest, least or mean value of a slab', async () => {
    await view(`series=${pet.id}&layout=single&plane=coronal&t=12&w=0:600000&map=grey`, async (page) => {
      await painted(page)
      const plane = await drawn(page)
      await page.getByRole('combobox', { name: 'Slab' }).click()
      await page.getByRole('option', { name: 'Maximum (MIP)' }).click()
      const maximum = await changed(page, plane)
      await page.waitForURL(/slab=maximum:5/)
      expect(maximum.bright).toBeGreaterThan(plane.bright)
      await page.getByRole('combobox', { name: 'Slab' }).click()
      await page.getByRole('option', { name: 'Minimum (MinIP)' }).click()
      const minimum = await changed(page, maximum)
      expect(minimum.bright).toBeLessThan(plane.bright)
      await page.getByRole('combobox', { name: 'Slab' }).click()
      await page.getByRole('option', { name: 'One plane' }).click()
      expect((await changed(page, minimum)).hash).toBe(plane.hash)
    })
  })

  it('turned by a right angle are another of the three planes', async () => {
    const query = `series=${ct.id}&layout=single&w=-1000:1000&plane=`
    let sagittal = 0
    await view(`${query}sagittal`, async (page) => {
      await painted(page)
      sagittal = (await drawn(page)).bright
    })
    await view(`${query}coronal&tilt=0:0:90`, async (page) => {
      await painted(page)
      const { bright } = await drawn(page)
      expect(Math.abs(bright / sagittal - 1)).toBeLessThan(0.05)
      const before = await drawn(page)
      await page.locator('[data-pane]').focus()
      await page.keyboard.press('PageDown')
      await changed(page, before)
    })
  })
})

describe('a body in space', () => {
  it('is drawn, turned by hand and by itself, and restored by its link', async () => {
    await view(`series=${ct.id}&layout=volume`, async (page) => {
      await painted(page)
      const front = await drawn(page)
      expect(front.bright).toBeGreaterThan(3000)
      await page.getByRole('button', { name: 'From the left side' }).click()
      await page.waitForURL(/eye=90:0/)
      const left = await changed(page, front)
      expect(left.bright).toBeLessThan(front.bright * 1.2)
      await page.getByRole('combobox', { name: 'How the body is drawn' }).selectOption('maximum')
      const maximum = await changed(page, left)
      await page.reload()
      await painted(page)
      // Rays start at random places within a step, so the pixels differ a little.
      expect(Math.abs((await drawn(page)).bright / maximum.bright - 1)).toBeLessThan(0.03)
      await page.getByRole('button', { name: 'Turn round and round' }).click()
      await page.waitForFunction(() => document.querySelector('[data-eye]')!.getAttribute('data-eye') !== '90,0')
      await page.getByRole('button', { name: 'Stop turning' }).click()
    })
  })

  it('shows the maximum of all values along the line of sight: that of the slab through everything', async () => {
    const common = `series=${pet.id}&t=12&w=0:600000&map=grey`
    let projected = 0
    await view(`${common}&layout=single&plane=coronal&slab=maximum:200`, async (page) => {
      await painted(page)
      projected = (await drawn(page)).bright
    })
    await view(`${common}&layout=volume&body=maximum`, async (page) => {
      await painted(page)
      // The body is drawn smaller, because it must fit when it is turned.
      const { bright } = await drawn(page)
      expect(bright).toBeGreaterThan(projected * 0.2)
      expect(bright).toBeLessThan(projected * 1.2)
    })
  })
})

describe('a slow link', () => {
  it('shows the reduced image until the planes are there', async () => {
    const large = all.toSorted((a, b) => size(b) - size(a))[0]!
    const slow = await browser.newContext({ viewport: widths.desk })
    await carry(slow, site.address, await site.signIn('editor@demo.test'))
    try {
      let release = () => {}
      const held = new Promise<void>((resolve) => (release = resolve))
      await slow.route('**/chunks/*', async (route) => {
        await held
        await route.continue()
      })
      await view(
        `series=${large.id}`,
        async (page) => {
          await page.locator('[data-pane][data-reduced]').first().waitFor()
          await page.getByText('Reduced image: loading planes').first().waitFor()
          const reduced = await drawn(page)
          release()
          await painted(page)
          const whole = await drawn(page)
          expect(await page.locator('[data-reduced]').count()).toBe(0)
          expect(whole.hash).not.toBe(reduced.hash)
          expect(reduced.bright / whole.bright).toBeGreaterThan(0.8)
          expect(reduced.bright / whole.bright).toBeLessThan(1.25)
        },
        slow,
      )
    } finally {
      await slow.close()
    }
  })
})

const size = ({ image }: Series): number =>
  image && image.shape[2]! > 1 ? image.shape[0]! * image.shape[1]! * image.shape[2]! : 0

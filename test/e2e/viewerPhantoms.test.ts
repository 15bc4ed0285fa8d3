/** The viewer on images of which every voxel is known: directions, mixed colours, slabs, and input that is odd or goes away. */
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { withAxes } from '../../imaging/geometry/orientation.ts'
import { openBrowser, widths } from '../help/browser.ts'
import { serve, type PhantomSeries } from '../help/phantomSeries.ts'
import { changed, colourAt, drawn, painted, patience } from '../help/pictures.ts'
import { startServer, type RunningServer } from '../help/server.ts'

let server: RunningServer
let browser: Browser
let context: BrowserContext
beforeAll(async () => {
  ;[server, browser] = await Promise.all([startServer(), openBrowser()])
})
afterAll(async () => {
  await browser?.close()
  await server?.stop()
})
beforeEach(async () => {
  context = await browser.newContext({ viewport: widths.desk })
})
afterEach(() => context.close())

async function view(query: string, work: (page: Page) => Promise<void>): Promise<void> {
  const page = await context.newPage()
  page.setDefaultTimeout(patience.timeout)
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  await page.goto(`${server.url}/view?${query}`)
  await work(page)
  expect(complaints).toEqual([])
  await page.close()
}

const cube = (side: number, value: PhantomSeries['value'], header: object = {}): PhantomSeries => ({
  header: { shape: { x: side, y: side, z: side, t: 1, c: 1 }, ...header },
  value,
  range: { min: 0, max: 1000 },
})

/** All ways in which three axes can run: each pair of directions once, in any order. */
const orientations = ['LPS', 'LSP', 'PLS', 'PSL', 'SLP', 'SPL'].flatMap((order) =>
  Array.from({ length: 8 }, (_, signs) =>
    [...order]
      .map((letter) => {
        const pair = ['LR', 'PA', 'SI'].find((one) => one.includes(letter))!
        return (signs >> ['L', 'P', 'S'].indexOf(letter)) & 1 ? pair.replace(letter, '') : letter
      })
      .join(''),
  ),
)

describe('the letters of the directions', () => {
  it.each([0, 1, 2, 3, 4, 5])(
    'point to where a body with one bright corner has it (orientations %#, eight each)',
    async (group) => {
      const names = orientations.slice(group * 8, group * 8 + 8)
      const side = 20
      // The bright corner lies to the left, dorsally and at the head, wherever the axes run.
      const isHigh = (letter: string, at: number) => ('LPS'.includes(letter) ? at >= 13 && at < 18 : at >= 2 && at < 7)
      const centre = (letter: string) => ('LPS'.includes(letter) ? 15 : 4)
      await serve(
        context,
        Object.fromEntries(
          names.map((name) => [
            name,
            cube(
              side,
              (x, y, z) => ([x, y, z].every((at, axis) => isHigh(name[axis]!, at)) ? 1000 : 200),
              withAxes({ origin: null, direction: null }, name),
            ),
          ]),
        ),
      )
      const at = names.map((name) => [...name].map(centre).join('.')).join(',')
      const w = names.map(() => '0:1000').join(',')
      await view(`series=${names.join(',')}&show=side&layout=mpr&together=0&at=${at}&w=${w}`, async (page) => {
        await painted(page)
        const panes = await page.locator('[data-pane]').evaluateAll((all) =>
          all.map((pane) => {
            const canvas = pane.querySelector<HTMLCanvasElement>('canvas.cornerstone-canvas')!
            const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height)
            let [x, y, count] = [0, 0, 0]
            for (let i = 0; i < data.length / 4; i++) {
              if (data[i * 4]! < 200) continue
              x += i % canvas.width
              y += Math.floor(i / canvas.width)
              count++
            }
            const [left, right, top, bottom] = [...pane.querySelectorAll('g[font-weight="600"] text')].map(
              (text) => text.textContent,
            )
            const bright = [x / count < canvas.width / 2 ? left : right, y / count < canvas.height / 2 ? top : bottom]
            return {
              name: `${pane.getAttribute('aria-label')!.split(',')[0]} ${pane.getAttribute('data-pane')}`,
              count,
              bright: bright.toSorted().join(' '),
            }
          }),
        )
        expect(panes).toHaveLength(24)
        const wanted = { axial: 'D L', coronal: 'Cr L', sagittal: 'Cr D' }
        for (const { name, count, bright } of panes) {
          expect(count, name).toBeGreaterThan(20)
          expect(bright, name).toBe(wanted[name.split(' ')[1] as keyof typeof wanted])
        }
      })
    },
  )
})

describe('layers of known values', () => {
  it.each([0.01, 0.25, 2.5])('at %f mm are mixed by the stated opacity', async (millimetres) => {
    const spacing = [millimetres, millimetres, millimetres]
    await serve(context, {
      below: cube(24, () => 500, { spacing }),
      above: cube(24, () => 1000, { spacing, modality: 'PT' }),
    })
    const yellow = [253, 231, 37]
    for (const alpha of [0, 0.25, 0.5, 1]) {
      await view(
        `series=below,above&show=fusion&layout=single&w=0:1000,0:1000&map=grey,viridis&opacity=1,${alpha}&blend=even,even`,
        async (page) => {
          await painted(page)
          const mixed = await colourAt(page, [0.45, 0.45])
          mixed.forEach((value, c) => {
            expect(
              Math.abs(value - (alpha * yellow[c]! + (1 - alpha) * 127.5)),
              `${alpha}: ${mixed.join()}`,
            ).toBeLessThan(3)
          })
        },
      )
    }
  })
})

describe('slabs of known values', () => {
  const slabs = [
    ['maximum', 4, 700],
    ['mean', 4, 500],
    ['minimum', 4, 300],
    ['maximum', 9, 950],
    ['minimum', 9, 50],
  ] as const
  it.each(slabs)('show the %s over %d mm', async (kind, thickness, value) => {
    await serve(context, { ramp: cube(16, (_x, _y, z) => z * 100) })
    await view(`series=ramp&layout=single&plane=axial&at=8.8.5&w=0:1000&slab=${kind}:${thickness}`, async (page) => {
      await painted(page)
      const [r, g, b] = await colourAt(page, [0.45, 0.45])
      expect([g, b]).toEqual([r, r])
      // Half a voxel at either end.
      expect(Math.abs(r - (value / 1000) * 255)).toBeLessThan(14)
    })
  })
})

describe('odd images', () => {
  const plane = (x: number, y: number, more: object = {}) => ({ shape: { x, y, z: 1, t: 1, c: 1 }, ...more })
  const odd: Record<string, PhantomSeries & { pane: string }> = {
    holes: {
      ...cube(
        16,
        (x, y) => (x < 4 ? Number.NaN : y < 4 ? Number.POSITIVE_INFINITY : x > 11 ? Number.NEGATIVE_INFINITY : 500),
        {
          sampleType: 'float32',
        },
      ),
      pane: 'axial',
    },
    constant: { ...cube(16, () => 7), range: { min: 7, max: 7 }, pane: 'axial' },
    onePlane: { header: plane(40, 30), value: (x) => x * 20, range: { min: 0, max: 800 }, pane: 'stack' },
    onePixel: { header: plane(1, 1), value: () => 5, range: { min: 0, max: 5 }, pane: 'stack' },
    manyTimes: {
      header: {
        shape: { x: 8, y: 8, z: 4, t: 2000, c: 1 },
        frames: {
          startSeconds: Array.from({ length: 2000 }, (_, t) => t * 0.1),
          durationSeconds: Array.from({ length: 2000 }, () => 0.1),
        },
      },
      value: (x, _y, _z, t) => (x + t) % 1000,
      range: { min: 0, max: 1000 },
      chunkPlanes: 400,
      pane: 'axial',
    },
    slanted: {
      ...cube(12, (x) => x * 80, { direction: [1, 0, 0, 0, 1, 0, 0.3, 0, 0.95] }),
      pane: 'stack',
    },
  }

  it.each(Object.keys(odd))('%s: something is drawn or said, and the page goes on', async (name) => {
    await serve(context, odd)
    await view(`series=${name}`, async (page) => {
      await painted(page)
      expect(await page.locator('[data-pane]').first().getAttribute('data-pane')).toBe(odd[name]!.pane)
      const value = page.locator(`[data-value="${name}"]`)
      expect(await value.innerText()).toMatch(/\d/)
      await page.keyboard.press('r')
      if (name === 'holes') {
        await page.goto(`${server.url}/view?series=holes&at=1.8.8`)
        await painted(page)
        expect(await value.innerText()).toBe('no number')
        await page.goto(`${server.url}/view?series=holes&at=8.1.8`)
        await painted(page)
        expect(await value.innerText()).toBe('∞')
      }
      if (name === 'slanted') await page.getByText('stacked at a slant').first().waitFor()
      if (name === 'manyTimes') {
        const before = await drawn(page)
        await page.getByRole('slider', { name: 'Frame' }).focus()
        await page.keyboard.press('End')
        await changed(page, before)
        expect(await page.locator('output', { hasText: 'frame' }).innerText()).toContain('frame 2000 of 2000')
      }
    })
  })

  it('a plane of 16,384 pixels is drawn from means, and measured in its own pixels', async () => {
    // Long and low: as many lines would be 268 MB on the way between two test programs.
    const [side, height] = [16_384, 300]
    await serve(context, {
      long: {
        header: plane(side, height, { sampleType: 'uint8' }),
        value: (x) => x % 251,
        range: { min: 0, max: 250 },
      },
    })
    await view('series=long', async (page) => {
      await painted(page)
      expect((await drawn(page)).bright).toBeGreaterThan(3000)
      await page.getByText('is the mean of every').first().waitFor()
      expect(await page.locator('[data-value]').innerText()).toBe(String(8191 % 251))
    })
  })
})

describe('what goes away while it is open', () => {
  const dynamic: PhantomSeries = {
    header: { shape: { x: 64, y: 64, z: 32, t: 20, c: 1 } },
    value: (x, _y, _z, t) => (x * 10 + t * 15) % 1000,
    range: { min: 0, max: 1000 },
  }

  it.each([
    ['withdrawn', 410, 'This series was withdrawn.'],
    ['no longer for this person', 404, 'There is no such series.'],
  ])('a series that is %s: the page says so and keeps what it has', async (_what, status, detail) => {
    await serve(context, { dynamic })
    let gone = false
    await context.route('**/api/v1/series/dynamic/r/*/chunks/*', (route) =>
      gone
        ? route.fulfill({ status, contentType: 'application/problem+json', json: { status, title: 'Gone', detail } })
        : route.fallback(),
    )
    // A quarter of a small device's memory holds a few frames only.
    await context.addInitScript(() => Object.defineProperty(navigator, 'deviceMemory', { value: 0.004 }))
    await view('series=dynamic&layout=single', async (page) => {
      await painted(page)
      const before = await drawn(page)
      gone = true
      await page.getByRole('slider', { name: 'Frame' }).focus()
      await page.keyboard.press('End')
      await page.getByRole('alert').filter({ hasText: detail }).waitFor()
      // The sentence above the picture takes some of its room.
      expect((await drawn(page)).bright / before.bright, 'never black').toBeGreaterThan(0.85)
    })
  })

  it('the network: frames that were dropped are fetched again when it is back, never drawn black', async () => {
    await serve(context, { dynamic })
    await context.addInitScript(() => Object.defineProperty(navigator, 'deviceMemory', { value: 0.004 }))
    await view('series=dynamic&layout=single', async (page) => {
      await painted(page)
      const first = await drawn(page)
      const slider = page.getByRole('slider', { name: 'Frame' })
      await slider.focus()
      await page.keyboard.press('End')
      const last = await changed(page, first)
      await context.route('**/chunks/*', (route) => route.abort())
      await page.keyboard.press('Home')
      await page.getByRole('alert').filter({ hasText: 'cannot be reached' }).waitFor()
      expect((await drawn(page)).bright / last.bright, 'never black').toBeGreaterThan(0.85)
      await context.unroute('**/chunks/*')
      await serve(context, { dynamic })
      // It tries again by itself.
      await painted(page)
      expect((await drawn(page)).hash).toBe(first.hash)
      expect(await page.getByRole('alert').count()).toBe(0)
    })
  })

  it('the graphics card: the page says so and opens again where it was', async () => {
    await serve(context, { dynamic })
    await context.addInitScript(() => {
      const taken = HTMLCanvasElement.prototype.getContext
      const contexts: WebGL2RenderingContext[] = []
      Object.assign(window, { contexts })
      HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement, ...asked: unknown[]) {
        const context = (taken as (...all: unknown[]) => unknown).apply(this, asked)
        if (asked[0] === 'webgl2' && context) contexts.push(context as WebGL2RenderingContext)
        return context
      } as typeof taken
    })
    await view('series=dynamic&layout=single&t=3', async (page) => {
      await painted(page)
      const before = await drawn(page)
      await page.waitForURL(/t=3/)
      await page.evaluate(() => {
        for (const gl of (window as unknown as { contexts: WebGL2RenderingContext[] }).contexts) {
          if (!gl.isContextLost()) gl.getExtension('WEBGL_lose_context')!.loseContext()
        }
      })
      await page.getByText('The graphics card stopped').waitFor()
      await page.getByRole('button', { name: 'Load again' }).click()
      await painted(page)
      expect((await drawn(page)).hash).toBe(before.hash)
    })
  })
})

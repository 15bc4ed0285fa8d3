/** The viewer in a browser with software graphics, on the images of the demo facility. */
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formatById } from '../../imaging/formats/index.ts'
import type { SeriesReader } from '../../imaging/format.ts'
import { formatMeasured } from '../../portal/app/viewer/numbers.ts'
import { readySamples, samplePlan } from '../../portal/app/viewer/samples.ts'
import { memorySource } from '../../imaging/source.ts'
import { carry, openBrowser, widths } from '../help/browser.ts'
import { startDemoSite, type DemoSite } from '../help/site.ts'
import { changed, drag, drawn, painted, patience } from '../help/pictures.ts'

interface Series {
  id: string
  label: string
  studyId: string
  sessionId: string
  modality?: string
  format: string
  pixels: string
  image?: { shape: number[]; samplesPerPixel: number; orientation: string }
}

let site: DemoSite
let browser: Browser
let context: BrowserContext
let cookie: string
let all: Series[]
/** CT and dynamic PET of one session. */
let ct: Series
let pet: Series

beforeAll(async () => {
  ;[site, browser] = await Promise.all([startDemoSite(), openBrowser()])
  cookie = await site.signIn('editor@demo.test')
  context = await browser.newContext({ viewport: widths.desk })
  await carry(context, site.address, cookie)
  all = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const page = await site.get(`/series?limit=200${cursor && `&cursor=${cursor}`}`, cookie)
    all.push(...page.items)
    cursor = page.next
  }
  pet = one((series) => series.modality === 'PT' && series.image!.shape[3]! > 1)
  ct = one((series) => series.modality === 'CT' && series.sessionId === pet.sessionId)
})
afterAll(async () => {
  await browser?.close()
  await site?.stop()
})

function one(wanted: (series: Series) => boolean): Series {
  const found = all.find((series) => series.pixels === 'ready' && wanted(series))
  if (!found) throw new Error('The demo facility has no such series.')
  return found
}

/** Opens the viewer, runs the work and fails when the page complained. */
async function view(query: string, work: (page: Page) => Promise<void>, inContext = context): Promise<void> {
  const page = await inContext.newPage()
  page.setDefaultTimeout(patience.timeout)
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    const text = message.text()
    // Answers that a test provokes are told by the browser too.
    if (message.type() === 'error' && !/status of (404|412|415|503)|ERR_FAILED/.test(text)) complaints.push(text)
  })
  try {
    await page.goto(`${site.address}/view?${query}`)
    await work(page)
    expect(complaints).toEqual([])
  } finally {
    await page.close()
  }
}

const voxel = async (page: Page): Promise<number[]> =>
  (await page.locator('[data-voxel]').innerText()).split(', ').map(Number)
const valueOf = (page: Page, { id }: Series) => page.locator(`[data-value="${id}"]`).innerText()

/** The original files of a series, read as the repository reads them. */
async function readerOf({ id, format }: Series): Promise<SeriesReader> {
  const { items } = await site.get(`/files?seriesId=${id}&limit=200`, cookie)
  const files = await Promise.all(
    (items as { id: string; path: string }[]).map(async (file) => {
      const response = await fetch(`${site.address}/api/v1/files/${file.id}/content`, { headers: { cookie } })
      return { path: file.path, source: memorySource(new Uint8Array(await response.arrayBuffer())) }
    }),
  )
  return formatById(format)!.open(files)
}

describe('a volume', () => {
  it('is shown in three planes, each with something in it', async () => {
    await view(`series=${ct.id}`, async (page) => {
      await painted(page)
      expect(await page.locator('[data-pane]').count()).toBe(3)
      for (const n of [0, 1, 2]) expect((await drawn(page, n)).bright).toBeGreaterThan(1000)
      expect(await page.locator('[data-summary]').textContent()).toContain('Axial')
      const marks = await page.evaluate(() => performance.getEntriesByName('viewer-picture').length)
      expect(marks).toBeGreaterThanOrEqual(3)
    })
  })

  it('gets brighter or darker by dragging, and as it was by a key', async () => {
    await view(`series=${ct.id}`, async (page) => {
      await painted(page)
      const before = await drawn(page)
      await drag(page, [0.5, 0.5], [0.62, 0.7])
      const after = await changed(page, before)
      expect(after.bright).not.toBe(before.bright)
      await page.keyboard.press('r')
      expect((await changed(page, after)).hash).toBe(before.hash)
    })
  })

  it('goes through its planes by wheel and keys', async () => {
    await view(`series=${ct.id}`, async (page) => {
      await painted(page)
      const [start, before] = [await voxel(page), await drawn(page)]
      await page.locator('[data-pane]').first().hover()
      await page.mouse.wheel(0, 120)
      await changed(page, before)
      expect(await voxel(page)).toEqual([start[0], start[1], start[2]! + 1])
      await page.locator('[data-pane]').first().focus()
      await page.keyboard.press('PageDown')
      await page.keyboard.press('ArrowUp')
      await page.locator('[data-voxel]', { hasText: `, ${start[2]! + 10}` }).waitFor()
      await page.keyboard.press('Home')
      await page.locator('[data-voxel]', { hasText: /, 0$/ }).waitFor()
    })
  })

  it('tells the value that stands in the file, wherever the crosshair is', async () => {
    const reader = await readerOf(ct)
    const { shape, slope, intercept, unit } = reader.header
    expect(slope).toHaveLength(1)
    const places = [
      [0, 0, 0],
      [Math.floor(shape.x / 2), Math.floor(shape.y / 2), Math.floor(shape.z / 2)],
      [Math.floor(shape.x / 3), Math.floor(shape.y / 2) + 2, 7],
      [shape.x - 1, shape.y - 1, shape.z - 1],
    ]
    for (const [x, y, z] of places as [number, number, number][]) {
      const bytes = (await reader.plane(z)).slice()
      const plan = samplePlan({ ...reader.header, slope, intercept, range: { min: 0, max: 0, low: 0, high: 0 } })
      const value = readySamples(bytes.buffer as ArrayBuffer, plan, z)[y * shape.x + x]!
      await view(`series=${ct.id}&at=${x}.${y}.${z}`, async (page) => {
        await painted(page)
        expect(await voxel(page)).toEqual([x, y, z])
        expect(await valueOf(page, ct)).toBe(formatMeasured(value, unit))
      })
    }
  })

  it('moves all planes to where it is clicked', async () => {
    await view(`series=${ct.id}`, async (page) => {
      await painted(page)
      const [start, coronal] = [await voxel(page), await drawn(page, 2)]
      const box = (await page.locator('[data-pane]').first().boundingBox())!
      await page.mouse.click(box.x + box.width * 0.55, box.y + box.height * 0.42)
      await changed(page, coronal, 2)
      const moved = await voxel(page)
      expect(moved[0]).not.toBe(start[0])
      expect(moved[1]).not.toBe(start[1])
      expect(moved[2]).toBe(start[2])
    })
  })

  it('is restored by its link to the pixel', async () => {
    await view(`series=${ct.id}&layout=single&plane=coronal&at=20.25.40&w=-300:700&map=viridis`, async (page) => {
      await painted(page)
      await page.keyboard.press('ArrowDown')
      await page.waitForURL(/at=\d+\.\d+\.\d+/)
      await page.locator('[data-voxel]', { hasText: '20, 26, 40' }).waitFor()
      await page.waitForURL(/at=20\.26\.40/)
      await painted(page)
      const before = await drawn(page)
      await page.reload()
      await painted(page)
      expect(await drawn(page)).toEqual(before)
      expect(before.coloured).toBeGreaterThan(1000)
    })
  })
})

describe('a dynamic series', () => {
  it('loads all frames, the shown one first, and changes with the slider', async () => {
    const frames = pet.image!.shape[3]!
    await view(`series=${pet.id}&t=2`, async (page) => {
      await painted(page)
      const before = await drawn(page)
      const strip = page.locator('[data-loaded]')
      await page.waitForFunction(
        (count) => document.querySelector('[data-loaded]')?.getAttribute('data-loaded') === String(count),
        frames,
        patience,
      )
      expect(await strip.getAttribute('aria-label')).toBe(`${frames} of ${frames} frames loaded`)
      await page.getByRole('slider', { name: 'Frame' }).focus()
      await page.keyboard.press('End')
      await changed(page, before)
      expect(await page.locator('output', { hasText: 'frame' }).innerText()).toContain(`frame ${frames} of ${frames}, `)
      await page.waitForURL(new RegExp(`t=${frames - 1}`))
    })
  })

  it('plays and stops', async () => {
    await view(`series=${pet.id}`, async (page) => {
      await painted(page)
      await page.getByRole('button', { name: 'Play' }).click()
      await page.locator('output', { hasText: 'frame 4 of' }).waitFor()
      await page.getByRole('button', { name: 'Stop' }).click()
      const frame = await page.locator('output', { hasText: 'frame' }).innerText()
      await page.waitForTimeout(700)
      expect(await page.locator('output', { hasText: 'frame' }).innerText()).toBe(frame)
    })
  })
})

describe('two series', () => {
  it('are laid over each other: colours of the one, grey of the other', async () => {
    await view(`series=${ct.id},${pet.id}&show=one&layout=mpr&t=0,10`, async (page) => {
      await painted(page)
      const alone = await drawn(page)
      expect(alone.coloured).toBe(0)
      await page.getByRole('button', { name: 'Fusion', exact: true }).click()
      const fused = await changed(page, alone)
      expect(fused.coloured).toBeGreaterThan(300)
      expect(fused.bright - fused.coloured).toBeGreaterThan(300)
      expect(await valueOf(page, ct)).toContain('HU')
      expect(await valueOf(page, pet)).toContain('Bq/mL')
      // Without opacity the ground is as it is alone.
      await page.getByRole('slider', { name: `Opacity of ${pet.label}` }).focus()
      await page.keyboard.press('Home')
      expect((await changed(page, fused)).coloured).toBe(0)
    })
  })

  it('stand side by side with one crosshair', async () => {
    await view(`series=${ct.id},${pet.id}&show=side&layout=single`, async (page) => {
      await painted(page)
      expect(await page.locator('[data-pane]').count()).toBe(2)
      const before = await drawn(page, 1)
      await page.locator('[data-pane]').first().focus()
      for (let n = 0; n < 6; n++) await page.keyboard.press('ArrowDown')
      await changed(page, before, 1)
    })
  })
})

describe('pictures that are no volumes', () => {
  it.each([
    ['an ultrasound cine', (series: Series) => series.modality === 'US'],
    ['a colour photograph', (series: Series) => series.image!.samplesPerPixel === 3],
    ['fluorescence channels', (series: Series) => series.image!.shape[4]! > 1],
  ])('%s is drawn', async (_name, wanted) => {
    const series = one(wanted)
    await view(`series=${series.id}`, async (page) => {
      await painted(page)
      expect(await page.locator('[data-pane]').count()).toBe(1)
      await expect.poll(async () => (await drawn(page)).bright, patience).toBeGreaterThan(5000)
      const before = await drawn(page)
      if (series.image!.samplesPerPixel === 3) expect(before.coloured).toBeGreaterThan(1000)
      if (series.image!.shape[3]! > 1) {
        await page.keyboard.press('ArrowRight')
        await changed(page, before)
      }
      if (series.image!.shape[4]! > 1) {
        await page.getByRole('combobox', { name: 'Channel' }).click()
        await page.getByRole('option').nth(1).click()
        await changed(page, before)
      }
    })
  })
})

describe('measurements', () => {
  it('of a length and of a region are listed, follow the frame and can be removed', async () => {
    const reader = await readerOf(pet)
    const { shape, spacing } = reader.header
    await view(`series=${pet.id}&layout=single&plane=axial&t=10`, async (page) => {
      await painted(page)
      await page.getByRole('button', { name: 'Measure a length' }).click()
      await drag(page, [0.4, 0.3], [0.4, 0.7])
      const list = page.locator('[data-annotation]')
      await list.first().waitFor()
      // The picture is fitted by its height or width, so the length follows from the size of the pane.
      const box = (await page.locator('[data-pane]').boundingBox())!
      const world = [shape.x * spacing![0], shape.y * spacing![1]] as const
      const perPixel = Math.max(world[0] / box.width, world[1] / box.height)
      const length = Number.parseFloat((await list.first().innerText()).split('\n')[1]!)
      expect(Math.abs(length - 0.4 * box.height * perPixel)).toBeLessThan(perPixel * 2 + 0.05)

      await page.getByRole('button', { name: 'Measure in an ellipse' }).click()
      await drag(page, [0.6, 0.5], [0.66, 0.6])
      await list.nth(1).waitFor()
      const first = await list.nth(1).innerText()
      expect(first).toMatch(/mean .* Bq\/mL, SD/)
      await page.locator('[data-pane]').focus()
      await page.keyboard.press('ArrowLeft')
      await page.waitForFunction(
        (text) => (document.querySelectorAll('[data-annotation]')[1] as HTMLElement).innerText !== text,
        first,
      )
      // The area stays; the name of what is chosen, with its details, stands around it.
      const area = first.split('\n').find((line) => line.endsWith('mm²'))
      expect(await list.nth(1).innerText()).toContain(area)

      await page.getByRole('button', { name: 'Remove Length 1' }).click()
      await list.nth(1).waitFor({ state: 'detached' })
      expect(await list.first().innerText()).toContain('Ellipse 1')
    })
  })
})

describe('directions that the file does not prove', () => {
  it('are put right by an editor, kept with the series, and seen by everybody', async () => {
    expect(ct.image!.orientation).toBe('assumed')
    const record = () => site.get(`/series/${ct.id}`, cookie)
    const change = async (patch: object) => {
      const headers = { cookie, origin: site.address, 'content-type': 'application/json' }
      const version = `"${(await record()).version}"`
      const answer = await fetch(`${site.address}/api/v1/series/${ct.id}`, {
        method: 'PATCH',
        headers: { ...headers, 'if-match': version },
        body: JSON.stringify(patch),
      })
      expect(answer.status).toBe(200)
    }
    const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
    await view(`series=${ct.id}`, async (page) => {
      await painted(page)
      const [asFiled, sagittal] = [await drawn(page), await drawn(page, 1)]
      await page.getByRole('heading', { name: 'Directions: not certain' }).waitFor()
      await press(page, 'Measure a length')
      await drag(page, [0.4, 0.4], [0.6, 0.6])
      await page.locator('[data-annotation]').first().waitFor()
      await press(page, 'Left-right')
      const flipped = await changed(page, asFiled)
      await page.getByText('not saved yet').waitFor()
      await page.locator('[data-annotation]').first().waitFor({ state: 'detached' })
      expect((await record()).axisDirections).toBeUndefined()
      await press(page, 'Cancel')
      expect((await changed(page, flipped)).hash).toBe(asFiled.hash)

      await press(page, 'Left-right')
      await changed(page, asFiled)
      await press(page, 'Sagittal')
      const turned = await changed(page, sagittal, 1)
      await press(page, 'Save directions')
      await page.getByText('Saved.').waitFor()
      const saved: string = (await record()).axisDirections
      expect(saved).toMatch(/^[LRPASI]{3}$/)
      await page.reload()
      await painted(page)
      await page.getByRole('heading', { name: 'Directions: stated by a person' }).waitFor()
      expect((await drawn(page, 1)).hash).toBe(turned.hash)

      // Somebody else saves first.
      await change({ qualityNote: 'Turned in the meantime.' })
      await press(page, 'Dorsal-ventral')
      await press(page, 'Save directions')
      await page.getByText('somebody changed this series in the meantime').waitFor()
      expect((await record()).axisDirections).toBe(saved)
      await painted(page)
      expect((await drawn(page, 1)).hash).toBe(turned.hash)

      const anybody = await browser.newContext({ viewport: widths.desk })
      await carry(anybody, site.address, await site.signIn('viewer@demo.test'))
      const seen = async (visitor: Page) => {
        await painted(visitor)
        await visitor.getByText('stated by a person, not by the file').waitFor()
        expect(await visitor.getByRole('group', { name: 'Flip' }).count()).toBe(0)
        expect((await drawn(visitor, 1)).hash).toBe(turned.hash)
      }
      await view(`series=${ct.id}`, seen, anybody).finally(() => anybody.close())

      await press(page, 'Back to what the file says')
      await changed(page, turned, 1)
      expect((await drawn(page)).hash).toBe(asFiled.hash)
      expect((await record()).axisDirections).toBeUndefined()
    })
    await change({ qualityNote: null })
  })
})

describe('around the pictures', () => {
  it('the header of the files can be searched, and the help tells the keys', async () => {
    await view(`series=${ct.id}`, async (page) => {
      await painted(page)
      await page.keyboard.press('?')
      await page.getByRole('dialog', { name: 'Mouse and keys' }).getByText('Ten planes on').waitFor()
      await page.keyboard.press('Escape')
      await page.getByRole('dialog').waitFor({ state: 'hidden' })
      await page.keyboard.press('t')
      const rows = page.getByRole('dialog').locator('tbody tr')
      await rows.first().waitFor()
      const before = await rows.count()
      await page.getByLabel('Search in the header').fill('pixel_size')
      await page.waitForFunction((count) => document.querySelectorAll('[role=dialog] tbody tr').length < count, before)
      expect((await rows.first().innerText()).toLowerCase()).toContain('pixel_size')
    })
  })

  it('a picture can be saved as PNG', async () => {
    await view(`series=${ct.id}`, async (page) => {
      await painted(page)
      const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('g')])
      expect(download.suggestedFilename()).toBe(`${ct.label}.png`)
      const chunks: Buffer[] = []
      for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer)
      const png = Buffer.concat(chunks)
      expect(png.subarray(1, 4).toString()).toBe('PNG')
      expect(png.readUInt32BE(16)).toBeGreaterThan(1200)
      expect(png.byteLength).toBeGreaterThan(20_000)
    })
  })

  it('a phone shows the same pictures', async () => {
    const phone = await browser.newContext({ viewport: widths.phone, hasTouch: true, isMobile: true })
    await carry(phone, site.address, cookie)
    try {
      await view(
        `series=${ct.id},${pet.id}&show=fusion&layout=mpr&t=0,10`,
        async (page) => {
          await painted(page)
          for (const n of [0, 1, 2]) expect((await drawn(page, n)).bright).toBeGreaterThan(500)
          expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(widths.phone.width)
        },
        phone,
      )
    } finally {
      await phone.close()
    }
  })

  it('leaving the page lets go of everything, and coming back shows it again', async () => {
    await view(`series=${ct.id}`, async (page) => {
      await painted(page)
      const before = await drawn(page)
      await page.getByRole('link', { name: 'Registry' }).click()
      await page.waitForURL(/registry/)
      await page.locator('canvas').first().waitFor({ state: 'detached' })
      await expect.poll(() => page.workers().length, patience).toBe(0)
      await page.goBack()
      await painted(page)
      expect((await drawn(page)).hash).toBe(before.hash)
    })
  })
})

describe('the address of the page before the viewer', () => {
  it('stays its own when it is slow to come back', async () => {
    const page = await context.newPage()
    page.setDefaultTimeout(patience.timeout)
    const study = `${site.address}/studies/${ct.studyId}`
    await page.goto(study)
    await page.locator(`a[href="/view?series=${ct.id}"]`).first().click()
    await painted(page)
    await page.route(/\/studies\/.*\.data/, async (route) => {
      // Longer than the viewer waits before it writes the view into the address.
      await page.waitForTimeout(1500)
      await route.continue()
    })
    await page.keyboard.press('PageDown')
    await page.goBack({ waitUntil: 'commit' })
    await page.getByRole('grid', { name: 'Image series' }).waitFor()
    expect(page.url()).toBe(study)
    expect(await page.getByRole('dialog').count()).toBe(0)
    await page.close()
  })
})

describe('when something is wrong', () => {
  it('the reader’s sentence is shown for files that cannot be read', async () => {
    const failed = all.find((series) => series.pixels === 'failed')!
    await view(`series=${failed.id}`, async (page) => {
      await page.getByRole('heading', { name: 'This series cannot be shown' }).waitFor()
      expect(await page.locator('main').innerText()).toContain('bring the complete file again')
    })
  })

  it('a series that is not there, or not for this visitor, leads to signing in', async () => {
    const anonymous = await browser.newContext({ viewport: widths.desk })
    try {
      await view(
        'series=00000000000000000000000000',
        async (page) => {
          await page.getByRole('link', { name: 'Sign in' }).last().waitFor()
          await page.getByRole('heading', { name: 'This series cannot be shown' }).waitFor()
        },
        anonymous,
      )
    } finally {
      await anonymous.close()
    }
  })

  it('planes that got lost are asked for again', async () => {
    await view('series=', async (page) => {
      await page.route('**/chunks/**', (route) => route.abort())
      await page.goto(`${site.address}/view?series=${ct.id}`)
      await page.getByRole('alert').getByText('The server cannot be reached.').waitFor()
      await page.unroute('**/chunks/**')
      await page.getByRole('button', { name: 'Try now' }).click()
      await painted(page)
      expect(await page.getByRole('alert').count()).toBe(0)
    })
  })

  it('a browser without WebGL 2 gets told what to do', async () => {
    const plain = await browser.newContext({ viewport: widths.desk })
    await plain.addInitScript(() => {
      const original = HTMLCanvasElement.prototype.getContext
      HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement, kind: string, ...rest: unknown[]) {
        return kind === 'webgl2' ? null : (original as (...all: unknown[]) => unknown).call(this, kind, ...rest)
      } as typeof original
    })
    try {
      await view(
        `series=${ct.id}`,
        async (page) => {
          await page.getByText('WebGL 2').waitFor()
          await page.getByRole('link', { name: 'Page of the series' }).waitFor()
        },
        plain,
      )
    } finally {
      await plain.close()
    }
  })

  it('an address without a series says so', async () => {
    await view('', async (page) => {
      await page.getByRole('heading', { name: 'Which series?' }).waitFor()
    })
  })
})

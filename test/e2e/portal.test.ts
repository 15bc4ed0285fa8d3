/// <reference lib="dom" />
/** The portal in a browser on the demo facility: every main page on a desk and a phone, in light and dark; and the ways of readers and curators. */
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { carry, openBrowser, widths } from '../help/browser.ts'
import { mainPages, type MainPage } from '../help/mainPages.ts'
import { startDemoSite, type DemoSite } from '../help/site.ts'

let site: DemoSite
let browser: Browser
let pages: MainPage[]
const cookies = new Map<string, string>()

beforeAll(async () => {
  ;[site, browser] = await Promise.all([startDemoSite(), openBrowser()])
  pages = await mainPages(site)
  for (const who of ['editor', 'curator', 'admin']) {
    cookies.set(`${who}@demo.test`, await site.signIn(`${who}@demo.test`))
  }
})
afterAll(async () => {
  await browser?.close()
  await site?.stop()
})

type Options = Parameters<Browser['newContext']>[0]

async function visit<T>(who: string | undefined, options: Options, work: (page: Page, context: BrowserContext) => T) {
  const context = await browser.newContext({ timezoneId: 'Europe/Berlin', ...options })
  await carry(context, site.address, cookies.get(who ?? '') ?? '')
  try {
    return await work(await context.newPage(), context)
  } finally {
    await context.close()
  }
}

/** What is wrong with a page, as sentences. */
async function faultsOf(page: Page, { name, path, viewer }: MainPage): Promise<string[]> {
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(`${name}: ${error.message}`))
  page.on('console', (message) => {
    const expected = name === 'not-found' && message.text().includes('404')
    if (message.type() === 'error' && !expected) faults.push(`${name}: ${message.text()}`)
  })
  await page.goto(site.address + path, { waitUntil: 'networkidle' })
  if (viewer)
    await page
      .getByText(/Loading planes/)
      .first()
      .waitFor({ state: 'hidden' })
  const [headings, title, tooWide] = await page.evaluate(() => [
    document.querySelectorAll('h1').length,
    document.title,
    document.documentElement.scrollWidth - window.innerWidth,
  ])
  if (headings !== 1) faults.push(`${name}: ${headings} headings of the first level`)
  if (!String(title).includes('Vivarchive')) faults.push(`${name}: the title is "${title}"`)
  if (Number(tooWide) > 0) faults.push(`${name}: ${tooWide} pixels too wide`)
  const { violations } = await new AxeBuilder({ page }).analyze()
  for (const { id, help, nodes } of violations) {
    faults.push(`${name}: ${id}, ${help}: ${nodes.map(({ target }) => target.join(' ')).join('; ')}`)
  }
  return faults
}

describe.each(Object.entries(widths))('every main page on a %s', (_device, viewport) => {
  it.each(['light', 'dark'] as const)('is accessible, fits and is free of errors in %s', async (colorScheme) => {
    const faults: string[] = []
    for (const one of pages) {
      faults.push(...(await visit(one.who, { viewport, colorScheme }, (page) => faultsOf(page, one))))
    }
    expect(faults).toEqual([])
  })
})

describe('weight', () => {
  it('loads less than 250 kB of compressed script, the viewer apart', async () => {
    const heavy: string[] = []
    for (const { name, path, who, viewer } of pages) {
      if (viewer) continue
      await visit(who, {}, async (page) => {
        const sizes: Promise<number>[] = []
        page.on('requestfinished', (request) => {
          const isScript = new URL(request.url()).pathname.endsWith('.js')
          if (isScript) sizes.push(request.sizes().then((size) => size.responseBodySize))
        })
        await page.goto(site.address + path, { waitUntil: 'networkidle' })
        const bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
        expect(bytes).toBeGreaterThan(1000)
        if (bytes > 250_000) heavy.push(`${name}: ${bytes} bytes`)
      })
    }
    expect(heavy).toEqual([])
  })
})

describe('a reader without script', () => {
  const noScript = { javaScriptEnabled: false, viewport: widths.phone }

  it('searches, filters, opens a dataset and finds its JSON-LD', async () => {
    await visit(undefined, noScript, async (page) => {
      await page.goto(site.address)
      await page.getByRole('searchbox').fill('FDG')
      await page.getByRole('button', { name: 'Search' }).click()
      await page.getByRole('link', { name: 'Datasets' }).click()
      expect(new URL(page.url()).searchParams.get('q')).toBe('FDG')
      const found = await page.getByRole('heading', { level: 2, name: /dataset/ }).textContent()
      expect(Number.parseInt(found ?? '', 10)).toBeGreaterThan(0)
      await page.getByRole('button', { name: /Filters/ }).click()
      await page.getByRole('checkbox', { name: /CT/ }).first().check()
      await page.getByRole('button', { name: 'Show the results' }).click()
      expect(new URL(page.url()).searchParams.getAll('facet.Modality')).toEqual(['CT'])
      await page.locator('main h3 a').first().click()
      expect(page.url()).toContain('/datasets/')
      const blocks = await page.locator('script[type="application/ld+json"]').allTextContents()
      expect(blocks).toHaveLength(1)
      const description = JSON.parse(blocks[0]!)
      expect(description.name).toBe(await page.getByRole('heading', { level: 1 }).textContent())
      expect(await page.getByRole('heading', { name: 'Subjects and what was done to them' }).isVisible()).toBe(true)
    })
  })

  it('signs in, is told when the password is wrong, and comes back to where it was going', async () => {
    await visit(undefined, noScript, async (page) => {
      await page.goto(`${site.address}/account`)
      expect(new URL(page.url()).pathname).toBe('/sign-in')
      await page.getByLabel('E-mail').fill('viewer@demo.test')
      await page.getByLabel('Password', { exact: true }).fill('not the password')
      await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click()
      expect(await page.getByRole('alert').textContent()).toMatch(/password/i)
      expect(await page.getByLabel('E-mail').inputValue()).toBe('viewer@demo.test')
      await page.getByLabel('Password', { exact: true }).fill(site.password)
      await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click()
      expect(new URL(page.url()).pathname).toBe('/account')
      expect(await page.getByRole('main').getByText('viewer@demo.test').isVisible()).toBe(true)
    })
  })

  it('is never led to another site', async () => {
    await visit(undefined, noScript, async (page) => {
      await page.goto(`${site.address}/sign-in?returnTo=${encodeURIComponent('//evil.example/')}`)
      await page.getByLabel('E-mail').fill('viewer@demo.test')
      await page.getByLabel('Password', { exact: true }).fill(site.password)
      await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click()
      expect(page.url()).toBe(`${site.address}/work`)
    })
  })
})

describe('a reader with script', () => {
  it('narrows the registry at once, by keyboard, and takes filters away again', async () => {
    await visit(undefined, { viewport: widths.desk }, async (page) => {
      await page.goto(`${site.address}/registry`, { waitUntil: 'networkidle' })
      const count = async () =>
        Number.parseInt((await page.getByRole('heading', { level: 2, name: /image series/ }).textContent()) ?? '', 10)
      const all = await count()
      const box = page.getByRole('checkbox', { name: /^CT/ })
      await box.focus()
      await page.keyboard.press('Space')
      await page.waitForURL(/facet\.Modality=CT/)
      await page.waitForFunction((n) => !document.querySelector('h2[aria-live]')?.textContent?.startsWith(`${n} `), all)
      expect(await count()).toBeLessThan(all)
      expect(await box.evaluate((element) => element === document.activeElement)).toBe(true)
      await page.getByRole('link', { name: /Remove the filter/ }).click()
      await page.waitForURL((url) => !url.searchParams.has('facet.Modality'))
      await page.waitForFunction((n) => document.querySelector('h2[aria-live]')?.textContent?.startsWith(`${n} `), all)
    })
  })

  it('skips to the content and lands on the new page after a link', async () => {
    await visit(undefined, { viewport: widths.desk }, async (page) => {
      await page.goto(site.address, { waitUntil: 'networkidle' })
      await page.keyboard.press('Tab')
      expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the content')
      await page.keyboard.press('Enter')
      expect(await page.evaluate(() => document.activeElement?.id)).toBe('main')
      await page.getByRole('link', { name: 'Registry', exact: true }).click()
      await page.waitForURL(/registry/)
      await page.waitForFunction(() => document.activeElement?.id === 'main')
    })
  })

  it('has one description for machines on a dataset’s page, however the page was reached', async () => {
    await visit(undefined, { viewport: widths.desk }, async (page) => {
      const described = async () => {
        const block = page.locator('script[type="application/ld+json"]')
        await page.waitForFunction(() => document.querySelector('script[type="application/ld+json"]')?.textContent)
        return JSON.parse((await block.textContent()) ?? '') as { name: string; distribution: unknown[] }
      }
      await page.goto(`${site.address}/registry?type=dataset`, { waitUntil: 'networkidle' })
      await page.locator('main h3 a').first().click()
      await page.waitForURL(/\/datasets\//)
      const reached = await described()
      expect(reached.name).toBe(await page.getByRole('heading', { level: 1 }).textContent())
      await page.reload({ waitUntil: 'networkidle' })
      expect(await described()).toEqual(reached)
      expect(reached.distribution.length).toBeGreaterThan(0)
    })
  })

  it('keeps the chosen colours without a flash', async () => {
    await visit(undefined, { colorScheme: 'light', viewport: widths.desk }, async (page) => {
      await page.goto(site.address, { waitUntil: 'networkidle' })
      await page.getByRole('button', { name: 'Colours' }).click()
      await page.getByRole('button', { name: 'Dark' }).click()
      const scheme = () => page.evaluate(() => document.documentElement.dataset.mantineColorScheme)
      expect(await scheme()).toBe('dark')
      await page.goto(`${site.address}/registry`, { waitUntil: 'commit' })
      await page.waitForSelector('header')
      expect(await scheme()).toBe('dark')
    })
  })
})

describe('lists', () => {
  const rows = (page: Page) => page.locator('tbody tr')

  it('are sorted by their headings and searched, also without script', async () => {
    await visit('admin@demo.test', { javaScriptEnabled: false, viewport: widths.phone }, async (page) => {
      await page.goto(`${site.address}/admin/users`)
      const names = () => page.locator('tbody th').allTextContents()
      const all = await names()
      await page.getByRole('link', { name: 'Name' }).click()
      expect(await names()).toEqual(all.toSorted())
      await page.getByRole('link', { name: 'Name' }).click()
      expect(await names()).toEqual(all.toSorted().toReversed())
      await page.getByRole('searchbox', { name: 'Name or e-mail' }).fill('CURATOR')
      await page.getByRole('button', { name: 'Find' }).click()
      expect(await names()).toEqual(['Cora Curator'])
      expect(new URL(page.url()).searchParams.get('sort')).toBe('-name')
      await page.getByRole('link', { name: 'Clear' }).click()
      expect(await names()).toHaveLength(all.length)
    })
  })

  it('sort by numbers what a project holds', async () => {
    await visit('editor@demo.test', { viewport: widths.desk }, async (page) => {
      await page.goto(`${site.address}/work?sort=-series`, { waitUntil: 'networkidle' })
      const table = page.getByRole('table', { name: 'Projects' })
      expect(await table.getByRole('columnheader', { name: /Series/ }).getAttribute('aria-sort')).toBe('descending')
      const counts = (await table.locator('td[data-label="Series"]').allTextContents()).map(Number)
      expect(counts.length).toBeGreaterThan(1)
      expect(counts).toEqual(counts.toSorted((a, b) => b - a))
    })
  })

  it('lead to the page before, also after the page was loaded again', async () => {
    await visit('admin@demo.test', { viewport: widths.desk }, async (page) => {
      await page.goto(`${site.address}/admin/audit`, { waitUntil: 'networkidle' })
      const pages: (string | null)[] = []
      const first = () => rows(page).first().textContent()
      for (const number of [2, 3]) {
        pages.push(await first())
        await page.getByRole('link', { name: 'Next page' }).click()
        await page.getByText(`Page ${number}`).waitFor()
      }
      await page.reload({ waitUntil: 'networkidle' })
      for (const number of [2, 1]) {
        await page.getByRole('link', { name: 'Previous page' }).click()
        await page.getByText(`Page ${number + 1}`).waitFor({ state: 'hidden' })
        expect(await first()).toBe(pages.pop())
      }
      expect(new URL(page.url()).search).toBe('')
    })
  })
})

describe('people with an account', () => {
  it('make a token that is shown once, works, and can be revoked', async () => {
    await visit('editor@demo.test', { viewport: widths.desk }, async (page) => {
      await page.goto(`${site.address}/account`, { waitUntil: 'networkidle' })
      await page.getByLabel('What it is for').fill('Test of tokens')
      await page.getByRole('button', { name: 'Make the token' }).click()
      const token = await page.locator('code', { hasText: /^viv_/ }).textContent()
      const me = () => fetch(`${site.address}/api/v1/me`, { headers: { authorization: `Bearer ${token}` } })
      expect(((await (await me()).json()) as { user: { email: string } }).user.email).toBe('editor@demo.test')
      await page.reload({ waitUntil: 'networkidle' })
      expect(await page.locator('code', { hasText: /^viv_[^…]/ }).count()).toBe(0)
      await page.getByRole('button', { name: 'Revoke Test of tokens' }).click()
      await page.getByRole('button', { name: 'Revoke the token' }).click()
      await page.getByText('The token is revoked.').waitFor()
      expect((await me()).status).toBe(401)
    })
  })

  it('publish what waits for a curator, and the registry has it', async () => {
    const waiting = (await site.get('/datasets?state=submitted', cookies.get('curator@demo.test'))).items[0]
    await visit('curator@demo.test', { viewport: widths.desk }, async (page) => {
      await page.goto(`${site.address}/submissions`, { waitUntil: 'networkidle' })
      await page.getByRole('button', { name: `Publish ${waiting.title}` }).click()
      await page.getByRole('button', { name: 'Publish', exact: true }).last().click()
      await page.getByText('is public now').waitFor()
    })
    await visit(undefined, {}, async (page) => {
      await page.goto(`${site.address}/datasets/${waiting.id}`)
      expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(waiting.title)
      expect(await page.getByText('Published', { exact: true }).isVisible()).toBe(true)
    })
  })

  it('create an account that can sign in', async () => {
    await visit('admin@demo.test', { viewport: widths.phone }, async (page) => {
      await page.goto(`${site.address}/admin/users?new=yes`, { waitUntil: 'networkidle' })
      await page.getByLabel('Name', { exact: true }).fill('New Person')
      await page.getByRole('textbox', { name: 'E-mail' }).fill('editor@demo.test')
      await page.getByLabel('Password', { exact: true }).fill(site.password)
      await page.getByRole('button', { name: 'Create the account' }).click()
      expect(await page.getByRole('alert').textContent()).toContain('editor@demo.test')
      await page.getByRole('textbox', { name: 'E-mail' }).fill('new@demo.test')
      await page.getByRole('button', { name: 'Create the account' }).click()
      await page.waitForURL(/\/admin\/users$/)
      await page.getByText('new@demo.test').waitFor()
    })
    expect(await site.signIn('new@demo.test')).not.toBe('')
  })
})

/// <reference lib="dom" />
/** The whole way of an image in a browser: from the scanner's folder to a public dataset that a stranger downloads. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBrowser, widths } from '../help/browser.ts'
import { dropOn } from '../help/dropOn.ts'
import { scannerFolder, type ScannerFolder } from '../help/scannerFolder.ts'
import { startServer, type RunningServer } from '../help/server.ts'

const email = 'ann@example.org'
const password = 'correct horse battery staple'
/** On a busy machine with software graphics. */
const patience = 60_000

let server: RunningServer
let browser: Browser
let context: BrowserContext
let page: Page
let scanner: ScannerFolder
const complaints: string[] = []

beforeAll(async () => {
  scanner = await scannerFolder('M-0412')
  ;[server, browser] = await Promise.all([
    startServer({ VIVARCHIVE_ADMIN_EMAIL: email, VIVARCHIVE_ADMIN_PASSWORD: password }),
    openBrowser(),
  ])
  context = await browser.newContext({ viewport: widths.desk, acceptDownloads: true })
  page = await context.newPage()
  page.setDefaultTimeout(patience)
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`${message.text()} (${message.location().url})`)
  })
})
afterAll(async () => {
  await browser?.close()
  await server?.stop()
  scanner?.remove()
})

const dialog = () => page.getByRole('dialog').first()

/** Each step stands on the one before it. */
describe('the main way', () => {
  it('signs in and makes a project and a study', async () => {
    await page.goto(`${server.url}/work`)
    await page.getByLabel('E-mail').fill(email)
    await page.getByLabel('Password', { exact: true }).fill(password)
    await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('button', { name: 'New project' }).first().click()
    await dialog()
      .getByRole('textbox', { name: /^Title/ })
      .fill('Glioma growth')
    await dialog()
      .getByRole('combobox', { name: /^Licence/ })
      .selectOption('CC-BY-4.0')
    await dialog().getByRole('button', { name: 'Make project' }).click()
    await page.getByRole('heading', { level: 1, name: 'Glioma growth' }).waitFor()
    await page.getByRole('button', { name: 'New study' }).first().click()
    await dialog()
      .getByRole('textbox', { name: /^Title/ })
      .fill('Xenografts, day 7')
    await dialog().getByRole('button', { name: 'Make study' }).click()
    await page.getByRole('heading', { level: 1, name: 'Xenografts, day 7' }).waitFor()
    expect(await page.getByText('No images yet').isVisible()).toBe(true)
  })

  it('takes a dropped folder and proposes a plan with evidence', async () => {
    await dropOn(page, [scanner.folder])
    await page.waitForURL(/\/imports\//)
    await page.getByRole('button', { name: 'Accept' }).waitFor()
    const labels = page.getByLabel('Label of the series')
    const shown = await labels.evaluateAll((inputs) => inputs.map((input) => (input as HTMLInputElement).value))
    expect(shown.toSorted()).toEqual(scanner.series.toSorted())
    expect(await page.getByText('PatientID (0010,0020)').count()).toBeGreaterThan(0)
    expect(await page.getByText('1 file kept without a series').isVisible()).toBe(true)
  })

  it('lets a value be corrected in place and archives what was accepted', async () => {
    const label = page.getByLabel('Label of the series').and(page.locator('[value="FDG static"]'))
    await label.fill('FDG static, 60 min')
    await page.keyboard.press('Enter')
    await page.getByText('changed by you').waitFor()
    await page.getByRole('button', { name: 'Accept' }).click()
    await page.getByRole('link', { name: 'Open the study' }).click()
    await page.getByRole('grid', { name: 'Image series' }).waitFor()
    const rows = page.locator('tr[data-row]')
    expect(await rows.count()).toBe(scanner.series.length)
    // The pictures appear by themselves when they are made.
    const picture = page.getByRole('link', { name: 'View FDG static, 60 min' }).locator('img').first()
    await picture.waitFor()
    await page.waitForFunction(
      (image) => (image as HTMLImageElement | null)?.naturalWidth,
      await picture.elementHandle(),
    )
    expect(complaints).toEqual([])
  })

  it('opens the image in the viewer', async () => {
    await page.getByRole('link', { name: 'View FDG static, 60 min' }).click()
    await page.waitForURL(/\/view\?series=/)
    await page.waitForFunction(() => {
      const panes = document.querySelectorAll('[data-pane]')
      return panes.length > 0 && [...panes].every((pane) => pane.hasAttribute('data-ready'))
    })
    expect(complaints).toEqual([])
    await page.goBack()
    await page.getByRole('grid', { name: 'Image series' }).waitFor()
  })

  it('records an injection on the timeline of the animal', async () => {
    await page.getByRole('link', { name: 'M-0412', exact: true }).first().click()
    await page.getByRole('button', { name: 'Agent given' }).click()
    const form = dialog()
    await form.getByRole('combobox', { name: /^Agent/ }).fill('[18F]FDG')
    await page.getByRole('option', { name: /New agent/ }).click()
    const fresh = page.getByRole('dialog', { name: 'New agent' })
    await fresh.getByRole('combobox', { name: /^Kind/ }).selectOption('radiotracer')
    await fresh.getByRole('button', { name: 'Make agent' }).click()
    await fresh.waitFor({ state: 'hidden' })
    await form.getByLabel('Injected activity', { exact: true }).fill('12.5')
    await form.getByRole('combobox', { name: /^Route/ }).fill('intravenous')
    await form.locator('[id$="-start"]').fill('2025-03-14')
    await form.getByLabel('Time, time of day').fill('09:10')
    await form.getByRole('button', { name: 'Make event' }).click()
    await form.waitFor({ state: 'hidden' })
    await page.getByRole('heading', { name: /FDG.* given/ }).waitFor()
    expect(await page.getByText('12.5 MBq', { exact: true }).isVisible()).toBe(true)
    const marks = page.getByRole('figure', { name: 'Timeline' }).getByRole('link')
    expect(await marks.count()).toBe(2)
    expect(complaints).toEqual([])
  })

  it('sends the series to the public registry, with reasons for what is not known', async () => {
    await page.goBack()
    await page.getByRole('grid', { name: 'Image series' }).waitFor()
    await page.getByLabel('Choose FDG static, 60 min').check()
    await page.getByRole('toolbar').getByRole('button', { name: 'Send to registry' }).click()
    const sheet = dialog()
    await sheet.getByText(/fields? (is|are) needed first/).waitFor()
    await sheet.getByLabel('For all that is still missing').selectOption('notRecorded')
    await sheet
      .getByRole('textbox', { name: /^Description/ })
      .last()
      .fill('One mouse, one tracer, one hour after injection.')
    await sheet.getByRole('combobox', { name: /^Creators/ }).fill('Example')
    await page.getByRole('option', { name: /New person/ }).click()
    const person = page.getByRole('dialog', { name: 'New person' })
    await person.getByRole('textbox', { name: /^Given name/ }).fill('Ann')
    await person.getByRole('button', { name: 'Make person' }).click()
    await person.waitFor({ state: 'hidden' })
    await sheet.getByRole('button', { name: 'Send to the registry' }).click()
    await sheet.getByText('It is public now').waitFor()
    await sheet.getByRole('button', { name: 'Back to the study' }).click()
    await page
      .getByRole('row', { name: /FDG static, 60 min/ })
      .getByText('Published')
      .waitFor()
    expect(complaints).toEqual([])
  })

  it('is found by a stranger, who downloads it and checks its sum', async () => {
    await page.getByRole('button', { name: 'Account' }).click()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('link', { name: 'Sign in' }).first().waitFor()
    const result = page
      .getByRole('main')
      .getByRole('link', { name: /FDG static, 60 min/ })
      .first()
    // The search learns of it from the outbox, a moment later.
    for (let tries = 0; tries < 40 && !(await result.isVisible()); tries += 1) {
      await page.goto(`${server.url}/registry?q=${encodeURIComponent('FDG static')}`)
      await page.waitForTimeout(500)
    }
    await result.click()
    await page.waitForURL(/\/(series|datasets)\//)
    // As a harvester reads it: the page as the server sends it.
    await page.reload()
    const block = await page.locator('script[type="application/ld+json"]').first().textContent()
    const description = JSON.parse(block ?? '{}')
    expect(JSON.stringify(description['@context'])).toContain('schema.org')
    expect(JSON.stringify(description)).toContain('FDG static, 60 min')

    const files = page.locator('a[href*="/api/v1/files/"]')
    if ((await files.count()) === 0) await page.locator('summary', { hasText: /file/i }).first().click()
    const link = files.first()
    const address = (await link.getAttribute('href')) ?? ''
    const answer = await page.request.get(new URL(address, server.url).href)
    expect(answer.status()).toBe(200)
    const sum = createHash('sha256').update(await answer.body())
    expect(answer.headers()['repr-digest']).toBe(`sha-256=:${sum.copy().digest('base64')}:`)
    expect(await page.content()).toContain(sum.digest('hex'))
    expect(complaints).toEqual([])
  })

  it('gives the stranger the bytes that the scanner wrote', async () => {
    const id = /\/series\/(\w{26})/.exec(await page.content())?.[1]
    const answer = await page.request.get(`${server.url}/api/v1/datasets/by-series/${id}`)
    const { files } = ((await answer.json()) as { snapshot: { files: { path: string; sha256: string }[] } }).snapshot
    expect(files.length).toBeGreaterThan(0)
    for (const { path: name, sha256 } of files) {
      const original = readFileSync(`${scanner.folder}/${name.split('/').slice(1).join('/')}`)
      expect(sha256).toBe(createHash('sha256').update(original).digest('hex'))
    }
  })
})

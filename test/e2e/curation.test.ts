/// <reference lib="dom" />
/** The curation pages in a browser: keys, many at once, undo, conflicts, unsaved changes, interrupted uploads, rights. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import type { APIRequestContext, Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openBrowser, widths } from '../help/browser.ts'
import { dropOn } from '../help/dropOn.ts'
import { startServer, type RunningServer } from '../help/server.ts'

const password = 'correct horse battery staple'
const admin = 'ann@example.org'
const viewer = 'vera@example.org'
const labels = ['CT low dose', 'FDG dynamic', 'FDG static', 'T2 axial']

let server: RunningServer
let browser: Browser
let context: BrowserContext
let page: Page
let api: APIRequestContext
let studyId: string
let subjectId: string
const complaints: string[] = []

interface Rec {
  id: string
  version: number
  [field: string]: unknown
}

async function signedIn(email: string): Promise<BrowserContext> {
  const made = await browser.newContext({ viewport: widths.desk, timezoneId: 'Europe/Berlin' })
  const answer = await made.request.post(`${server.url}/api/v1/sign-in`, {
    headers: { origin: server.url },
    data: { email, password },
  })
  expect(answer.status()).toBe(200)
  return made
}

/** A request that must work; its body. */
async function call<T = Rec>(method: 'POST' | 'PUT' | 'PATCH', where: string, data: unknown, version = 0): Promise<T> {
  const headers = { origin: server.url, ...(version && { 'if-match': `"${version}"` }) }
  const answer = await api.fetch(`${server.url}/api/v1/${where}`, { method, headers, data })
  if (!answer.ok()) throw new Error(`${method} ${where}: ${await answer.text()}`)
  return (await answer.json()) as T
}
const read = async <T = Rec>(where: string): Promise<T> =>
  (await (await api.get(`${server.url}/api/v1/${where}`)).json()) as T

beforeAll(async () => {
  ;[server, browser] = await Promise.all([
    startServer({ VIVARCHIVE_ADMIN_EMAIL: admin, VIVARCHIVE_ADMIN_PASSWORD: password }),
    openBrowser(),
  ])
  context = await signedIn(admin)
  api = context.request
  const project = await call('POST', 'projects', { title: 'Curation' })
  const study = await call('POST', 'studies', { projectId: project.id, title: 'Four series' })
  studyId = study.id
  const subject = await call('POST', 'subjects', { localId: 'M-1', projectIds: [project.id], animal: { sex: 'F' } })
  subjectId = subject.id
  await call('PATCH', `studies/${studyId}`, { subjectIds: [subjectId] }, study.version)
  const session = await call('POST', 'sessions', { studyId, label: 'Day 7' })
  for (const label of labels) await call('POST', 'series', { sessionId: session.id, label, subjectIds: [subjectId] })
  await call('POST', 'users', { email: viewer, name: 'Vera', password })
  await call('PUT', `projects/${project.id}/members`, { email: viewer, role: 'viewer' })
})
afterAll(async () => {
  await browser?.close()
  await server?.stop()
})
beforeEach(async () => {
  complaints.length = 0
  page = await context.newPage()
  page.setDefaultTimeout(60_000)
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    // Answers that a test provokes are told by the browser too.
    if (message.type() === 'error' && !/status of (412|422)/.test(message.text())) complaints.push(message.text())
  })
})
afterEach(async () => {
  await page.close()
  expect(complaints).toEqual([])
})

const rows = () => page.locator('tr[data-row]')
const shownLabels = () => page.locator('tr[data-row] td:nth-child(3) button').allTextContents()
const openStudy = async () => {
  await page.goto(`${server.url}/studies/${studyId}`, { waitUntil: 'networkidle' })
  await page.getByRole('grid', { name: 'Image series' }).waitFor()
}

describe('the Study Manager', () => {
  it('is worked by keys alone', async () => {
    await openStudy()
    await rows().first().focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Space')
    await page.keyboard.press('Shift+ArrowDown')
    await page.getByText('2 series chosen').waitFor()
    expect(await page.locator('tr[aria-selected="true"]').count()).toBe(2)
    await page.keyboard.press('Control+a')
    await page.getByText('4 series chosen').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('toolbar').waitFor({ state: 'hidden' })
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keys of the table' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    await page.keyboard.press('e')
    await page.getByRole('tab', { name: 'Record' }).waitFor()
    expect(new URL(page.url()).searchParams.get('series')).toMatch(/^\w{26}$/)
  })

  it('searches, sorts and filters by its address', async () => {
    await openStudy()
    await page.getByRole('searchbox', { name: 'Search the labels' }).fill('FDG')
    await page.keyboard.press('Enter')
    await page.waitForURL(/q=FDG/)
    await page.waitForFunction(() => document.querySelectorAll('tr[data-row]').length === 2)
    await page.getByRole('link', { name: 'Label' }).click()
    await page.waitForURL(/sort=-label/)
    await page.waitForFunction(() => document.querySelector('tr[data-row] button')?.textContent === 'FDG static')
    await page.reload()
    expect(await shownLabels()).toEqual(['FDG static', 'FDG dynamic'])
    await page.getByRole('link', { name: 'Clear' }).click()
    await page.waitForFunction(() => document.querySelectorAll('tr[data-row]').length === 4)
  })

  it('changes many series at once and leaves the rest of them alone', async () => {
    await openStudy()
    for (const label of ['FDG dynamic', 'FDG static']) await page.getByLabel(`Choose ${label}`).check()
    await page.getByRole('toolbar').getByRole('button', { name: 'Edit' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('combobox', { name: /^Modality/ }).selectOption('PT')
    await dialog.getByRole('textbox', { name: /^Protocol/ }).fill('FDG 60')
    await dialog.getByRole('button', { name: 'Change 2 series' }).click()
    await expect
      .poll(async () => {
        const { items } = await read<{ items: Rec[] }>(`series?studyId=${studyId}&sort=label`)
        return items.map(({ label, modality, protocol, subjectIds }) => [label, modality, protocol, subjectIds])
      })
      .toEqual([
        ['CT low dose', undefined, undefined, [subjectId]],
        ['FDG dynamic', 'PT', 'FDG 60', [subjectId]],
        ['FDG static', 'PT', 'FDG 60', [subjectId]],
        ['T2 axial', undefined, undefined, [subjectId]],
      ])
  })

  it('gives the focus back, however a dialog goes away', async () => {
    await openStudy()
    const focused = () => page.evaluate(() => document.activeElement?.textContent)
    await page.getByLabel('Choose T2 axial').check()
    await page.getByLabel('Choose FDG static').check()
    const bar = page.getByRole('toolbar')
    for (const button of ['Edit', 'Subjects', 'Send to registry', 'Delete']) {
      await bar.getByRole('button', { name: button }).focus()
      await page.keyboard.press('Enter')
      await page.getByRole('dialog').waitFor()
      await page.keyboard.press('Escape')
      await page.getByRole('dialog').waitFor({ state: 'hidden' })
      await expect.poll(focused).toBe(button)
    }
    await page.getByRole('button', { name: 'T2 axial', exact: true }).click()
    await page.getByRole('dialog', { name: 'Image series' }).getByRole('tab', { name: 'Files' }).click()
    await page.keyboard.press('Escape')
    await expect.poll(focused).toBe('T2 axial')
  })

  it('deletes with a number and brings back', async () => {
    await openStudy()
    await page.getByLabel('Choose T2 axial').check()
    await page.getByRole('toolbar').getByRole('button', { name: 'Delete' }).click()
    const dialog = page.getByRole('dialog', { name: 'Delete 1 series?' })
    expect(await dialog.textContent()).toMatch(/undone for 30 days/)
    await dialog.getByRole('button', { name: 'Delete 1 series' }).click()
    await page.getByText('1 series deleted.').waitFor()
    await page.waitForFunction(() => document.querySelectorAll('tr[data-row]').length === 3)
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Undo')
    await page.keyboard.press('Enter')
    await page.waitForFunction(() => document.querySelectorAll('tr[data-row]').length === 4)
    await page.waitForFunction(() => document.activeElement?.id === 'main')
  })

  it('edits the imaging session from its row', async () => {
    await openStudy()
    await page
      .getByRole('row', { name: /CT low dose/ })
      .getByRole('button', { name: 'Day 7' })
      .click()
    const dialog = page.getByRole('dialog', { name: 'Edit imaging session' })
    await dialog.getByRole('combobox', { name: /^State of the subject/ }).selectOption('in vivo')
    await dialog.locator('[id$="-start"]').fill('2025-03-14')
    await dialog.getByText('day only, until a time is given').waitFor()
    await dialog.getByRole('button', { name: 'Save changes' }).click()
    await dialog.waitFor({ state: 'hidden' })
    const { items } = await read<{ items: Rec[] }>(`sessions?studyId=${studyId}`)
    expect(items[0]).toMatchObject({
      inVivo: 'in vivo',
      start: { dateTime: '2025-03-14T00:00:00+01:00', precision: 'day' },
    })
  })

  it('deletes a study with what is in it and brings it back', async () => {
    await openStudy()
    await page.getByRole('button', { name: 'More' }).click()
    await page.getByRole('menuitem', { name: 'Delete study' }).click()
    const dialog = page.getByRole('dialog', { name: 'Delete 1 study?' })
    expect(await dialog.textContent()).toContain('with 4 series in 1 session')
    await dialog.getByRole('button', { name: 'Delete 1 study' }).click()
    await page.waitForURL(/\/projects\//)
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByRole('link', { name: 'Four series' }).click()
    await page.waitForFunction(() => document.querySelectorAll('tr[data-row]').length === 4)
  })

  it('shows a viewer everything and offers no change', async () => {
    const other = await signedIn(viewer)
    try {
      const seen = await other.newPage()
      await seen.goto(`${server.url}/studies/${studyId}`, { waitUntil: 'networkidle' })
      expect(await seen.locator('tr[data-row]').count()).toBe(4)
      await seen.getByLabel('Choose all that are shown').check()
      const offered = await seen.getByRole('button').allTextContents()
      expect(offered.join(' ')).toContain('View')
      expect(offered.join(' ')).not.toMatch(/Upload|Edit|Delete|registry|Subjects/)
      await seen.goto(`${server.url}/subjects/${subjectId}`, { waitUntil: 'networkidle' })
      expect(await seen.getByRole('button', { name: /Agent given|Edit/ }).count()).toBe(0)
    } finally {
      await other.close()
    }
  })
})

describe('forms', () => {
  it('show both versions when somebody else saved, and keep mine', async () => {
    await page.goto(`${server.url}/subjects/${subjectId}`, { waitUntil: 'networkidle' })
    await page.getByRole('button', { name: 'Edit subject' }).click()
    const dialog = page.getByRole('dialog').first()
    await dialog.getByRole('textbox', { name: 'Notes' }).fill('mine')
    const { version } = await read(`subjects/${subjectId}`)
    await call('PATCH', `subjects/${subjectId}`, { notes: 'theirs', animal: { genotype: 'wt/wt' } }, version)
    await dialog.getByRole('button', { name: 'Save changes' }).click()
    const conflict = page.getByRole('dialog', { name: 'Changed in the meantime' })
    const row = conflict.getByRole('row', { name: /Notes/ })
    expect(await row.textContent()).toMatch(/changed by both.*mine.*theirs/)
    await conflict.getByRole('button', { name: /Keep mine/ }).click()
    await page.getByRole('dialog', { name: 'Edit subject' }).waitFor({ state: 'hidden' })
    expect(await read(`subjects/${subjectId}`)).toMatchObject({
      notes: 'mine',
      animal: { sex: 'F', genotype: 'wt/wt' },
    })
  })

  it('lead to the first field that the server refuses, and take a reason for an empty one', async () => {
    await page.goto(`${server.url}/studies/${studyId}/subjects`, { waitUntil: 'networkidle' })
    await page.getByRole('button', { name: 'New subject' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('textbox', { name: /^Name in the laboratory/ }).fill('M-1')
    await dialog.getByRole('combobox', { name: /^Sex/ }).selectOption('M')
    await dialog.getByRole('button', { name: 'Make subject' }).click()
    await dialog
      .getByRole('alert')
      .getByText(/already a subject/)
      .waitFor()
    expect(await page.evaluate(() => document.activeElement?.id.endsWith('-localId'))).toBe(true)
    const name = dialog.getByRole('textbox', { name: /^Name in the laboratory/ })
    expect(await name.getAttribute('aria-invalid')).toBe('true')
    await name.fill('M-2')
    await dialog.getByRole('button', { name: /Why Strain is empty/ }).click()
    await page.getByRole('menuitem', { name: 'Not recorded' }).click()
    await dialog.getByRole('button', { name: 'Make subject' }).click()
    await dialog.waitFor({ state: 'hidden' })
    await page.getByRole('link', { name: 'M-2' }).waitFor()
    const { items } = await read<{ items: Rec[] }>(`subjects?studyId=${studyId}&q=M-2`)
    expect(items[0]?.nullReasons).toEqual([{ field: 'animal.strain', reason: 'notRecorded' }])
  })

  it('name a field as it is called there, and lead to the first one on the page', async () => {
    await page.goto(`${server.url}/subjects/${subjectId}`, { waitUntil: 'networkidle' })
    await page.getByRole('button', { name: 'Measurement' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.locator('[id$="-measurement-what"]').selectOption('body weight')
    await dialog.locator('[id$="-measurement-value"]').fill('heavy')
    await dialog.getByRole('button', { name: 'Make event' }).click()
    const summary = dialog.getByRole('alert')
    await summary.getByText('2 fields need a correction').waitFor()
    expect(await summary.textContent()).toContain('“Time” is missing')
    expect(await page.evaluate(() => document.activeElement?.id.endsWith('-measurement-value'))).toBe(true)
    await dialog.getByRole('button', { name: 'Cancel' }).click()
  })

  it('record one event for several subjects', async () => {
    await page.goto(`${server.url}/studies/${studyId}/subjects`, { waitUntil: 'networkidle' })
    await page.getByLabel('Choose all subjects').check()
    await page.getByRole('button', { name: 'Record for all of them' }).click()
    const dialog = page.getByRole('dialog', { name: 'Record for 2 subjects' })
    await dialog.getByRole('combobox', { name: 'What' }).selectOption('measurement')
    await dialog.locator('[id$="-measurement-what"]').selectOption('body weight')
    expect(await dialog.getByLabel('Unit of value').locator('option').allTextContents()).toEqual(['g', 'kg'])
    await dialog.locator('[id$="-measurement-value"]').fill('21,5')
    await dialog.locator('[id$="-start"]').fill('2025-03-14')
    await dialog.getByLabel('Time, time of day').fill('09:30')
    await dialog.getByRole('button', { name: 'Record for 2 subjects' }).click()
    await dialog.waitFor({ state: 'hidden' })
    const { items } = await read<{ items: Rec[] }>('events?kind=measurement')
    expect(items).toHaveLength(2)
    for (const { measurement, start } of items) {
      expect(measurement).toEqual({ what: 'body weight', value: { value: 21.5, unit: 'g' } })
      expect(start).toEqual({ dateTime: '2025-03-14T09:30:00+01:00', precision: 'minute' })
    }
  })

  it('ask before unsaved changes are left behind', async () => {
    await page.goto(`${server.url}/studies/${studyId}/subjects`, { waitUntil: 'networkidle' })
    await page.getByRole('link', { name: 'M-1' }).click()
    await page.getByRole('button', { name: 'Edit subject' }).click()
    await page.getByRole('dialog').getByRole('textbox', { name: 'Notes' }).fill('not saved')
    await page.evaluate(() => history.back())
    const question = page.getByRole('dialog', { name: 'Leave without saving?' })
    await question.getByRole('button', { name: 'Stay here' }).click()
    await question.waitFor({ state: 'hidden' })
    expect(page.url()).toContain(`/subjects/${subjectId}`)
    expect(await page.getByRole('dialog').getByRole('textbox', { name: 'Notes' }).inputValue()).toBe('not saved')
    await page.evaluate(() => history.back())
    await question.getByRole('button', { name: /Leave/ }).click()
    await page.waitForURL(/\/subjects$/)
  })

  it.each(Object.entries(widths))('are accessible in their dialogs on a %s', async (_device, viewport) => {
    await page.setViewportSize(viewport)
    const dialogs: [string, string][] = [
      [`/studies/${studyId}`, 'Edit study'],
      [`/subjects/${subjectId}`, 'Agent given'],
      [`/subjects/${subjectId}`, 'Edit subject'],
    ]
    const faults: string[] = []
    for (const [address, button] of dialogs) {
      await page.goto(server.url + address, { waitUntil: 'networkidle' })
      await page.getByRole('button', { name: button }).click()
      await page.getByRole('dialog').locator('form').waitFor()
      // The dialog fades in; half-transparent text has no contrast.
      await page.waitForFunction(() => document.getAnimations().every(({ playState }) => playState === 'finished'))
      const { violations } = await new AxeBuilder({ page }).analyze()
      faults.push(...violations.map(({ id, nodes }) => `${button}: ${id} ${nodes[0]?.target.join(' ')}`))
    }
    expect(faults).toEqual([])
  })
})

describe('an interrupted upload', () => {
  let folder: string
  beforeAll(() => {
    folder = path.join(mkdtempSync(path.join(tmpdir(), 'vivarchive-upload-')), 'raw')
    mkdirSync(folder)
    writeFileSync(path.join(folder, 'listmode.lst'), randomBytes(24 * 2 ** 20))
    for (const name of ['a.bin', 'b.bin', 'c.bin']) writeFileSync(path.join(folder, name), randomBytes(1000))
  })
  afterAll(() => rmSync(path.dirname(folder), { recursive: true, force: true }))

  it('goes on where it stopped after the page was loaded again, and sends nothing twice', async () => {
    await openStudy()
    const network = await context.newCDPSession(page)
    const speed = (uploadThroughput: number) =>
      network.send('Network.emulateNetworkConditions', {
        offline: false,
        latency: 0,
        downloadThroughput: -1,
        uploadThroughput,
      })
    await speed(4_000_000)
    await dropOn(page, [folder])
    await page.waitForURL(/\/imports\//)
    const panel = page.getByRole('region', { name: 'Upload' })
    await panel.getByText('3 of 4 files').waitFor()
    await page.waitForFunction(() =>
      /\/s/.test(document.querySelector('section[aria-label="Upload"]')?.textContent ?? ''),
    )
    await panel.getByRole('button', { name: 'Pause' }).click()
    await panel.getByText('Paused').waitFor()
    page.on('dialog', (dialog) => void dialog.accept())
    await page.reload({ waitUntil: 'networkidle' })
    await page.getByText('3 files arrived').waitFor()

    await speed(-1)
    const sent: string[] = []
    page.on('request', (request) => {
      const offset = request.headers()['upload-offset']
      if (request.url().includes('/uploads'))
        sent.push(`${request.method()} ${offset === undefined ? '' : Number(offset) > 0}`.trim())
    })
    await dropOn(page, [folder])
    await page.getByRole('button', { name: 'Accept' }).waitFor()
    expect(sent.filter((line) => line.startsWith('POST'))).toEqual([])
    expect(sent).toContain('PATCH true')
    const id = page.url().split('/').at(-1)
    const { items } = await read<{ items: Rec[] }>(`imports/${id}/files`)
    expect(items.map((file) => file.byteCount).toSorted()).toEqual([1000, 1000, 1000, 24 * 2 ** 20])
    expect(await page.getByText('4 files kept without a series').isVisible()).toBe(true)
  })

  it('is given up without a trace', async () => {
    const { items } = await read<{ items: Rec[] }>(`imports?studyId=${studyId}`)
    await page.goto(`${server.url}/imports/${items[0]?.id}`, { waitUntil: 'networkidle' })
    await page.getByRole('button', { name: 'Give this import up' }).click()
    const dialog = page.getByRole('dialog', { name: 'Give this import up?' })
    expect(await dialog.textContent()).toContain('4 files (24.0 MiB)')
    await dialog.getByRole('button', { name: 'Give it up' }).click()
    await page.waitForURL(new RegExp(`/studies/${studyId}`))
    expect(await read(`imports/${items[0]?.id}`)).toMatchObject({ state: 'cancelled', fileCount: 0 })
  })
})

/// <reference lib="dom" />
/** The record as tables in a browser: typed, pasted, filled down, undone, refused, saved, and brought as files. */
import { AxeBuilder } from '@axe-core/playwright'
import { writeXlsx } from 'hucre/xlsx'
import type { APIRequestContext, Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { openBrowser, widths } from '../help/browser.ts'
import { startServer, type RunningServer } from '../help/server.ts'

const password = 'correct horse battery staple'
const admin = 'ann@example.org'

let server: RunningServer
let browser: Browser
let context: BrowserContext
let page: Page
let api: APIRequestContext
let studyId: string
const complaints: string[] = []

// eslint-disable-next-line typescript/no-explicit-any -- tests read whatever is there
async function call(method: 'GET' | 'POST', where: string, data?: unknown): Promise<any> {
  const answer = await api.fetch(`${server.url}/api/v1/${where}`, { method, headers: { origin: server.url }, data })
  if (!answer.ok()) throw new Error(`${method} ${where}: ${await answer.text()}`)
  return answer.json()
}
const cellsOf = async (table: string): Promise<Record<string, string>[]> =>
  (await call('GET', `studies/${studyId}/tables/${table}/rows?zone=Europe/Berlin`)).items.map(
    ({ cells }: { cells: Record<string, string> }) => cells,
  )

beforeAll(async () => {
  ;[server, browser] = await Promise.all([
    startServer({ VIVARCHIVE_ADMIN_EMAIL: admin, VIVARCHIVE_ADMIN_PASSWORD: password }),
    openBrowser(),
  ])
  context = await browser.newContext({
    // So wide that no column is out of sight and therefore not there.
    viewport: { ...widths.desk, width: 7000 },
    timezoneId: 'Europe/Berlin',
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  api = context.request
  const signed = await api.post(`${server.url}/api/v1/sign-in`, {
    headers: { origin: server.url },
    data: { email: admin, password },
  })
  expect(signed.status()).toBe(200)
  const project = await call('POST', 'projects', { title: 'Tables' })
  studyId = (await call('POST', 'studies', { projectId: project.id, title: 'A day at the scanner' })).id
  await call('POST', 'agents', { name: '[18F]FDG', synonyms: ['FDG'], category: 'radiotracer', radionuclide: 'F-18' })
})
afterAll(async () => {
  await browser?.close()
  await server?.stop()
})
beforeEach(async () => {
  complaints.length = 0
  page = await context.newPage()
  page.setDefaultTimeout(45_000)
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
})
afterEach(async () => {
  await page.close({ runBeforeUnload: false })
  expect(complaints).toEqual([])
})

const open = async (table: string) => {
  await page.goto(`${server.url}/studies/${studyId}/tables/${table}`)
  await page.locator('.dsg-container').waitFor()
}
/** A cell by its place in the grid, both counted from 0. */
const cell = (row: number, column: number) =>
  page
    .locator('.dsg-row:not(.dsg-row-header)')
    .nth(row)
    .locator('.dsg-cell')
    .nth(column + 1)
const paste = async (text: string) => {
  await page.evaluate((words) => navigator.clipboard.writeText(words), text)
  await page.keyboard.press('Control+v')
}
const saved = async () => {
  await page.keyboard.press('Control+s')
  await expect
    .poll(() => page.locator('[role=status]').last().innerText(), { timeout: 15_000 })
    .toMatch(/rows? saved\./)
}

it('is typed with the keyboard alone, told what is wrong, corrected and saved', async () => {
  await open('subjects.animal')
  await cell(0, 0).click()
  await page.keyboard.type('M-1')
  await page.keyboard.press('Tab')
  await page.keyboard.type('boy')
  await page.keyboard.press('Enter')
  await cell(0, 1).click()
  await page.getByText('“boy” is no choice of “Sex”. Enter one of: M, F').waitFor()
  await page.keyboard.type('F')
  await page.keyboard.press('Enter')
  await saved()
  expect(await cellsOf('subjects.animal')).toEqual([{ localId: 'M-1', 'animal.sex': 'F' }])
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([])
})

it('is pasted from Excel with its headers, filled down and undone', async () => {
  await open('subjects.animal')
  await cell(1, 0).click()
  await paste('Mouse ID\tSex\tSpecies\nM-1\tF\tmouse\nM-2\tF\tmouse\nM-3\tM\t\n')
  await expect.poll(() => cell(3 - 1, 0).innerText()).toBe('M-3')
  // Born, of the first row into all of them.
  const headers = await page.locator('.dsg-row-header .dsg-cell').allInnerTexts()
  const born = headers.findIndex((text) => text.startsWith('Born')) - 1
  await cell(0, born).click()
  await page.keyboard.type('10.1.2025')
  await page.keyboard.press('Enter')
  await cell(0, born).click()
  await page.keyboard.press('Shift+ArrowDown')
  await page.keyboard.press('Shift+ArrowDown')
  await page.keyboard.press('Control+d')
  await expect.poll(() => cell(2, born).innerText()).toBe('10.1.2025')
  await page.keyboard.press('Control+z')
  await expect.poll(() => cell(2, born).innerText()).toBe('')
  await page.keyboard.press('Control+y')
  await expect.poll(() => cell(2, born).innerText()).toBe('10.1.2025')
  await saved()
  expect(await cellsOf('subjects.animal')).toEqual([
    { localId: 'M-1', 'animal.sex': 'F', species: 'Mus musculus', 'animal.birthDate': '2025-01-10' },
    { localId: 'M-2', 'animal.sex': 'F', species: 'Mus musculus', 'animal.birthDate': '2025-01-10' },
    { localId: 'M-3', 'animal.sex': 'M', 'animal.birthDate': '2025-01-10' },
  ])
})

it('two tabs never overwrite each other', async () => {
  await open('subjects.animal')
  const headers = await page.locator('.dsg-row-header .dsg-cell').allInnerTexts()
  const supplier = headers.findIndex((text) => text.startsWith('Supplier')) - 1
  const other = await context.newPage()
  other.setDefaultTimeout(45_000)
  await other.goto(`${server.url}/studies/${studyId}/tables/subjects.animal`)
  await other.locator('.dsg-container').waitFor()
  const theirs = other
    .locator('.dsg-row:not(.dsg-row-header)')
    .nth(0)
    .locator('.dsg-cell')
    .nth(supplier + 1)
  await theirs.click()
  await other.keyboard.type('Theirs')
  await other.keyboard.press('Enter')
  await other.keyboard.press('Control+s')
  await other.getByText('1 row saved.').waitFor()
  await other.close()
  await cell(0, supplier).click()
  await page.keyboard.type('Mine')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Control+s')
  await page.getByText('1 row was changed by somebody else meanwhile').waitFor()
  await page.getByRole('button', { name: 'Keep mine' }).click()
  await saved()
  expect((await cellsOf('subjects.animal'))[0]?.['animal.supplier']).toBe('Mine')
})

it('one injection for several animals, with what differs put right in the rows', async () => {
  await open('events.agentAdministration')
  await page.getByRole('button', { name: 'Several animals' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('3 animals').waitFor()
  await dialog.getByLabel('Time').fill('14.3.2025 10:30')
  await dialog.getByLabel('Agent', { exact: false }).first().fill('FDG')
  await dialog.getByLabel('Keep as template').fill('FDG day')
  await dialog.getByRole('button', { name: 'Keep', exact: true }).click()
  await dialog.getByRole('option', { name: 'FDG day' }).waitFor({ state: 'attached' })
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([])
  await dialog.getByRole('button', { name: 'Add 3 rows' }).click()
  const headers = await page.locator('.dsg-row-header .dsg-cell').allInnerTexts()
  const activity = headers.findIndex((text) => text.startsWith('Injected activity')) - 1
  await cell(0, activity).click()
  await paste('5,2\n5,1\n140 µCi')
  await expect.poll(() => cell(2, activity).innerText()).toBe('140 µCi')
  await saved()
  const rows = await cellsOf('events.agentAdministration')
  expect(rows.map((row) => [row.subjectId, row.start, row['agentAdministration.activity']])).toEqual([
    ['M-1', '2025-03-14 10:30', 5.2],
    ['M-2', '2025-03-14 10:30', 5.1],
    ['M-3', '2025-03-14 10:30', '140 uCi'],
  ])
})

it('a workbook is compared, imported without its refused rows, and taken back', async () => {
  await open('events.measurement')
  const workbook = await writeXlsx({
    sheets: [
      {
        name: 'Weights',
        columns: [{}, { numFmt: 'yyyy-mm-dd hh:mm' }],
        rows: [
          ['Animal', 'Time', 'What', 'Weight [g]', 'Cheese'],
          ['M-1', new Date('2025-03-14T09:00:00Z'), 'body weight', 21.3, 'Gouda'],
          ['M-2', new Date('2025-03-14T09:05:00Z'), 'body weight', 5000, 'Brie'],
        ],
      },
    ],
  })
  await page.locator('input[type=file]').setInputFiles({
    name: 'weights.xlsx',
    mimeType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    buffer: Buffer.from(workbook),
  })
  await page.getByText('1 column is not understood: Cheese').waitFor()
  await page.getByText('5000 g cannot be the weight of Mus musculus').waitFor()
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([])
  expect(await page.getByRole('button', { name: 'Import 1 row' }).isDisabled()).toBe(true)
  await page.getByLabel('Leave the 1 refused row out').check()
  await page.getByRole('button', { name: 'Import 1 row' }).click()
  await page.getByText('1 added, 0 changed').waitFor()
  expect(await cellsOf('events.measurement')).toMatchObject([{ subjectId: 'M-1', start: '2025-03-14 09:00' }])
  await page.getByRole('button', { name: 'Undo this import' }).click()
  await page.getByText('This import was taken back').waitFor()
  expect(await cellsOf('events.measurement')).toEqual([])
})

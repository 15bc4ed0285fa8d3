/**
 * Pictures of every main page on the demo facility, on a desk and a phone, in test/output/screenshots.
 * --dark: also in dark colours. --readme: also makes the pictures of the README, in docs/images.
 */
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { carry, openBrowser, widths } from '../help/browser.ts'
import { mainPages, type MainPage } from '../help/mainPages.ts'
import { startDemoSite } from '../help/site.ts'

const root = path.resolve(import.meta.dirname, '../..')
const folder = path.join(root, 'test/output/screenshots')
const readmeFolder = path.join(root, 'docs/images')
/** Pages whose first screen the README shows. */
const readme = process.argv.includes('--readme') ? ['registry', 'study-manager', 'viewer'] : []
const schemes = process.argv.includes('--dark') ? (['light', 'dark'] as const) : (['light'] as const)

mkdirSync(folder, { recursive: true })
if (readme.length > 0) mkdirSync(readmeFolder, { recursive: true })
const site = await startDemoSite()
const browser = await openBrowser()
try {
  const pages = await mainPages(site)
  const cookies = new Map<string, string>()
  for (const { who } of pages) if (who && !cookies.has(who)) cookies.set(who, await site.signIn(who))
  for (const colorScheme of schemes) {
    for (const [device, viewport] of Object.entries(widths)) {
      for (const one of pages) {
        const context = await browser.newContext({ viewport, colorScheme, timezoneId: 'Europe/Berlin' })
        await carry(context, site.address, cookies.get(one.who ?? '') ?? '')
        const page = await context.newPage()
        await page.goto(site.address + one.path, { waitUntil: 'networkidle' })
        await settle(page, one)
        const file = path.join(folder, `${one.name}-${device}${colorScheme === 'dark' ? '-dark' : ''}.png`)
        await picture(page, file, !one.viewer)
        if (readme.includes(one.name) && device === 'desk' && colorScheme === 'light') {
          await picture(page, path.join(readmeFolder, `${one.name}.png`), false)
        }
        await context.close()
      }
    }
  }
} finally {
  await browser.close()
  await site.stop()
}

async function picture(page: Page, file: string, fullPage: boolean): Promise<void> {
  await page.screenshot({ path: file, fullPage })
  console.log(path.relative(root, file))
}

/** Waits until the viewer has drawn, or scrolls through the page so that every picture in it is loaded. */
async function settle(page: Page, { viewer }: MainPage): Promise<void> {
  if (viewer) {
    await page
      .getByText(/Loading planes/)
      .first()
      .waitFor({ state: 'hidden' })
    await page.waitForTimeout(1500)
    return
  }
  const height = Number(await page.evaluate('document.documentElement.scrollHeight'))
  for (let y = 0; y < height; y += 700) {
    await page.mouse.wheel(0, 700)
    await page.waitForTimeout(40)
  }
  await page.evaluate('scrollTo(0, 0)')
  await page.waitForLoadState('networkidle')
}

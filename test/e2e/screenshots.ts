/**
 * Pictures of every main page on the demo facility, on a desk and a phone, in test/output/screenshots.
 * --dark: also in dark colours. --readme: copies the pictures of the README to docs/images.
 */
import { copyFileSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { carry, openBrowser, widths } from '../help/browser.ts'
import { mainPages } from '../help/mainPages.ts'
import { startDemoSite } from '../help/site.ts'

const root = path.resolve(import.meta.dirname, '../..')
const folder = path.join(root, 'test/output/screenshots')
/** Pictures that the README shows, by their name here. */
const readme = { 'study-manager-desk.png': 'study-manager.png' }

const schemes = process.argv.includes('--dark') ? (['light', 'dark'] as const) : (['light'] as const)
mkdirSync(folder, { recursive: true })
const site = await startDemoSite()
const browser = await openBrowser()
try {
  const pages = await mainPages(site)
  const cookies = new Map<string, string>()
  for (const { who } of pages) if (who && !cookies.has(who)) cookies.set(who, await site.signIn(who))
  for (const colorScheme of schemes) {
    for (const [device, viewport] of Object.entries(widths)) {
      for (const { name, path: where, who, viewer } of pages) {
        const context = await browser.newContext({ viewport, colorScheme, timezoneId: 'Europe/Berlin' })
        await carry(context, site.address, cookies.get(who ?? '') ?? '')
        const page = await context.newPage()
        await page.goto(site.address + where, { waitUntil: 'networkidle' })
        if (viewer) await page.waitForTimeout(4000)
        else await showAll(page)
        const file = `${name}-${device}${colorScheme === 'dark' ? '-dark' : ''}.png`
        await page.screenshot({ path: path.join(folder, file), fullPage: !viewer })
        console.log(path.relative(root, path.join(folder, file)))
        await context.close()
      }
    }
  }
  if (process.argv.includes('--readme')) {
    mkdirSync(path.join(root, 'docs/images'), { recursive: true })
    for (const [from, to] of Object.entries(readme)) {
      copyFileSync(path.join(folder, from), path.join(root, 'docs/images', to))
      console.log(`docs/images/${to}`)
    }
  }
} finally {
  await browser.close()
  await site.stop()
}

/** Scrolls through the page so that every picture in it is loaded. */
async function showAll(page: Page): Promise<void> {
  const height = await page.evaluate('document.documentElement.scrollHeight')
  for (let y = 0; y < Number(height); y += 700) {
    await page.mouse.wheel(0, 700)
    await page.waitForTimeout(40)
  }
  await page.evaluate('scrollTo(0, 0)')
  await page.waitForLoadState('networkidle')
}

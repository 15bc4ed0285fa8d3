import { startDemoSite } from '../help/site.ts'
import { carry, openBrowser, widths } from '../help/browser.ts'
import { mainPages } from '../help/mainPages.ts'
import { createRequire } from 'node:module'
const require = createRequire('/tmp/w/aiset/package.json')
const { AxeBuilder } = require('@axe-core/playwright')
const site = await startDemoSite()
const browser = await openBrowser()
try {
  const pages = (await mainPages(site)).filter(({ name }) => ['registry-search', 'ai-dataset-new', 'ai-dataset'].includes(name))
  const cookie = await site.signIn('editor@demo.test')
  for (const one of pages) for (const [device, viewport] of Object.entries(widths)) {
    const context = await browser.newContext({ viewport, timezoneId: 'Europe/Berlin' })
    await carry(context, site.address, one.who ? cookie : '')
    const page = await context.newPage()
    await page.goto(site.address + one.path, { waitUntil: 'networkidle' })
    await page.screenshot({ path: `/tmp/w/aiset-${one.name}-${device}.png`, fullPage: device === 'desk' })
    const { violations } = await new AxeBuilder({ page }).analyze()
    console.log(one.name, device, violations.map((v: any) => v.id + ': ' + v.nodes.map((n: any) => n.html.slice(0, 120)).join(' | ')))
    await context.close()
  }
} finally { await browser.close(); await site.stop() }

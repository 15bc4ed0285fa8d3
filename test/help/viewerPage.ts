/** What tests of the viewer do on its page. */
import type { BrowserContext, Page } from 'playwright-core'
import { expect } from 'vitest'

/** Longest wait for a picture on a busy machine with software graphics. */
export const patience = { timeout: 60_000 }

/** Opens the viewer, runs the work and fails when the page complained. */
export async function view(
  context: BrowserContext,
  address: string,
  query: string,
  work: (page: Page) => Promise<void>,
): Promise<void> {
  const page = await context.newPage()
  page.setDefaultTimeout(patience.timeout)
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    const text = message.text()
    if (message.type() === 'error' && !/status of (404|412)/.test(text)) complaints.push(text)
  })
  try {
    await page.goto(`${address}/view?${query}`)
    await work(page)
    expect(complaints).toEqual([])
  } finally {
    await page.close()
  }
}

/** Waits until every picture shows what it should, without a gap. */
export const painted = (page: Page) =>
  page.waitForFunction(
    () => {
      const panes = document.querySelectorAll('[data-pane]')
      return panes.length > 0 && [...panes].every((pane) => pane.hasAttribute('data-ready'))
    },
    null,
    patience,
  )

type Share = readonly [x: number, y: number]

/** A place of a picture in the coordinates of the page; 0..1 along its sides. */
export async function placeOn(page: Page, [x, y]: Share, n = 0): Promise<[number, number]> {
  const box = (await page.locator('[data-pane]').nth(n).boundingBox())!
  return [box.x + x * box.width, box.y + y * box.height]
}

/** Drags through these places of a picture. */
export async function dragOn(page: Page, places: readonly Share[], n = 0): Promise<void> {
  const points = await Promise.all(places.map((place) => placeOn(page, place, n)))
  await page.mouse.move(...points[0]!)
  await page.mouse.down()
  for (const [m, [x, y]] of points.slice(1).entries()) {
    const [fromX, fromY] = points[m]!
    for (let step = 1; step <= 5; step++) {
      await page.mouse.move(fromX + ((x - fromX) * step) / 5, fromY + ((y - fromY) * step) / 5)
    }
  }
  await page.mouse.up()
}

export async function clickOn(page: Page, place: Share, n = 0): Promise<void> {
  await page.mouse.click(...(await placeOn(page, place, n)))
}

/** The pictures of the viewer as a browser drew them. */
import { createHash } from 'node:crypto'
import type { Page } from 'playwright-core'

/** Longest wait for a picture on a busy machine with software graphics. */
export const patience = { timeout: 60_000 }

/** Waits until every picture shows what it should, without a gap. */
export async function painted(page: Page): Promise<void> {
  await page.waitForFunction(
    () => {
      const panes = document.querySelectorAll('[data-pane]')
      return panes.length > 0 && [...panes].every((pane) => pane.hasAttribute('data-ready'))
    },
    null,
    patience,
  )
}

export interface Drawn {
  /** Pixels that are not black. */
  bright: number
  /** Pixels whose red, green and blue differ. */
  coloured: number
  hash: string
}

/** What is drawn on a picture, without the texts over it. */
export async function drawn(page: Page, n = 0): Promise<Drawn> {
  const bytes = await page.evaluate((at) => {
    const canvas = document.querySelectorAll<HTMLCanvasElement>('[data-pane] canvas.cornerstone-canvas')[at]!
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height)
    return [...data].filter((_, i) => i % 4 < 3).join(' ')
  }, n)
  const samples = bytes.split(' ').map(Number)
  let [bright, coloured] = [0, 0]
  for (let i = 0; i < samples.length; i += 3) {
    const [r, g, b] = samples.slice(i, i + 3) as [number, number, number]
    if (Math.max(r, g, b) > 16) bright += 1
    if (Math.max(r, g, b) - Math.min(r, g, b) > 24) coloured += 1
  }
  return { bright, coloured, hash: createHash('sha256').update(bytes).digest('hex') }
}

/** Waits until a picture differs from an earlier one. */
export async function changed(page: Page, before: Drawn, n = 0): Promise<Drawn> {
  for (const deadline = Date.now() + patience.timeout; ; await page.waitForTimeout(50)) {
    await painted(page)
    const now = await drawn(page, n)
    if (now.hash !== before.hash) return now
    if (Date.now() > deadline) throw new Error('The picture did not change.')
  }
}

export async function drag(
  page: Page,
  from: readonly [number, number],
  to: readonly [number, number],
  n = 0,
): Promise<void> {
  const box = (await page.locator('[data-pane]').nth(n).boundingBox())!
  const place = ([x, y]: readonly [number, number]) => [box.x + x * box.width, box.y + y * box.height] as const
  const [start, end] = [place(from), place(to)]
  await page.mouse.move(...start)
  await page.mouse.down()
  for (let step = 1; step <= 8; step++) {
    await page.mouse.move(start[0] + ((end[0] - start[0]) * step) / 8, start[1] + ((end[1] - start[1]) * step) / 8)
  }
  await page.mouse.up()
}

/** Red, green and blue at a place of a picture, in parts of its width and height. */
export async function colourAt(
  page: Page,
  [x, y]: readonly [number, number],
  n = 0,
): Promise<[number, number, number]> {
  return page.evaluate(
    ([at, across, down]) => {
      const canvas = document.querySelectorAll<HTMLCanvasElement>('[data-pane] canvas.cornerstone-canvas')[at]!
      const place = [Math.round(canvas.width * across), Math.round(canvas.height * down)] as const
      const [r, g, b] = canvas.getContext('2d')!.getImageData(...place, 1, 1).data
      return [r!, g!, b!] as [number, number, number]
    },
    [n, x, y] as const,
  )
}

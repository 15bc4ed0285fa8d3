import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from 'playwright-core'

/** Drops files and folders of the disk on a page, as a person does from the file manager. */
export async function dropOn(page: Page, paths: string[]): Promise<void> {
  const protocol = await page.context().newCDPSession(page)
  const at = { x: 640, y: 480, data: { items: [], files: paths, dragOperationsMask: 1 } }
  await protocol.send('Input.dispatchDragEvent', { type: 'dragEnter', ...at })
  await protocol.send('Input.dispatchDragEvent', { type: 'dragOver', ...at })
  // The page needs a moment to show that it takes the drop.
  await sleep(100)
  await protocol.send('Input.dispatchDragEvent', { type: 'drop', ...at })
  await protocol.detach()
}

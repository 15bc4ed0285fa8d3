import { chromium, type Browser, type BrowserContext } from 'playwright-core'

/** Chromium of the system. */
export const openBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
      '--enable-unsafe-swiftshader',
    ],
  })

export const widths = { desk: { width: 1280, height: 860 }, phone: { width: 390, height: 844 } }

/** Signs a browser in with the cookie of an account; an empty one stays anonymous. */
export async function carry(context: BrowserContext, address: string, cookie: string): Promise<void> {
  const cookies = cookie.split('; ').filter(Boolean)
  await context.addCookies(
    cookies.map((pair) => {
      const [name = '', ...value] = pair.split('=')
      return { name, value: value.join('='), url: address }
    }),
  )
}

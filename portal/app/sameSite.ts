/**
 * Where to go after signing in: a path of this site, or the default. Anything that a browser could read as another
 * site is refused, also in the forms "//host", "/\host" and "/<tab>/host".
 */
export function sameSitePath(wanted: string | null | undefined, fallback = '/work'): string {
  if (!wanted || !/^\/[^/\\]/.test(`${wanted} `)) return fallback
  const base = 'http://site.invalid'
  try {
    const url = new URL(wanted, base)
    if (url.origin !== base || url.pathname.startsWith('//')) return fallback
    return url.pathname + url.search + url.hash
  } catch {
    return fallback
  }
}

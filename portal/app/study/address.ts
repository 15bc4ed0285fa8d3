/** What the address of the Study Manager holds: filters, order, how many rows, and the series whose panel is open. */

/** The address without the panel: what the list is read by. */
export function withoutPanel(url: URL): string {
  const address = new URLSearchParams(url.search)
  address.delete('series')
  return `${url.pathname}?${address}`
}

/** The query with some parameters changed; an empty value takes one away. */
export function changedAddress(address: URLSearchParams, changes: Record<string, string>): string {
  const next = new URLSearchParams(address)
  for (const [name, value] of Object.entries(changes)) {
    if (value === '') next.delete(name)
    else next.set(name, value)
  }
  return `?${next}`
}

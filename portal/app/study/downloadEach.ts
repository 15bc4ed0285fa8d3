import type { SeriesRow } from './rows.ts'

/** One archive per series, each asked for by a click of its own so that the browser takes them all. */
export function downloadEach(rows: readonly SeriesRow[]) {
  for (const { series } of rows) {
    const link = document.createElement('a')
    link.href = `/api/v1/series/${series.id}/archive.zip`
    link.download = ''
    document.body.append(link)
    link.click()
    link.remove()
  }
}

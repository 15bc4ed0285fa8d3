/** What the rows of the Study Manager learn after the page is there. */
import { useEffect, useMemo, useState } from 'react'
import { send } from '../api.ts'
import { missingOf, type MissingField, type SeriesRow } from './rows.ts'

/** What each shown series still needs for publication; looked up after the page is there. */
export function useMissing(rows: readonly SeriesRow[], wanted: boolean): ReadonlyMap<string, MissingField[]> | null {
  const [missing, setMissing] = useState<MissingField[] | null>(null)
  useEffect(() => {
    const seriesIds = rows.filter(({ state }) => state !== 'published').map(({ series }) => series.id)
    if (!wanted || seriesIds.length === 0) return
    let left = false
    void send<{ missing: MissingField[] }>('POST', '/datasets/check', { seriesIds }).then((sent) => {
      if (!left && sent.ok) setMissing(sent.value.missing)
    })
    return () => {
      left = true
    }
  }, [rows, wanted])
  return useMemo(() => missing && new Map(rows.map((row) => [row.series.id, missingOf(row, missing)])), [rows, missing])
}

const lookAgainMilliseconds = 2500

/** Looks again while images are being prepared, so that their pictures appear by themselves. */
export function useWaitForPixels(rows: readonly SeriesRow[], refresh: () => void) {
  useEffect(() => {
    if (!rows.some(({ series }) => series.pixels === 'waiting')) return
    const timer = setTimeout(refresh, lookAgainMilliseconds)
    return () => clearTimeout(timer)
  }, [rows, refresh])
}

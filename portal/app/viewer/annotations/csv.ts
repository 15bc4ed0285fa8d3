/** Measurements as comma-separated values (RFC 4180), one line for each number. */
import { annotationTools } from '#ontology/entities/annotation.ts'
import type { SeriesHeader } from '../contract.ts'
import type { Drawn } from './drawn.ts'
import type { Annotations } from './useAnnotations.ts'

const columns = [
  'series',
  'series_id',
  'annotation_id',
  'label',
  'structure',
  'structure_code',
  'kind',
  'time_point',
  'channel',
  'quantity',
  'value',
  'unit',
  'measured_in_series_id',
  'centre_x',
  'centre_y',
  'centre_z',
] as const

/** A cell; a text that a spreadsheet would take for a formula is kept from that. */
export function cell(value: string | number | undefined): string {
  if (value === undefined) return ''
  if (typeof value === 'number') return String(value)
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

export function csvOf(
  { measured, store }: Pick<Annotations, 'measured' | 'store'>,
  all: readonly Drawn[],
  headers: readonly Pick<SeriesHeader, 'seriesId' | 'displayName'>[],
): string {
  const rows = all.flatMap((drawn) => {
    const header = headers.find((one) => one.seriesId === drawn.seriesId)
    const coding = drawn.structure?.codings?.[0]
    const centre = [0, 1, 2].map((axis) => {
      const sum = drawn.points.reduce((total, point) => total + point[axis]!, 0)
      return Number((sum / drawn.points.length).toFixed(4))
    })
    const values = measured(drawn)?.values ?? []
    const before = [
      header?.displayName,
      drawn.seriesId,
      store.keptOf(drawn.key)?.id,
      drawn.label,
      drawn.structure?.label,
      coding && `${coding.scheme}:${coding.code}`,
      annotationTools[drawn.tool].title,
      drawn.time + 1,
      drawn.channel + 1,
    ]
    const lines = values.length > 0 ? values : [null]
    return lines.map((one) => [
      ...before,
      one?.quantity,
      one?.value,
      one?.unit,
      one ? (one.seriesId ?? drawn.seriesId) : undefined,
      ...centre,
    ])
  })
  return [columns, ...rows].map((row) => row.map(cell).join(',')).join('\r\n') + '\r\n'
}

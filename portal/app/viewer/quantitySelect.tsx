import { useEffect, useMemo, useState } from 'react'
import { Select } from '@mantine/core'
import { get } from '../api.ts'
import type { SeriesHeader } from './contract.ts'
import type { LayerView } from './overlayContent.ts'
import { inQuantity, quantitiesOf, scaledWindow, type ComputedOfSeries, type QuantityName } from './quantities.ts'
import type { SeriesView } from './viewState.ts'
import styles from './viewer.module.css'

interface Props {
  layer: LayerView
  onChange: (patch: Partial<SeriesView>) => void
  /** Shows the series with another header of the same planes. */
  onHeader: (header: SeriesHeader) => void
}

/** The quantity of the values: as stored, SUV or %ID/g where the record allows, and why not where it does not. */
export function QuantitySelect({ layer: { pixels, view }, onChange, onHeader }: Props) {
  const stored = pixels.header.stored ?? pixels.header
  const [computed, setComputed] = useState<ComputedOfSeries | null | undefined>(null)
  const { seriesId, record } = stored
  // What is computed comes with the record, which visitors of a public image do not have.
  const mayAsk = record !== null
  useEffect(() => {
    if (!mayAsk) return setComputed(undefined)
    const leaving = new AbortController()
    get<{ computed?: ComputedOfSeries }>(`/series/${seriesId}`, undefined, leaving.signal).then(
      (record) => setComputed(record.computed),
      () => leaving.signal.aborted || setComputed(undefined),
    )
    return () => leaving.abort()
  }, [seriesId, mayAsk])
  const quantities = useMemo(() => quantitiesOf(stored, computed), [stored, computed])

  // A link asks for a quantity before the record has been read.
  const wanted = quantities.find(({ name, factor }) => name === view.quantity && factor !== null)
  useEffect(() => {
    if (wanted && wanted.factor !== (pixels.header.factor ?? 1)) onHeader(inQuantity(stored, wanted))
  }, [wanted, stored, pixels, onHeader])

  if (quantities.length < 2) return null
  const factorOf = (name: string) => quantities.find((one) => one.name === name)?.factor ?? 1
  const missing = quantities.filter(({ factor }) => factor === null)
  const reasons = [...new Set(missing.map(({ because }) => because))]
  return (
    <>
      <Select
        size="xs"
        label="Values"
        data={quantities.map(({ name, label, factor }) => ({ value: name, label, disabled: factor === null }))}
        value={wanted?.name ?? 'stored'}
        allowDeselect={false}
        onChange={(name) => {
          if (name === null || name === view.quantity) return
          const factor = factorOf(name) / factorOf(view.quantity)
          onChange({ quantity: name as QuantityName, window: scaledWindow(view.window, factor) })
        }}
      />
      {reasons.map((reason) => (
        <p key={reason} className={styles.note} data-reason="">
          No{' '}
          {missing
            .filter(({ because }) => because === reason)
            .map(({ label }) => label)
            .join(', no ')}
          : {reason}
        </p>
      ))}
      {wanted && wanted.name !== 'stored' && wanted.because !== '' && <p className="dim">From {wanted.because}.</p>}
    </>
  )
}

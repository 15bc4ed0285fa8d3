import { useEffect, useRef, useState } from 'react'
import type { Measurement } from './measurements.ts'
import type { Measuring } from './measuring.client.ts'
import type { LayerView } from './overlayContent.ts'
import type { PlaneSource } from './planeSource.ts'
import type { Picture } from './viewports.client.ts'
import type { Tool } from './viewState.ts'

const none: Measurement[] = []

/**
 * The measurements of the page. The drawing tools, half of the viewer's code, are fetched when one is first chosen.
 * @param layersOf what is shown of a series and over it; a new function when that has changed
 * @param sources planes of all that is shown; a new list when that has changed
 */
export function useMeasuring(
  tool: Tool,
  pictures: ReadonlyMap<string, Picture>,
  layersOf: (seriesId: string) => readonly LayerView[],
  sources: readonly PlaneSource[],
): { measurements: Measurement[]; remove: (ids: readonly string[]) => void } {
  const [measuring, setMeasuring] = useState<Measuring | null>(null)
  const [measurements, setMeasurements] = useState(none)
  const current = useRef(layersOf)
  const wanted = measuring !== null || tool === 'length' || tool === 'ellipse' || tool === 'probe'

  useEffect(() => {
    if (!wanted) return
    let left = false
    let made: Measuring | null = null
    void import('./measuring.client.ts').then((module) => {
      if (left) return
      made = new module.Measuring((seriesId) => current.current(seriesId))
      setMeasuring(made)
    })
    return () => {
      left = true
      made?.close()
      setMeasuring(null)
      setMeasurements(none)
    }
  }, [wanted])

  useEffect(() => {
    if (!measuring) return
    const update = () => setMeasurements(measuring.list())
    return measuring.follow(update)
  }, [measuring])

  useEffect(() => {
    if (!measuring) return
    for (const picture of pictures.values()) measuring.add(picture)
    measuring.choose(tool)
  }, [measuring, pictures, tool])

  // Other time points, channels and layers have other values.
  useEffect(() => {
    const before = current.current
    current.current = layersOf
    if (before !== layersOf) measuring?.refresh()
  }, [measuring, layersOf])

  useEffect(() => {
    const stops = sources.map((source) => source.follow(() => measuring?.arrived()))
    return () => stops.forEach((stop) => stop())
  }, [measuring, sources])

  return { measurements, remove: (ids) => measuring?.remove(ids) }
}

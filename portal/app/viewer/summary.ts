/** What is on the screen, in words: for people who listen, and for tests. */
import { colourMaps } from './colourMaps.ts'
import { formatFrame, formatMeasured } from './numbers.ts'
import { planeTitle, type LayerView } from './overlayContent.ts'
import { roughly } from './overlay.tsx'
import type { PaneSpec } from './panes.ts'

export function summaryOf(panes: readonly { spec: PaneSpec; layers: LayerView[] }[]): string {
  const sentences = panes.map(
    ({ spec, layers }) =>
      `${layers[0]!.pixels.header.label}: ${spec.body ? 'the body in space' : planeTitle(spec.plane, layers[0]!)}`,
  )
  const shown = new Map(panes.flatMap(({ layers }) => layers.map((layer) => [layer.pixels.header.seriesId, layer])))
  return [...sentences, ...[...shown.values()].map(displayOf)].join('. ')
}

function displayOf({ pixels: { header }, view }: LayerView): string {
  const { window, map, t } = view
  const value = (at: number) => formatMeasured(roughly(at, window), '')
  const parts = [
    `${header.label} from ${value(window.low)} to ${value(window.high)}${header.unit ? ` ${header.unit}` : ''}`,
  ]
  if (header.samplesPerPixel === 1) parts.push(`in ${colourMaps[map].label}`)
  if (header.shape.t > 1) parts.push(formatFrame(t, header.shape.t, header.frames))
  return parts.join(', ')
}

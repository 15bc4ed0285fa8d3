/** Beside the pictures: values at the crosshair, how the series is displayed, what is known about it. */
import { useEffect, useState, useSyncExternalStore, type ReactNode } from 'react'
import type { SeriesHeader } from './contract.ts'
import { CornerChoice } from './cornerChoice.tsx'
import { CurvePanel } from './curvePanel.tsx'
import { Moving } from './moving.tsx'
import { Directions } from './directions.tsx'
import { DisplaySettings } from './displaySettings.tsx'
import { voxelAt, worldOf } from './geometry.ts'
import { LayerList } from './layerList.tsx'
import { formatLength, formatPosition } from './numbers.ts'
import type { LayerView } from './overlayContent.ts'
import { valueText } from './hover.tsx'
import { PlaneSettings } from './planeSettings.tsx'
import type { ViewerActions } from './useViewer.ts'
import type { ViewState } from './viewState.ts'
import styles from './viewer.module.css'

export interface InfoPanelProps {
  /** Series on screen by place, the active one first. */
  shown: { n: number; layer: LayerView }[]
  /** Places of the series that are laid over each other, the lowest first; null when none are. */
  fused: number[] | null
  state: ViewState
  actions: ViewerActions
  summary: string
  /** Shows a series with another header of the same planes. */
  onHeader: (header: SeriesHeader) => void
  /** Shows it in another quantity: places stay what they are. */
  onQuantity: (header: SeriesHeader) => void
  /** What is drawn on the pictures. */
  children: ReactNode
}

export function InfoPanel({ shown, fused, state, actions, summary, onHeader, onQuantity, children }: InfoPanelProps) {
  const active = shown[0]
  if (!active) return null
  const { header, geometry } = active.layer.pixels
  const top = fused && shown.find(({ n }) => n === fused.at(-1))
  return (
    <aside className={styles.info} aria-label="Values and display">
      <div className={styles.sections}>
        <Crosshair shown={shown} />
        {fused && (
          <Section title="Layers">
            <LayerList layers={fused.flatMap((n) => shown.filter((one) => one.n === n))} actions={actions} />
            <p className="dim">
              {fused.some((n) => shown.some((one) => one.n === n && one.layer.pixels.header.placement))
                ? 'Laid over as moved by hand.'
                : 'Laid over by the scanner’s coordinates; the pictures are not registered to each other.'}
            </p>
          </Section>
        )}
        {shown.map(({ n, layer }) => (
          <DisplaySettings
            key={layer.pixels.header.seriesId}
            layer={layer}
            several={shown.length > 1}
            onChange={(patch) => actions.setView(n, patch)}
            onHeader={onQuantity}
          />
        ))}
        {top && <Moving key={top.layer.pixels.header.seriesId} header={top.layer.pixels.header} onShow={onHeader} />}
        {shown.some(({ layer }) => layer.pixels.geometry) && <PlaneSettings state={state} actions={actions} />}
        {shown
          .filter(({ layer }) => layer.pixels.header.shape.t > 1 && layer.pixels.header.samplesPerPixel === 1)
          .map(({ n, layer }) => (
            <CurvePanel key={layer.pixels.header.seriesId} layer={layer} onTime={(t) => actions.setView(n, { t })} />
          ))}
        {children}
        <Facts layer={active.layer} />
        {header.orientation !== 'known' && header.record?.mayEdit && (
          <Directions key={header.seriesId} header={header} flat={geometry === null} onShow={onHeader} />
        )}
      </div>
      <Summary text={summary} />
    </aside>
  )
}

/** Tells people who listen what is shown, once it has come to rest. */
function Summary({ text }: { text: string }) {
  const [told, setTold] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setTold(text), 700)
    return () => clearTimeout(timer)
  }, [text])
  return (
    <p role="status" className="srOnly" data-summary="">
      {told}
    </p>
  )
}

export function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={styles.section}>
      <h2>{title}</h2>
      {children}
    </section>
  )
}

/** Position and values at the crosshair. */
function Crosshair({ shown }: { shown: InfoPanelProps['shown'] }) {
  const sources = shown.map(({ layer }) => layer.pixels.source)
  useSyncExternalStore(
    (changed) => {
      const stops = sources.map((source) => source.follow(changed))
      return () => stops.forEach((stop) => stop())
    },
    () => sources.reduce((sum, source) => sum + source.version, 0),
  )
  const { pixels, view } = shown[0]!.layer
  const { geometry, header } = pixels
  const world = geometry ? worldOf(geometry, view.index) : null
  const spacing = header.spacing
  const flat = spacing ? formatPosition([view.index[0] * spacing[0], view.index[1] * spacing[1]], spacing[0]) : null
  return (
    <Section title="Crosshair">
      <dl className={styles.facts}>
        {shown.map(({ layer }) => {
          const voxel = world && layer.pixels.geometry ? voxelAt(layer.pixels.geometry, world) : null
          const index = layer.pixels === pixels ? view.index : world && layer.pixels.geometry ? voxel : layer.view.index
          return (
            <div key={layer.pixels.header.seriesId}>
              <dt>{shown.length > 1 ? layer.pixels.header.label : 'Value'}</dt>
              <dd data-value={layer.pixels.header.seriesId}>{valueText(layer, index) || 'outside'}</dd>
            </div>
          )
        })}
        <div>
          <dt>Position</dt>
          <dd data-position="">
            {world ? formatPosition(world, Math.min(...(spacing ?? [1]))) : (flat ?? 'no spacing')}
          </dd>
        </div>
        <div>
          <dt>Voxel</dt>
          <dd data-voxel="">{view.index.join(', ')}</dd>
        </div>
      </dl>
    </Section>
  )
}

const orientations: Record<SeriesHeader['orientation'], string> = {
  known: 'stated by the file',
  assumed: 'not certain: a convention that may not hold for this animal',
  unknown: 'not known: no directions are shown',
  stated: 'stated by a person, not by the file',
}

const shrinkWords = (shrink: number): string[] =>
  shrink === 1
    ? []
    : [
        `Larger than this graphics card draws: each drawn pixel is the mean of every ${shrink} × ${shrink} pixels. Values are those of the image.`,
      ]

function Facts({ layer: { pixels } }: { layer: LayerView }) {
  const { header, stackReason, shrink } = pixels
  const { x, y, z, t, c } = header.shape
  const uncertain = header.orientation === 'assumed' || header.orientation === 'unknown'
  const rows: [string, string][] = [
    ['Size', `${[x, y, z].join(' × ')}${t > 1 ? `, ${t} frames` : ''}${c > 1 ? `, ${c} channels` : ''}`],
    ['Voxel', header.spacing ? header.spacing.map(formatLength).join(' × ') : 'no spacing'],
    ['Stored as', `${header.sampleType}${header.samplesPerPixel > 1 ? `, ${header.samplesPerPixel} a pixel` : ''}`],
    ['Directions', orientations[header.orientation]],
  ]
  return (
    <Section title="About">
      <dl className={styles.facts}>
        {rows.map(([term, text]) => (
          <div key={term} data-uncertain={term === 'Directions' && uncertain ? '' : undefined}>
            <dt>{term}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <CornerChoice />
      {[...(stackReason && z > 1 ? [stackReason] : []), ...shrinkWords(shrink), ...header.warnings].map((sentence) => (
        <p key={sentence} className={styles.note}>
          {sentence}
        </p>
      ))}
    </Section>
  )
}

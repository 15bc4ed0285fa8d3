/** The open series on the screen: toolbar, pictures, time, values. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { AnnotationTable } from './annotations/annotationTable.tsx'
import type { Drawn } from './annotations/drawn.ts'
import { middle } from './annotations/shapes.ts'
import { useAnnotations } from './annotations/useAnnotations.ts'
import { SegmentationPanel } from './segmentation/segmentationPanel.tsx'
import { useSegmentations } from './segmentation/useSegmentations.ts'
import { indexOf } from './geometry.ts'
import { HeaderPanel } from './headerPanel.tsx'
import { HelpDialog } from './helpDialog.tsx'
import { InfoPanel } from './infoPanel.tsx'
import type { LayerView } from './overlayContent.ts'
import { BodyPane } from './bodyPane.client.tsx'
import { Pane } from './pane.client.tsx'
import { scroll } from './scroll.ts'
import { fusionLayers, panesOf, possibleArrangement, topOf } from './panes.ts'
import { download, screenshot } from './screenshot.ts'
import { SeriesTabs } from './seriesTabs.tsx'
import { summaryOf } from './summary.ts'
import { TimeBar } from './timeBar.tsx'
import { Trouble } from './trouble.tsx'
import { Toolbar } from './toolbar.tsx'
import { OpeningMessage } from './openingMessage.tsx'
import { gridOf, useOverlayColours } from './stageLayout.ts'
import { useCommands } from './useCommands.ts'
import { useFocus, useOpenSeries } from './useOpenSeries.client.ts'
import { paneSeries, useViewer } from './useViewer.ts'
import styles from './viewer.module.css'
import type { Picture } from './viewports.client.ts'
import type { LinkedView } from './viewState.ts'

const none: readonly number[] = []

export function Stage({ linked }: { linked: LinkedView }) {
  const { pixels, openings, retry, loader, show } = useOpenSeries(linked.series)
  const [state, actions] = useViewer(linked, pixels)
  const [focused, setFocused] = useState('')
  const [playing, setPlaying] = useState(false)
  const [segmenting, setSegmenting] = useState(false)
  const [panel, setPanel] = useState<'header' | 'help' | null>(null)
  const [pictures, setPictures] = useState<ReadonlyMap<string, Picture>>(new Map())
  const stage = useRef<HTMLDivElement>(null)

  const series = useMemo(() => paneSeries(pixels), [pixels])
  const layerAt = (n: number): LayerView | null => {
    const [one, view] = [pixels[n], state.views[n]]
    return one && view ? { pixels: one, view } : null
  }
  const arrangement = possibleArrangement(state.arrangement, series)
  const panes = panesOf(state, series).flatMap((spec) => {
    const layers = [spec.ground, ...spec.overlays].map(layerAt)
    return layers.every((layer) => layer !== null) ? [{ spec, layers }] : []
  })
  // The active series comes first: its values are listed first and its planes are fetched first.
  const shown = [...new Set(panes.flatMap(({ spec }) => [spec.ground, ...spec.overlays]))]
    .sort((a, b) => Number(b === state.active) - Number(a === state.active))
    .flatMap((n) => ({ n, layer: layerAt(n)! }))
  useFocus(
    loader,
    pixels,
    state.views,
    shown.map(({ n }) => n),
  )

  useOverlayColours(linked, panes.at(-1)?.spec.overlays ?? none, state, actions)

  const pane = panes.find(({ spec }) => spec.key === focused) ?? panes[0] ?? null
  const timed = shown.find(({ layer }) => layer.pixels.header.shape.t > 1) ?? null
  const onPicture = useCallback((key: string, picture: Picture | null) => {
    setPictures((all) => {
      const next = new Map(all)
      if (picture) next.set(key, picture)
      else next.delete(key)
      return next
    })
  }, [])
  const { layersOf, sources } = useShownLayers(panes)
  const headers = pixels.flatMap((one) => (one ? [one.header] : []))
  const annotations = useAnnotations(headers, layersOf, sources)
  const segmentations = useSegmentations(headers, segmenting)
  const run = useCommands({
    state,
    actions,
    pane: pane && { spec: pane.spec, ground: pane.layers[0]! },
    picture: pane && (pictures.get(pane.spec.key) ?? null),
    pictures: () => [...pictures.values()],
    top: pane && { n: topOf(pane.spec), layer: pane.layers.at(-1)! },
    timed,
    seriesCount: pixels.length,
    canFuse: fusionLayers(series) !== null,
    scrollBy: (planes) => pane && !pane.spec.body && scroll(pane.spec, pane.layers[0]!, actions, planes),
    play: () => setPlaying(!playing),
    edit: (what) => {
      const { store, selected } = annotations
      if (what !== 'remove') return (segmentations.painting.tool ? segmentations.store : store)[what]()
      const chosen = selected === null ? undefined : store.find(selected)
      if (chosen && annotations.mayChange(chosen)) store.remove([chosen.key])
    },
    segment: () => {
      if (segmenting) {
        segmentations.paint({ tool: null })
        segmentations.store.close()
      }
      setSegmenting(!segmenting)
    },
    open: (what) => (what === 'screenshot' ? void save() : setPanel(what)),
  })

  async function save() {
    const elements = stage.current?.querySelectorAll<HTMLElement>('[data-pane]') ?? []
    if (elements.length > 0) download(await screenshot([...elements]), `${shown[0]!.layer.pixels.header.label}.png`)
  }

  /** Shows the plane that something was measured on. */
  function goTo({ seriesId, points, plane }: Drawn) {
    const n = linked.series.indexOf(seriesId)
    const layer = layerAt(n)
    if (!layer) return
    if (!shown.some((one) => one.n === n)) actions.set({ active: n, arrangement: 'one' })
    const { geometry, header } = layer.pixels
    if (geometry) return actions.moveTo(n, indexOf(geometry, middle(...points)))
    const { z, t } = header.shape
    const k = plane ?? 0
    actions.setView(n, {
      index: [layer.view.index[0], layer.view.index[1], k % z],
      t: Math.floor(k / z) % t,
      c: Math.floor(k / (z * t)),
    })
  }

  useTitle(shown.map(({ layer }) => layer.pixels.header.label))
  const columns = [...new Set(panes.map(({ spec }) => spec.column))]
  const rows = columns.map((column) => panes.filter(({ spec }) => spec.column === column).length)
  const several = columns.length > 1 || state.layout === 'four'
  const grid = gridOf(columns.length, Math.max(...rows), state.layout)
  const active = layerAt(state.active)
  const fused = panes.find(({ spec }) => spec.overlays.length > 0)?.spec ?? null
  return (
    <>
      {panes.length > 0 && (
        <Toolbar
          tool={state.tool}
          layout={state.layout}
          plane={state.plane}
          arrangement={arrangement}
          together={state.together}
          crosshair={state.crosshair}
          smooth={state.smooth}
          volume={shown.some(({ layer }) => layer.pixels.geometry)}
          canFuse={fusionLayers(series) !== null}
          several={pixels.length > 1}
          segmenting={segmenting}
          canUndo={annotations.store.canUndo}
          canRedo={annotations.store.canRedo}
          run={run}
        />
      )}
      {pixels.length > 1 && (
        <SeriesTabs
          pixels={pixels}
          openings={openings}
          active={state.active}
          onActive={(n) => actions.set(arrangement === 'one' ? { active: n, arrangement: 'one' } : { active: n })}
        />
      )}
      <Trouble sources={sources} retry={retry} />
      {panes.length === 0 ? (
        <OpeningMessage opening={openings[state.active] ?? null} id={linked.series[state.active]!} retry={retry} />
      ) : (
        <div
          ref={stage}
          className={styles.stage}
          data-layout={several ? 'side' : panes.length === 3 ? 'mpr' : 'single'}
          style={{ '--columns': grid.columns, '--rows': grid.rows } as React.CSSProperties}
        >
          {panes.map(({ spec, layers }) =>
            spec.body ? (
              <BodyPane
                key={`${spec.key} ${layers.map(({ pixels: one }) => one.id).join(' ')}`}
                spec={spec}
                layers={layers}
                state={state}
                actions={actions}
                focused={panes.length > 1 && pane?.spec.key === spec.key}
                onFocus={() => setFocused(spec.key)}
              />
            ) : (
              <Pane
                key={`${spec.key} ${layers.map(({ pixels: one }) => one.id).join(' ')}`}
                spec={spec}
                layers={layers}
                state={state}
                actions={actions}
                annotations={annotations}
                segmentations={segmentations}
                focused={panes.length > 1 && pane?.spec.key === spec.key}
                onFocus={() => setFocused(spec.key)}
                onEnlarge={() =>
                  spec.plane &&
                  actions.set({ layout: state.layout === 'mpr' ? 'single' : 'mpr', plane: spec.plane.name })
                }
                onPicture={onPicture}
              />
            ),
          )}
          <InfoPanel
            shown={shown}
            fused={fused && [fused.ground, ...fused.overlays]}
            state={state}
            actions={actions}
            summary={summaryOf(panes)}
            onHeader={show}
            onQuantity={show}
          >
            {segmenting && active && <SegmentationPanel segmentations={segmentations} layer={active} />}
            <AnnotationTable annotations={annotations} headers={headers} onGoTo={goTo} />
          </InfoPanel>
        </div>
      )}
      {shown
        .filter(({ layer }) => layer.pixels.header.shape.t > 1)
        .map(({ n, layer }) => (
          <TimeBar
            key={layer.pixels.header.seriesId}
            layer={layer}
            playing={playing && n === timed?.n}
            onPlay={setPlaying}
            onTime={(t) => actions.setView(n, { t })}
          />
        ))}
      {active && (
        <HeaderPanel
          opened={panel === 'header'}
          onClose={() => setPanel(null)}
          seriesId={active.pixels.header.seriesId}
          label={active.pixels.header.label}
        />
      )}
      <HelpDialog opened={panel === 'help'} onClose={() => setPanel(null)} />
    </>
  )
}

/** Names the page after what is shown, so that its tab can be found. */
function useTitle(labels: string[]): void {
  const title = labels.join(' + ')
  useEffect(() => {
    const before = document.title
    if (title !== '') document.title = `${title} · Viewer · Vivarchive`
    return () => {
      document.title = before
    }
  }, [title])
}

/** The layers on screen by series, as an object that changes only when other pixels are shown. */
function useShownLayers(panes: readonly { layers: LayerView[] }[]) {
  const key = panes
    .map(({ layers }) =>
      layers
        .map(({ pixels, view }) =>
          [pixels.header.seriesId, view.t, view.c, pixels.geometry ? '' : view.index[2]].join(),
        )
        .join('+'),
    )
    .join(' ')
  return useMemo(() => {
    const all = new Map(panes.map(({ layers }) => [layers[0]!.pixels.header.seriesId, layers]))
    return {
      layersOf: (seriesId: string): readonly LayerView[] => all.get(seriesId) ?? [],
      sources: [...new Set(panes.flatMap(({ layers }) => layers.map(({ pixels }) => pixels.source)))],
    }
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- the key stands for all that is used of the panes
  }, [key])
}

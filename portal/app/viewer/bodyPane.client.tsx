/** The body in space, turned by hand or by itself. */
import { useEffect, useLayoutEffect, useReducer, useRef, useState, useSyncExternalStore } from 'react'
import { ActionIcon, NativeSelect, Tooltip } from '@mantine/core'
import { IconPlayerPause, IconRotate360 } from '@tabler/icons-react'
import { Body } from './body.client.ts'
import { bodyLooks, stylesOf, type BodyStyle, type Eye } from './bodyLook.ts'
import { listen, type GestureMeaning } from './gestures.ts'
import type { LayerView } from './overlayContent.ts'
import { Loading } from './loading.tsx'
import type { PaneSpec } from './panes.ts'
import type { ViewerActions, ViewerState } from './useViewer.ts'
import styles from './viewer.module.css'

interface Props {
  spec: PaneSpec
  layers: LayerView[]
  state: ViewerState
  actions: ViewerActions
  focused: boolean
  onFocus: () => void
}

/** A turn takes this long. */
const turnSeconds = 8
const degreesPerPixel = 0.5

export function BodyPane({ spec, layers, state, actions, focused, onFocus }: Props) {
  const host = useRef<HTMLDivElement>(null)
  const [body, setBody] = useState<Body | null>(null)
  const [painted, setPainted] = useState('')
  const [spinning, setSpinning] = useState(false)
  const [eye, turn] = useReducer(turned, state.eye)
  const [, redraw] = useReducer((count: number) => count + 1, 0)
  const ground = layers[0]!
  const possible = stylesOf(ground.pixels.header)
  const style = state.body && possible.includes(state.body) ? state.body : possible[0]!
  const sources = layers.map(({ pixels }) => pixels.source)
  useSyncExternalStore(
    (changed) => {
      const stops = sources.map((source) => source.follow(changed))
      return () => stops.forEach((stop) => stop())
    },
    () => sources.reduce((sum, source) => sum + source.version, 0),
  )

  useLayoutEffect(() => {
    const made = new Body(host.current!)
    setBody(made)
    return () => made.remove()
  }, [])

  // What has been handed over is what the next rendering shows.
  const wanted = `${layers.map(({ pixels, view }) => pixels.shownPart(view.c)).join()} ${style} ${eye.azimuth} ${eye.elevation}`
  const given = useRef('')
  useEffect(() => body?.follow(() => setPainted(given.current)), [body])
  const drawn = useRef('')
  useEffect(() => {
    const available = layers.every(({ pixels, view }) => pixels.isDrawable(view.index, view.t, view.c))
    body?.show({
      layers: layers.map(({ pixels, view }) => ({ ...view, pixels, channel: view.c, mix: null })),
      styles: layers.map((layer, n) => (n === 0 ? style : overlayStyle(style, layer))),
      available,
      eye,
    })
    given.current = wanted
    const now = layers.map(({ pixels, view }) => pixels.show(view.t, view.c)).join()
    if (now === drawn.current) return
    drawn.current = now
    body?.render()
  })

  // The address follows once the hand has come to rest.
  useEffect(() => {
    if (spinning || (eye.azimuth === state.eye.azimuth && eye.elevation === state.eye.elevation)) return
    const timer = setTimeout(() => actions.set({ eye }), 200)
    return () => clearTimeout(timer)
  }, [eye, spinning, state.eye, actions])

  useEffect(() => {
    if (!spinning) return
    let [frame, before] = [0, performance.now()]
    const step = (now: number) => {
      turn({ azimuth: ((now - before) / 1000) * (360 / turnSeconds), elevation: 0 })
      before = now
      frame = requestAnimationFrame(step)
    }
    frame = requestAnimationFrame(step)
    return () => cancelAnimationFrame(frame)
  }, [spinning])

  const meaning = useRef<GestureMeaning>(null)
  useEffect(() => {
    meaning.current = {
      tool: state.tool === 'pan' || state.tool === 'zoom' ? state.tool : 'window',
      point: () => {},
      drag: (kind, [dx, dy]) => {
        if (kind === 'pan') body?.panBy(dx, dy)
        else if (kind === 'zoom') body?.zoomBy(Math.exp(-dy / 150))
        else return turn({ azimuth: -dx * degreesPerPixel, elevation: dy * degreesPerPixel })
        redraw()
      },
      scroll: (planes) => {
        body?.zoomBy(1.1 ** -planes)
        redraw()
      },
      zoom: (factor) => {
        body?.zoomBy(factor)
        redraw()
      },
      enlarge: () => actions.set({ layout: state.layout === 'volume' ? 'four' : 'volume' }),
    }
  })
  useEffect(
    () =>
      listen(
        host.current!,
        () => meaning.current!,
        () => {},
      ),
    [],
  )

  const loaded = layers.every(({ pixels, view }) => pixels.isShown(view.index, view.t, view.c))
  const name = `${layers.map(({ pixels }) => pixels.header.label).join(' + ')}, the body in space, ${bodyLooks[style].label}`
  return (
    // The picture in it is turned by hand; the buttons over it do the same for keys.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <section
      className={styles.pane}
      data-focused={focused || undefined}
      data-ready={loaded && body?.mounted && painted === wanted ? '' : undefined}
      data-pane="body"
      data-eye={`${Math.round(eye.azimuth)},${Math.round(eye.elevation)}`}
      aria-label={name}
      onFocus={onFocus}
      onPointerDown={onFocus}
    >
      <div ref={host} className={styles.picture} />
      <div className={styles.bodyBar}>
        <NativeSelect
          size="xs"
          aria-label="How the body is drawn"
          data={possible.map((value) => ({ value, label: bodyLooks[value].label }))}
          value={style}
          onChange={(event) => actions.set({ body: event.currentTarget.value as BodyStyle })}
        />
        <Tooltip label={spinning ? 'Stop' : 'Turn round and round'}>
          <ActionIcon
            variant="default"
            size={30}
            aria-label={spinning ? 'Stop turning' : 'Turn round and round'}
            aria-pressed={spinning}
            onClick={() => setSpinning(!spinning)}
          >
            {spinning ? <IconPlayerPause size={17} aria-hidden /> : <IconRotate360 size={17} aria-hidden />}
          </ActionIcon>
        </Tooltip>
        {sides.map(({ label, azimuth }) => (
          <button
            key={label}
            type="button"
            className={styles.letter}
            aria-label={`From the ${label} side`}
            onClick={() => turn({ azimuth: azimuth - eye.azimuth, elevation: -eye.elevation })}
          >
            {label[0]!.toUpperCase()}
          </button>
        ))}
      </div>
      {spec.overlays.length > 0 && <span className="srOnly">Layers are drawn into each other.</span>}
      {!loaded && <Loading layers={layers} drawn={body?.mounted === true} />}
    </section>
  )
}

const sides = [
  { label: 'ventral', azimuth: 0 },
  { label: 'left', azimuth: 90 },
  { label: 'dorsal', azimuth: 180 },
  { label: 'right', azimuth: 270 },
]

function turned(eye: Eye, by: Eye): Eye {
  return {
    azimuth: (((eye.azimuth + by.azimuth) % 360) + 360) % 360,
    elevation: Math.min(Math.max(eye.elevation + by.elevation, -89), 89),
  }
}

/** Activity glows inside of the body; a maximum stays one. */
const overlayStyle = (style: BodyStyle, { pixels }: LayerView): BodyStyle =>
  style === 'maximum' ? style : stylesOf(pixels.header).includes('bone') ? 'bone' : 'glow'

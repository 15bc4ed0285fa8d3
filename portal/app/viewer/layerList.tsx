/** The layers of a fusion, the topmost first: which are shown, how clear they are, in which order they lie. */
import { ActionIcon, NativeSelect, Slider } from '@mantine/core'
import { IconArrowDown, IconArrowUp, IconEye, IconEyeOff } from '@tabler/icons-react'
import { colourGradient } from './colourMaps.ts'
import type { LayerView } from './overlayContent.ts'
import type { ViewerActions } from './useViewer.ts'
import type { Blend } from './viewState.ts'
import styles from './viewer.module.css'

interface Props {
  /** The lowest first; n is the place of the series in the list. */
  layers: { n: number; layer: LayerView }[]
  actions: ViewerActions
}

const blendNames: Record<Blend, string> = { signal: 'Clear where there is no signal', even: 'Even' }

export function LayerList({ layers, actions }: Props) {
  const order = layers.map(({ n }) => n)
  function exchange(a: number, b: number) {
    const next = [...order]
    ;[next[a], next[b]] = [next[b]!, next[a]!]
    actions.set({ order: next })
  }
  return (
    <ol className={styles.layers} aria-label="Layers, the topmost first">
      {layers.toReversed().map(({ n, layer: { pixels, view } }) => {
        const place = order.indexOf(n)
        const { label } = pixels.header
        return (
          <li key={pixels.header.seriesId} data-layer={pixels.header.seriesId} data-hidden={!view.visible || undefined}>
            <div className={styles.layerHead}>
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={`${view.visible ? 'Hide' : 'Show'} ${label}`}
                onClick={() => actions.setView(n, { visible: !view.visible })}
              >
                {view.visible ? <IconEye size={17} aria-hidden /> : <IconEyeOff size={17} aria-hidden />}
              </ActionIcon>
              <span className={styles.swatch} style={{ background: colourGradient(view.map), width: 22 }} />
              <span className={styles.layerName} title={label}>
                {label}
              </span>
              <ActionIcon
                variant="subtle"
                color="gray"
                disabled={place === order.length - 1}
                aria-label={`Move ${label} up`}
                onClick={() => exchange(place, place + 1)}
              >
                <IconArrowUp size={16} aria-hidden />
              </ActionIcon>
              <ActionIcon
                variant="subtle"
                color="gray"
                disabled={place === 0}
                aria-label={`Move ${label} down`}
                onClick={() => exchange(place, place - 1)}
              >
                <IconArrowDown size={16} aria-hidden />
              </ActionIcon>
            </div>
            {place > 0 && (
              <div className={styles.layerBody}>
                <Slider
                  size="xs"
                  min={0}
                  max={1}
                  step={0.01}
                  label={null}
                  value={view.opacity}
                  onChange={(opacity) => actions.setView(n, { opacity })}
                  thumbLabel={`Opacity of ${label}`}
                />
                <output>{Math.round(view.opacity * 100)} %</output>
                <NativeSelect
                  size="xs"
                  aria-label={`Blend of ${label}`}
                  data={Object.entries(blendNames).map(([value, name]) => ({ value, label: name }))}
                  value={view.blend}
                  onChange={(event) => actions.setView(n, { blend: event.currentTarget.value as Blend })}
                />
              </div>
            )}
          </li>
        )
      })}
    </ol>
  )
}

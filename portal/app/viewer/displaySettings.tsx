/** Window, colours and channel of one series. */
import { useState } from 'react'
import { Button, NumberInput, Select } from '@mantine/core'
import { ChannelList } from './channelList.tsx'
import { firstChannels, isMixed } from './channels.ts'
import { colourGradient, colourMapNames, colourMaps, isColourMapName, type ColourMapName } from './colourMaps.ts'
import type { SeriesHeader } from './contract.ts'
import { Histogram } from './histogram.tsx'
import { Section } from './infoPanel.tsx'
import type { LayerView } from './overlayContent.ts'
import { mixOf } from './pane.client.tsx'
import { QuantitySelect } from './quantitySelect.tsx'
import type { SeriesView } from './viewState.ts'
import styles from './viewer.module.css'
import { defaultWindow, roundedWindow, usable, windowDigits, windowPresets } from './window.ts'

interface Props {
  layer: LayerView
  several: boolean
  onChange: (patch: Partial<SeriesView>) => void
  onHeader: (header: SeriesHeader) => void
}

export function DisplaySettings({ layer, several, onChange, onHeader }: Props) {
  const { pixels, view } = layer
  const mix = mixOf(layer)
  const [untouched, setUntouched] = useState(() => !new URLSearchParams(window.location.search).has('mix'))
  const { header } = pixels
  const colour = header.samplesPerPixel > 1 || mix !== null
  const presets = windowPresets(header)
  const { low, high } = roundedWindow(view.window)
  const step = 10 ** -windowDigits(view.window) * 10
  const chosen = presets.findIndex((preset) => preset.low === view.window.low && preset.high === view.window.high)
  const unit = header.unit === '' ? '' : ` in ${header.unit}`
  return (
    <Section title={several ? `Display of ${header.label}` : 'Display'}>
      <QuantitySelect layer={layer} onChange={onChange} onHeader={onHeader} />
      {!colour && !mix && <Histogram layer={layer} onChange={(window) => onChange({ window })} />}
      {!mix && (
        <>
          {' '}
          <div className={styles.window}>
            <NumberInput
              size="xs"
              label="Dark"
              aria-label={`Darkest value${unit}`}
              value={low}
              step={step}
              onChange={(value) =>
                typeof value === 'number' && value < high && onChange({ window: usable(value, high) })
              }
            />
            <NumberInput
              size="xs"
              label="Bright"
              aria-label={`Brightest value${unit}`}
              value={high}
              step={step}
              onChange={(value) => typeof value === 'number' && value > low && onChange({ window: usable(low, value) })}
            />
            <Button
              size="xs"
              variant="default"
              onClick={() => onChange({ window: defaultWindow(header) })}
              aria-label={`Reset the window of ${header.label}`}
            >
              Reset
            </Button>
          </div>
          <Select
            size="xs"
            label="Window"
            placeholder="By hand"
            data={presets.map(({ label }, n) => ({ value: String(n), label }))}
            value={chosen >= 0 ? String(chosen) : null}
            onChange={(value) => {
              const preset = presets[Number(value ?? -1)]
              if (preset) onChange({ window: { low: preset.low, high: preset.high } })
            }}
          />
        </>
      )}
      {!colour && (
        <Select
          size="xs"
          label="Colours"
          data={colourMapNames.map((name) => ({ value: name, label: colourMaps[name].label }))}
          value={view.map}
          allowDeselect={false}
          renderOption={({ option }) => <MapOption name={option.value as ColourMapName} />}
          onChange={(value) => value !== null && isColourMapName(value) && onChange({ map: value })}
        />
      )}
      {header.shape.c > 1 && (
        <Select
          size="xs"
          label="Channel"
          data={[
            ...(isMixed(header) && pixels.geometry === null ? [{ value: 'all', label: 'All in their colours' }] : []),
            ...Array.from({ length: header.shape.c }, (_, c) => ({
              value: String(c),
              label: header.channels?.[c]?.label || `Channel ${c + 1}`,
            })),
          ]}
          value={mix ? 'all' : String(view.c)}
          allowDeselect={false}
          onChange={(value) =>
            onChange(value === 'all' ? { mix: firstChannels(header) } : { c: Number(value), mix: null })
          }
        />
      )}
      {mix && (
        <ChannelList
          layer={layer}
          views={mix}
          untouched={untouched}
          onChange={(views, byHand) => {
            if (byHand) setUntouched(false)
            onChange({ mix: views })
          }}
        />
      )}
    </Section>
  )
}

function MapOption({ name }: { name: ColourMapName }) {
  return (
    <span className={styles.mapOption}>
      <span className={styles.swatch} style={{ background: colourGradient(name) }} />
      <span>
        {colourMaps[name].label} <span className="dim">{colourMaps[name].hint}</span>
      </span>
    </span>
  )
}

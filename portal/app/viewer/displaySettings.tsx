/** Window, colours and channel of one series. */
import { Button, NumberInput, Select } from '@mantine/core'
import { colourGradient, colourMapNames, colourMaps, isColourMapName, type ColourMapName } from './colourMaps.ts'
import type { SeriesHeader } from './contract.ts'
import { Histogram } from './histogram.tsx'
import { Section } from './infoPanel.tsx'
import type { LayerView } from './overlayContent.ts'
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
  const { header } = pixels
  const colour = header.samplesPerPixel > 1
  const presets = windowPresets(header)
  const { low, high } = roundedWindow(view.window)
  const step = 10 ** -windowDigits(view.window) * 10
  const chosen = presets.findIndex((preset) => preset.low === view.window.low && preset.high === view.window.high)
  const unit = header.unit === '' ? '' : ` in ${header.unit}`
  return (
    <Section title={several ? `Display of ${header.label}` : 'Display'}>
      <QuantitySelect layer={layer} onChange={onChange} onHeader={onHeader} />
      {!colour && <Histogram layer={layer} onChange={(window) => onChange({ window })} />}
      <div className={styles.window}>
        <NumberInput
          size="xs"
          label="Dark"
          aria-label={`Darkest value${unit}`}
          value={low}
          step={step}
          onChange={(value) => typeof value === 'number' && value < high && onChange({ window: usable(value, high) })}
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
          data={Array.from({ length: header.shape.c }, (_, c) => ({
            value: String(c),
            label: header.channels?.[c]?.label || `Channel ${c + 1}`,
          }))}
          value={String(view.c)}
          allowDeselect={false}
          onChange={(value) => onChange({ c: Number(value) })}
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

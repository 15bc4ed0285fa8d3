/** With what is painted: tool, radius and opacity, and the values that a tool takes. */
import { ActionIcon, Checkbox, NumberInput, Slider, Tooltip } from '@mantine/core'
import { IconBrush, IconBucketDroplet, IconEraser, IconWand, type Icon } from '@tabler/icons-react'
import styles from '../annotations/annotations.module.css'
import type { LayerView } from '../overlayContent.ts'
import type { PaintTool, Segmentations } from './useSegmentations.ts'

const tools: { tool: PaintTool; label: string; Icon: Icon }[] = [
  { tool: 'brush', label: 'Brush', Icon: IconBrush },
  { tool: 'eraser', label: 'Eraser', Icon: IconEraser },
  { tool: 'threshold', label: 'Threshold brush', Icon: IconWand },
  { tool: 'grow', label: 'Grow a region', Icon: IconBucketDroplet },
]

interface Props {
  segmentations: Segmentations
  layer: LayerView
  mayChange: boolean
}

export function PaintControls({ segmentations: { painting, paint }, layer, mayChange }: Props) {
  const { header, geometry } = layer.pixels
  const takesValues = painting.tool === 'threshold' || painting.tool === 'grow'
  return (
    <>
      <div className={styles.actions} role="group" aria-label="Paint">
        {tools.map(({ tool, label, Icon }) => (
          <Tooltip key={tool} label={label}>
            <ActionIcon
              variant={painting.tool === tool ? 'filled' : 'subtle'}
              color={painting.tool === tool ? undefined : 'gray'}
              size={32}
              aria-label={label}
              aria-pressed={painting.tool === tool}
              disabled={!mayChange}
              onClick={() => paint({ tool: painting.tool === tool ? null : tool })}
            >
              <Icon size={18} stroke={1.6} aria-hidden />
            </ActionIcon>
          </Tooltip>
        ))}
        <Checkbox
          size="xs"
          label="In 3D"
          checked={painting.ball}
          disabled={!geometry}
          onChange={(event) => paint({ ball: event.currentTarget.checked })}
        />
      </div>
      <div className={styles.pair}>
        <NumberInput
          size="xs"
          label={`Radius in ${header.spacing ? 'mm' : 'px'}`}
          value={painting.radius}
          min={0.001}
          step={header.spacing ? 0.25 : 1}
          onChange={(radius) => typeof radius === 'number' && radius > 0 && paint({ radius })}
        />
        <div>
          <span className={styles.small}>Opacity</span>
          <Slider
            size="sm"
            min={0.1}
            max={1}
            step={0.05}
            label={null}
            thumbLabel="Opacity of the labels"
            value={painting.opacity}
            onChange={(opacity) => paint({ opacity })}
          />
        </div>
      </div>
      {takesValues && (
        <div className={styles.pair}>
          <NumberInput
            size="xs"
            label={`From${header.unit ? ` (${header.unit})` : ''}`}
            value={painting.low}
            onChange={(low) => typeof low === 'number' && paint({ low })}
          />
          <NumberInput
            size="xs"
            label="To"
            value={painting.high}
            onChange={(high) => typeof high === 'number' && paint({ high })}
          />
        </div>
      )}
    </>
  )
}

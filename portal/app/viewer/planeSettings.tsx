/** What of the voxels around a plane is drawn, and how the planes are turned. */
import { Button, NumberInput, Select } from '@mantine/core'
import { Section } from './infoPanel.tsx'
import type { ViewerActions } from './useViewer.ts'
import type { Slab, ViewState } from './viewState.ts'
import styles from './viewer.module.css'

interface Props {
  state: ViewState
  actions: ViewerActions
}

const kinds: Record<Slab['kind'], string> = {
  maximum: 'Maximum (MIP)',
  minimum: 'Minimum (MinIP)',
  mean: 'Mean',
}
/** Millimetres of a slab when it is first switched on. */
const firstThickness = 5
const axes = ['x', 'y', 'z'] as const

export function PlaneSettings({ state: { slab, tilt }, actions }: Props) {
  const tilted = tilt.some((degrees) => degrees !== 0)
  return (
    <Section title="Planes">
      <div className={styles.window}>
        <Select
          size="xs"
          label="Slab"
          data={[
            { value: 'none', label: 'One plane' },
            ...Object.entries(kinds).map(([value, label]) => ({ value, label })),
          ]}
          value={slab.thickness > 0 ? slab.kind : 'none'}
          allowDeselect={false}
          onChange={(value) =>
            actions.set({
              slab:
                value === 'none'
                  ? { ...slab, thickness: 0 }
                  : { kind: value as Slab['kind'], thickness: slab.thickness || firstThickness },
            })
          }
        />
        <NumberInput
          size="xs"
          label="Thickness, mm"
          min={0}
          step={1}
          disabled={slab.thickness === 0}
          value={slab.thickness}
          onChange={(value) =>
            typeof value === 'number' && value > 0 && actions.set({ slab: { ...slab, thickness: value } })
          }
        />
      </div>
      <div className={styles.tilts}>
        {axes.map((name, axis) => (
          <NumberInput
            key={name}
            size="xs"
            label={`About ${name}, °`}
            aria-label={`Turn the planes about ${name} by degrees`}
            min={-180}
            max={180}
            step={5}
            value={tilt[axis]!}
            onChange={(value) => {
              if (typeof value === 'number')
                actions.set({ tilt: tilt.map((one, n) => (n === axis ? value : one)) as never })
            }}
          />
        ))}
      </div>
      {tilted && (
        <Button size="compact-xs" variant="default" mt={6} onClick={() => actions.set({ tilt: [0, 0, 0] })}>
          Along the voxels again
        </Button>
      )}
    </Section>
  )
}
